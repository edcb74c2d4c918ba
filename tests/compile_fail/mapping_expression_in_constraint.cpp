// There is no column that a constraint could be about.
// expect: the constraint names a member that is no column of this table
#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>

struct Page {
    int id{};
    int next{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), expression<&Page::next>([] { return col<&Page::id> + 1; }), unique_together<&Page::id, &Page::next>());
    }
};
static_assert(azoth::check<Page>());

// The member has the type of what is read into it.
// expect: the expression is of another type than the member
#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>

struct Page {
    int id{};
    std::string next{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), expression<&Page::next>([] { return col<&Page::id> + 1; }));
    }
};
static_assert(azoth::check<Page>());

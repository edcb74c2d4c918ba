// The lambda is called again whenever SQL is rendered, so it can keep nothing.
// expect: expression<&T::member>.. takes a lambda without captures
#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>

struct Page {
    int id{};
    int next{};
    static constexpr auto mapping() {
        using namespace azoth;
        int step = 1;
        return table("pages", column<&Page::id>(primary_key), expression<&Page::next>([step] { return col<&Page::id> + step; }));
    }
};
static_assert(azoth::check<Page>());

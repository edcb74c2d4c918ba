// A C++ value is no expression.
// expect: the lambda of expression<&T::member>.. returns an SQL expression
#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>

struct Page {
    int id{};
    int next{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), expression<&Page::next>([] { return 1; }));
    }
};
static_assert(azoth::check<Page>());

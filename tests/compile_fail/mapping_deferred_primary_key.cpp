// A key that may not be there identifies nothing.
// expect: a primary key column cannot be azoth::deferred
#include <azoth/model.hpp>

struct Page {
    azoth::deferred<int> id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key));
    }
};
static_assert(azoth::check<Page>());

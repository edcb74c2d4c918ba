// A plain member is always read; it has no group to be read with.
// expect: undeferred and deferred_group\(\.\.\.\) are for members of type azoth::deferred<T>
#include <azoth/model.hpp>

struct Page {
    int id{};
    std::string text{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::text>(deferred_group("body")));
    }
};
static_assert(azoth::check<Page>());

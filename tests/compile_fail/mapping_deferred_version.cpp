// Every UPDATE compares the version.
// expect: a version_id column cannot be azoth::deferred
#include <azoth/model.hpp>

struct Page {
    int id{};
    azoth::deferred<int> version{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::version>(version_id));
    }
};
static_assert(azoth::check<Page>());

// An index needs something to be over.
// expect: index_on\(name, sql\) needs both
#include <azoth/model.hpp>

struct Page {
    int id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), index_on("ix_pages", ""));
    }
};
static_assert(azoth::check<Page>());

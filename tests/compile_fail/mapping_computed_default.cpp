// The database computes it; there is nothing to fall back to.
// expect: a computed\(\.\.\.\) column gets its value from the database alone
#include <azoth/model.hpp>

struct Page {
    int id{};
    int twice{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::twice>(computed("2 * id"), server_default("0")));
    }
};
static_assert(azoth::check<Page>());

// A native enum's values are the names of a C++ enum; text has none.
// expect: native_enum\(\.\.\.\) is for enums with stored_as<std::string>
#include <azoth/model.hpp>

struct Page {
    int id{};
    std::string state{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::state>(native_enum("state")));
    }
};
static_assert(azoth::check<Page>());

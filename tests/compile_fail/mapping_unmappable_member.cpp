// A column's member must be of a storable type.
// expect: this member's type cannot be stored in a column
#include <azoth/model.hpp>

struct Color {
    int red{}, green{}, blue{};
};
struct User {
    int id{};
    Color color{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), column<&User::color>());
    }
};
static_assert(azoth::check<User>());

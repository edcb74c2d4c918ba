// A plain member is no relationship.
// expect: takes a one<> or many<> member
#include <azoth/model.hpp>

struct User {
    int id{};
    int posts{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), relationship<&User::posts>());
    }
};
static_assert(azoth::check<User>());

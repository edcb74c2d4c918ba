// A mapped struct needs a primary key.
// expect: no primary key: give a column the option primary_key
#include <azoth/model.hpp>

struct User {
    int id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>());
    }
};
static_assert(azoth::check<User>());

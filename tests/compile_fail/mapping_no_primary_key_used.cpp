// A mapped struct needs a primary key, whether or not check<>() is asked.
// expect: no primary key: give a column the option primary_key
#include <azoth/model.hpp>

struct User {
    int id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>());
    }
};
inline const azoth::Metadata model = azoth::metadata<User>();

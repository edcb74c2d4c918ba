// A many<> member is no column.
// expect: are mapped with relationship
#include <azoth/model.hpp>

struct Post;
struct User {
    int id{};
    azoth::many<Post> posts{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), column<&User::posts>());
    }
};
static_assert(azoth::check<User>());

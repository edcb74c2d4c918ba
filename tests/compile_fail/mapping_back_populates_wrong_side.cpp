// back_populates must name a relationship that points back.
// expect: does not point back at this struct
#include <azoth/model.hpp>

struct Profile;
struct User {
    int id{};
    azoth::one<Profile> profile{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), relationship<&User::profile>());
    }
};
struct Post {
    int id{};
    int author_id{};
    azoth::one<User> author{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::author_id>(foreign_key<&User::id>()),
                     relationship<&Post::author>(back_populates<&User::profile>()));
    }
};
static_assert(azoth::check<User, Post>());

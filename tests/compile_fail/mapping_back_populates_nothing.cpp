// back_populates by name must name a relationship of the other struct.
// expect: back_populates names no relationship of the other struct
#include <azoth/model.hpp>

struct User {
    int id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key));
    }
};
struct Post {
    int id{};
    int author_id{};
    azoth::one<User> author{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::author_id>(foreign_key<&User::id>()),
                     relationship<&Post::author>(back_populates("posts")));
    }
};
static_assert(azoth::check<User, Post>());

// With two foreign keys to one struct a relationship must choose.
// expect: several foreign keys fit the relationship
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
    int editor_id{};
    azoth::one<User> author{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::author_id>(foreign_key<&User::id>()),
                     column<&Post::editor_id>(foreign_key<&User::id>()), relationship<&Post::author>());
    }
};
static_assert(azoth::check<User, Post>());

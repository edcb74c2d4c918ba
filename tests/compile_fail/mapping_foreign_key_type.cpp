// A foreign key has the type of the column it refers to.
// expect: the foreign key column has another type than the column it refers to
#include <azoth/model.hpp>

struct User {
    std::int64_t id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key));
    }
};
struct Post {
    int id{};
    int author_id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::author_id>(foreign_key<&User::id>()));
    }
};
static_assert(azoth::check<User, Post>());

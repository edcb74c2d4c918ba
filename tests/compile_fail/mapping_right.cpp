// The right program beside the mapping_*.cpp cases.
// control: a model whose parts fit together
#include <azoth/model.hpp>

struct Post;
struct User {
    int id{};
    azoth::many<Post> posts{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), relationship<&User::posts>());
    }
};
struct Post {
    int id{};
    int author_id{};
    azoth::one<User> author{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::author_id>(foreign_key<&User::id>()),
                     relationship<&Post::author>(back_populates<&User::posts>()));
    }
};
static_assert(azoth::check<User, Post>());
inline const azoth::Metadata model = azoth::metadata<User, Post>();

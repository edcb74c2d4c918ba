// one<T> and many<T> of structs that lie in no session: states, copies, moves, iteration.
#include <azoth/base/error.hpp>
#include <azoth/sql/sql.hpp>

#include <support/small_models.hpp>

#include <catch2/catch.hpp>

#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace azoth;
using azoth::detail::RelationState;

namespace {
Post post(std::string title) {
    Post made;
    made.title = std::move(title);
    return made;
}
std::vector<std::string> titles(const many<Post>& posts) {
    std::vector<std::string> found;
    for (const Post& each : posts) found.push_back(each.title);
    return found;
}

static_assert(std::forward_iterator<many<Post>::iterator>);
static_assert(std::forward_iterator<many<Post>::const_iterator>);
static_assert(std::is_same_v<decltype(*std::declval<many<Post>&>().begin()), Post&>);
static_assert(std::is_same_v<decltype(*std::declval<const many<Post>&>().begin()), const Post&>);
static_assert(std::is_same_v<decltype(std::declval<const many<Post>&>()[0]), const Post&>);
static_assert(std::is_same_v<decltype(*std::declval<const one<User>&>()), const User&>);
static_assert(std::is_same_v<decltype(std::declval<one<User>&>().operator->()), User*>);
static_assert(std::is_convertible_v<many<Post>::iterator, many<Post>::const_iterator>);
static_assert(!std::is_convertible_v<many<Post>::const_iterator, many<Post>::iterator>);
static_assert(std::is_nothrow_move_constructible_v<many<Post>> && std::is_nothrow_move_constructible_v<one<User>>);
static_assert(!std::is_convertible_v<one<User>, bool>);
}  // namespace

TEST_CASE("fresh relationships are unset and read as empty", "[orm][relation]") {
    const User user;
    CHECK(user.posts.empty());
    CHECK(user.posts.begin() == user.posts.end());
    CHECK(user.posts.is_loaded());
    CHECK(user.posts.state() == RelationState::unset);
    const Post lone;
    CHECK_FALSE(lone.author);
    CHECK(lone.author == nullptr);
    CHECK(lone.author.get() == nullptr);
    CHECK(lone.author.share() == nullptr);
    CHECK_THROWS_AS(lone.author->id, ArgumentError);
    CHECK_THROWS_AS(user.posts[0], ArgumentError);
}

TEST_CASE("children given by value are owned and copied with the struct", "[orm][relation]") {
    User user;
    user.posts = {post("a"), post("b")};
    CHECK(user.posts.size() == 2);
    User copy = user;
    copy.posts[0].title = "changed";
    CHECK(titles(user.posts) == std::vector<std::string>{"a", "b"});
    CHECK(titles(copy.posts) == std::vector<std::string>{"changed", "b"});
    User moved = std::move(copy);
    CHECK(moved.posts.size() == 2);
    CHECK(copy.posts.empty());  // NOLINT: what a move leaves behind is promised
}

TEST_CASE("add gives a handle; null and strangers are refused", "[orm][relation]") {
    User user;
    const auto handle = user.posts.add(post("a"));
    CHECK(handle->title == "a");
    CHECK(&user.posts[0] == handle.get());
    CHECK(user.posts.share(0) == handle);
    CHECK(user.posts.contains(*handle));
    CHECK_FALSE(user.posts.contains(post("a")));
    CHECK(user.posts.share().size() == 1);
    CHECK_THROWS_AS(user.posts.add(std::shared_ptr<Post>()), ArgumentError);
    CHECK(user.posts.size() == 1);
    CHECK_THROWS_AS(user.posts[1], ArgumentError);
    CHECK_THROWS_AS(user.posts.remove(*handle), ArgumentError);
    CHECK(user.posts.front().title == "a");
    CHECK(user.posts.back().title == "a");
}

TEST_CASE("a shared child stays shared by copies of the struct", "[orm][relation]") {
    const auto shared = std::make_shared<Post>(post("s"));
    User user;
    user.posts.add(shared);
    const User copy = user;
    CHECK(&copy.posts[0] == shared.get());
}

TEST_CASE("adding while iterating does not lengthen the walk", "[orm][relation]") {
    User user;
    user.posts = {post("a"), post("b")};
    int seen = 0;
    for (const Post& each : user.posts) {
        ++seen;
        user.posts.add(post(each.title + "!"));
    }
    CHECK(seen == 2);
    CHECK(titles(user.posts) == std::vector<std::string>{"a", "b", "a!", "b!"});
}

TEST_CASE("iterators are values", "[orm][relation]") {
    User user;
    user.posts = {post("a"), post("b"), post("c")};
    auto first = user.posts.begin();
    auto second = first++;
    CHECK(second->title == "a");
    CHECK(first->title == "b");
    CHECK(first != second);
    second = first;
    CHECK(first == second);
    many<Post>::const_iterator constant = first;
    CHECK(constant->title == "b");
    CHECK(std::distance(user.posts.begin(), user.posts.end()) == 3);
    CHECK(many<Post>::iterator() == user.posts.end());
}

TEST_CASE("explicit none is not unset and survives copies and moves", "[orm][relation]") {
    Post orphan;
    orphan.author = nullptr;
    CHECK(orphan.author.state() == RelationState::linked);
    CHECK_FALSE(orphan.author);
    const Post copy = orphan;
    CHECK(copy.author.state() == RelationState::linked);
    CHECK(copy.author.is_loaded());
    const Post moved = std::move(orphan);
    CHECK(moved.author.state() == RelationState::linked);

    User user;
    user.posts = {post("a")};
    user.posts.clear();
    CHECK(user.posts.empty());
    CHECK(user.posts.state() == RelationState::linked);
    User other;
    other.posts = {post("b")};
    other.posts = user.posts;
    CHECK(other.posts.empty());
    user.posts.add(post("c"));
    CHECK(user.posts.size() == 1);
}

TEST_CASE("one<> takes values, handles, addresses and nothing", "[orm][relation]") {
    Post child;
    User ann;
    ann.name = "ann";
    child.author = std::move(ann);
    CHECK(child.author->name == "ann");
    CHECK((*child.author).name == "ann");
    const auto handle = std::make_shared<User>();
    handle->name = "bob";
    child.author = handle;
    CHECK(child.author.get() == handle.get());
    CHECK(child.author.share() == handle);
    User managed;
    child.author = managed;
    CHECK(child.author.get() == &managed);
    child.author = std::shared_ptr<User>();
    CHECK_FALSE(child.author);
}

TEST_CASE("assigning from unset leaves the target's relationship as it is", "[orm][relation]") {
    User user;
    user.posts = {post("a")};
    user.posts = many<Post>();
    CHECK(user.posts.size() == 1);
    Post child;
    child.author = std::make_shared<User>();
    child.author = one<User>();
    CHECK(child.author);
    child = Post();
    CHECK(child.author);
}

TEST_CASE("not loaded reads throw, and a copy stays not loaded", "[orm][relation]") {
    User user;
    user.posts.set_not_loaded();
    CHECK_FALSE(user.posts.is_loaded());
    CHECK_THROWS_AS(user.posts.size(), NotLoadedError);
    CHECK_THROWS_AS(user.posts.begin(), NotLoadedError);
    CHECK_THROWS_AS(std::as_const(user.posts)[0], NotLoadedError);
    CHECK_THROWS_AS(user.posts.contains(Post()), NotLoadedError);
    const User copy = user;
    CHECK_THROWS_AS(copy.posts.empty(), NotLoadedError);
    User other;
    other.posts = {post("a")};
    other.posts = user.posts;
    CHECK(other.posts.size() == 1);
    Post child;
    child.author.set_not_loaded();
    CHECK_THROWS_AS(bool(child.author), NotLoadedError);
    CHECK_THROWS_AS(child.author.share(), NotLoadedError);
}

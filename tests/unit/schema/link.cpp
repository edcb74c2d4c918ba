// Relationship::link(): direction, foreign key, inverse and order of relationships, and what is refused.
#include "build.hpp"
#include "stand_in.hpp"

#include <azoth/schema/check.hpp>
#include <azoth/schema/metadata.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace azoth;
using Catch::Matchers::Contains;
using schema_test::many;
using schema_test::one;
using schema_test::refusal;
using Positions = std::vector<std::uint32_t>;

namespace {

template <auto M>
const Relationship& relation() {
    return detail::table_of<detail::member_owner_t<M>>().relationship(&detail::member_tag<M>);
}
template <auto M>
std::string link_refusal() {
    return refusal([] { (void)relation<M>().link(); });
}

// ---- a plain pair, named from one side only
struct Post;
struct User {
    int id{};
    std::string name{};
    many<Post> posts{};
    many<Post> edited{};
    one<Post> pinned{};
    static constexpr auto mapping();
};
struct Post {
    std::string title{};
    int id{};
    int author_id{};
    std::optional<int> editor_id{};
    one<User> author{};
    one<User> editor{};
    static constexpr auto mapping() {
        return table("posts", column<&Post::id>(primary_key), column<&Post::title>(),
                     column<&Post::author_id>(foreign_key<&User::id>()),
                     column<&Post::editor_id>(foreign_key("users.id")),
                     relationship<&Post::author>(via<&Post::author_id>(), back_populates<&User::posts>()),
                     relationship<&Post::editor>(via<&Post::editor_id>()));
    }
};
constexpr auto User::mapping() {
    return table(
        "users", column<&User::name>(), column<&User::id>(primary_key),
        relationship<&User::posts>(via<&Post::author_id>(), order_by<&Post::title>().desc(), order_by<&Post::id>(),
                                   azoth::cascade(save_update | azoth::remove | delete_orphan)),
        relationship<&User::edited>(via<&Post::editor_id>(), back_populates("editor")),
        relationship<&User::pinned>(via<&Post::editor_id>()));
}
static_assert(check<User, Post>());

// ---- one-to-one
struct Profile;
struct Account {
    int id{};
    one<Profile> profile{};
    static constexpr auto mapping() {
        return table("accounts", column<&Account::id>(primary_key), relationship<&Account::profile>());
    }
};
struct Profile {
    int id{};
    int account_id{};
    one<Account> account{};
    static constexpr auto mapping() {
        return table("profiles", column<&Profile::id>(primary_key),
                     column<&Profile::account_id>(unique, foreign_key<&Account::id>()),
                     relationship<&Profile::account>(back_populates<&Account::profile>()));
    }
};
static_assert(check<Account, Profile>());

// ---- self-reference
struct Employee {
    int id{};
    std::optional<int> manager_id{};
    one<Employee> manager{};
    many<Employee> reports{};
    static constexpr auto mapping() {
        return table("employees", column<&Employee::id>(primary_key),
                     column<&Employee::manager_id>(foreign_key<&Employee::id>()),
                     relationship<&Employee::manager>(back_populates<&Employee::reports>()),
                     relationship<&Employee::reports>());
    }
};
static_assert(check<Employee>());

// ---- composite, the key's columns in another order than the primary key's
struct Order {
    int shop{};
    int number{};
    static constexpr auto mapping() {
        return table("orders", column<&Order::shop>(), column<&Order::number>(),
                     primary_key(columns<&Order::number, &Order::shop>));
    }
};
struct Item {
    int id{};
    int order_shop{};
    int order_number{};
    one<Order> order{};
    static constexpr auto mapping() {
        return table(
            "items", column<&Item::id>(primary_key), column<&Item::order_shop>(), column<&Item::order_number>(),
            foreign_key(columns<&Item::order_shop, &Item::order_number>, references<&Order::shop, &Order::number>),
            relationship<&Item::order>(via<&Item::order_number, &Item::order_shop>()));
    }
};
static_assert(check<Order, Item>());

// ---- a foreign key to a column that is no primary key
struct Country {
    int id{};
    std::string code{};
    static constexpr auto mapping() {
        return table("countries", column<&Country::id>(primary_key), column<&Country::code>(unique));
    }
};
struct City {
    int id{};
    std::string country_code{};
    one<Country> country{};
    static constexpr auto mapping() {
        return table("cities", column<&City::id>(primary_key),
                     column<&City::country_code>(foreign_key<&Country::code>()), relationship<&City::country>());
    }
};

}  // namespace

TEST_CASE("many-to-one follows the struct's own key, one-to-many the target's", "[schema]") {
    const auto& author = relation<&Post::author>().link();
    CHECK(author.target == &detail::table_of<User>());
    CHECK(author.direction == Direction::many_to_one);
    CHECK(author.local == Positions{2});
    CHECK(author.remote == Positions{1});
    CHECK(author.remote_is_primary_key);
    CHECK(author.foreign_key == &detail::table_of<Post>().foreign_keys[0]);
    CHECK(author.inverse == &relation<&User::posts>());

    const auto& posts = relation<&User::posts>().link();
    CHECK(posts.direction == Direction::one_to_many);
    CHECK(posts.local == Positions{1});
    CHECK(posts.remote == Positions{2});
    CHECK_FALSE(posts.remote_is_primary_key);
    CHECK(posts.foreign_key == author.foreign_key);
    CHECK(posts.order_by == std::vector<std::pair<std::uint32_t, bool>>{{1, true}, {0, false}});
    CHECK(relation<&Post::author>().full_name() == "Post.author");
}

TEST_CASE("back_populates pairs both sides whichever declares it, by member or by name", "[schema]") {
    CHECK(relation<&User::posts>().link().inverse == &relation<&Post::author>());
    CHECK(relation<&User::edited>().link().inverse == &relation<&Post::editor>());
    CHECK(relation<&Post::editor>().link().inverse == &relation<&User::edited>());
    CHECK(relation<&User::pinned>().link().inverse == nullptr);
}

TEST_CASE("one<> on the side without a key is one-to-one", "[schema]") {
    const auto& profile = relation<&Account::profile>().link();
    CHECK(profile.direction == Direction::one_to_many);
    CHECK(profile.remote == Positions{1});
    CHECK(profile.inverse == &relation<&Profile::account>());
    CHECK(relation<&User::pinned>().link().direction == Direction::one_to_many);
}

TEST_CASE("in a self-reference one<> is many-to-one and many<> one-to-many", "[schema]") {
    const auto& manager = relation<&Employee::manager>().link();
    const auto& reports = relation<&Employee::reports>().link();
    CHECK(manager.direction == Direction::many_to_one);
    CHECK(reports.direction == Direction::one_to_many);
    CHECK(manager.local == Positions{1});
    CHECK(reports.remote == Positions{1});
    CHECK(manager.inverse == &relation<&Employee::reports>());
    CHECK(reports.inverse == &relation<&Employee::manager>());
}

TEST_CASE("composite keys link in the order of the target's primary key", "[schema]") {
    const auto& order = relation<&Item::order>().link();
    CHECK(order.remote_is_primary_key);
    CHECK(order.remote == Positions{1, 0});
    CHECK(order.local == Positions{2, 1});
}

TEST_CASE("a key to another unique column is not answered from the identity map", "[schema]") {
    CHECK_FALSE(relation<&City::country>().link().remote_is_primary_key);
    CHECK(relation<&City::country>().target_known());
}

TEST_CASE("links are resolved once, from any thread", "[schema]") {
    std::vector<const RelationshipLink*> seen(8);
    std::vector<std::thread> threads;
    for (auto& slot : seen) threads.emplace_back([&slot] { slot = &relation<&Profile::account>().link(); });
    for (auto& thread : threads) thread.join();
    for (const auto* link : seen) CHECK(link == seen.front());
}

namespace {

// ---- what is refused
struct Loner {
    int id{};
    one<User> user{};
    many<User> users{};
    static constexpr auto mapping() {
        return table("loners", column<&Loner::id>(primary_key), relationship<&Loner::user>(),
                     relationship<&Loner::users>());
    }
};
struct TwoWays {
    int id{};
    int a_id{};
    int b_id{};
    int plain{};
    one<User> a{};
    one<User> by_plain{};
    one<User> orphaned{};
    one<User> ordered{};
    one<User> named{};
    one<User> elsewhere{};
    one<User> contradicted{};
    static constexpr auto mapping() {
        return table("two_ways", column<&TwoWays::id>(primary_key), column<&TwoWays::a_id>(foreign_key<&User::id>()),
                     column<&TwoWays::b_id>(foreign_key<&User::id>()), column<&TwoWays::plain>(),
                     relationship<&TwoWays::a>(), relationship<&TwoWays::by_plain>(via<&TwoWays::plain>()),
                     relationship<&TwoWays::orphaned>(via<&TwoWays::a_id>(), azoth::cascade(delete_orphan)),
                     relationship<&TwoWays::ordered>(via<&TwoWays::a_id>(), order_by<&Post::id>()),
                     relationship<&TwoWays::named>(via<&TwoWays::a_id>(), back_populates("nobody")),
                     relationship<&TwoWays::elsewhere>(via<&TwoWays::a_id>(), back_populates<&User::posts>()),
                     relationship<&TwoWays::contradicted>(via<&TwoWays::a_id>(), azoth::cascade(azoth::remove), azoth::passive_deletes_all));
    }
};
struct Nowhere;
struct Lost {
    int id{};
    int nowhere_id{};
    one<Nowhere> nowhere{};
    static constexpr auto mapping() {
        return table("lost", column<&Lost::id>(primary_key), column<&Lost::nowhere_id>(foreign_key("nowhere.id")),
                     relationship<&Lost::nowhere>());
    }
};

struct Right;
struct Left {
    int id{};
    int right_id{};
    std::int64_t long_id{};
    one<Right> to_right{};
    one<Right> other{};
    many<Right> of_right{};
    static constexpr auto mapping();
};
struct Right {
    int id{};
    int left_id{};
    one<Left> to_left{};
    one<Left> also_left{};
    many<Left> lefts{};
    static constexpr auto mapping() {
        return table("rights", column<&Right::id>(primary_key), column<&Right::left_id>(foreign_key("lefts.id")),
                     relationship<&Right::to_left>(via<&Right::left_id>(), back_populates<&Left::to_right>()),
                     relationship<&Right::also_left>(via<&Right::left_id>(), back_populates<&Left::of_right>()),
                     relationship<&Right::lefts>(via<&Left::right_id>()));
    }
};
constexpr auto Left::mapping() {
    return table("lefts", column<&Left::id>(primary_key), column<&Left::right_id>(foreign_key<&Right::id>()),
                 column<&Left::long_id>(), relationship<&Left::to_right>(via<&Left::right_id>()),
                 relationship<&Left::other>(via<&Left::right_id>(), back_populates<&Right::lefts>()),
                 relationship<&Left::of_right>(via<&Right::left_id>(), back_populates<&Right::to_left>()));
}

struct LongKey {
    int id{};
    std::int64_t user_id{};
    one<User> user{};
    static constexpr auto mapping() {
        return table("long_keys", column<&LongKey::id>(primary_key),
                     column<&LongKey::user_id>(foreign_key<&User::id>()), relationship<&LongKey::user>());
    }
};
struct Missing {
    int id{};
    int user_id{};
    one<User> user{};
    static constexpr auto mapping() {
        return table("missing", column<&Missing::id>(primary_key), column<&Missing::user_id>(foreign_key("users.key")),
                     relationship<&Missing::user>());
    }
};

struct Circle {
    int id{};
    std::optional<int> next_id{};
    one<Circle> next{};
    static constexpr auto mapping() {
        return table("circles", column<&Circle::id>(primary_key), column<&Circle::next_id>(foreign_key<&Circle::id>()),
                     relationship<&Circle::next>(back_populates<&Circle::next>()));
    }
};

}  // namespace

TEST_CASE("relationships without exactly one key are refused", "[schema]") {
    CHECK_THAT(link_refusal<&Loner::user>(),
               Contains("Loner.user") && Contains("no foreign key between Loner and User"));
    CHECK_THAT(link_refusal<&Loner::users>(),
               Contains("Loner.users") && Contains("no foreign key between Loner and User"));
    CHECK_THAT(link_refusal<&TwoWays::a>(), Contains("via<") && Contains("TwoWays.a_id, TwoWays.b_id"));
    CHECK_THAT(link_refusal<&TwoWays::by_plain>(), Contains("TwoWays.by_plain") && Contains("via<>"));
    CHECK_THAT(link_refusal<&Lost::nowhere>(),
               Contains("Lost.nowhere") && Contains("Nowhere") && Contains("metadata<...>"));
    CHECK_FALSE(relation<&Lost::nowhere>().target_known());
}

TEST_CASE("options that do not fit the direction or the target are refused", "[schema]") {
    CHECK_THAT(link_refusal<&TwoWays::orphaned>(), Contains("TwoWays.orphaned") && Contains("delete_orphan"));
    CHECK_THAT(link_refusal<&TwoWays::ordered>(), Contains("TwoWays.ordered") && Contains("no column of User"));
    CHECK_THAT(link_refusal<&TwoWays::contradicted>(), Contains("TwoWays.contradicted") && Contains("passive_deletes_all"));
}

TEST_CASE("wrong pairings are refused", "[schema]") {
    CHECK_THAT(link_refusal<&TwoWays::named>(), Contains("TwoWays.named") && Contains("User.nobody"));
    CHECK_THAT(link_refusal<&TwoWays::elsewhere>(),
               Contains("TwoWays.elsewhere") && Contains("User.posts") && Contains("TwoWays"));
    // of_right names to_left, which names to_right; also_left names of_right.
    CHECK_THAT(link_refusal<&Left::of_right>(), Contains("Left.of_right") && Contains("not on both sides"));
    CHECK_THAT(link_refusal<&Right::also_left>(), Contains("Right.also_left") && Contains("not on both sides"));
    CHECK_THAT(link_refusal<&Right::to_left>(), Contains("Right.to_left"));
    CHECK_THAT(link_refusal<&Left::to_right>(), Contains("Left.to_right") && Contains("another foreign key"));
    CHECK(link_refusal<&Left::other>() == "nothing was thrown");
    CHECK_THAT(link_refusal<&Circle::next>(), Contains("Circle.next") && Contains("same direction"));
}

TEST_CASE("foreign keys have the type of an existing column", "[schema]") {
    const auto types = link_refusal<&LongKey::user>();
    CHECK_THAT(types,
               Contains("LongKey.user_id is std::int64_t") && Contains("User.id") && Contains("is std::int32_t"));
    CHECK_THAT(link_refusal<&Missing::user>(), Contains("Missing.user_id") && Contains("User.key"));
    CHECK_THROWS_AS(detail::table_of<LongKey>().foreign_keys[0].resolve(), ArgumentError);
    CHECK_THROWS_AS(detail::table_of<Missing>().foreign_keys[0].resolve(), ArgumentError);  // by name
    CHECK_THROWS_AS(detail::table_of<Missing>().foreign_keys[0].resolve(detail::table_of<Loner>()), ArgumentError);
}

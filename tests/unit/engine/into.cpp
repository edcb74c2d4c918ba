// Rows read into a user's aggregate: by name in any order, by position, with defaults kept; what does not fit is refused by the compiler.
#include <azoth/engine/into.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace azoth;
using namespace azoth::detail;

namespace {

template <fixed_string S, class T>
using Labelled = Item<T, label_key<S>>;
template <class T>
using Bare = Item<T, no_key>;

struct Child {
    int age{};
};
struct Card {
    std::int64_t id{};
    std::string title = "untitled";
    std::optional<std::string> note;
    std::vector<std::string> tags{"new"};
    Child child{7};
    bool open = true;
};
struct Pair {
    int first;
    std::string second;
};
struct Fixed {
    const int number;
    const std::string text;
};

template <class T>
struct Two {
    T left;
    T right{};
};

struct Long {
    int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0, d1;
};

static_assert(member_count<Card> == 6);
static_assert(member_count<Long> == 32);
static_assert(aggregate_member_name<Card, 1> == "title");
static_assert(aggregate_member_name<Card, 5> == "open");
static_assert(aggregate_member_name<Two<std::optional<int>>, 1> == "right");
static_assert(aggregate_member_name<Long, 31> == "d1");

// Where the struct is a constant the compiler knows which numbers have an initialiser.
static_assert(has_default<Pair, 1>());
static_assert(has_default<Card, 0>());
static_assert(has_default<Two<int>, 1>());
static_assert(!has_default<Two<int>, 0>());

static_assert(keeps_value<std::int64_t, std::int32_t>);
static_assert(!keeps_value<std::int32_t, std::int64_t>);
static_assert(!keeps_value<int, double>);
static_assert(!keeps_value<bool, int>);
static_assert(!keeps_value<std::string, int>);
static_assert(keeps_null<std::optional<int>, int>);
static_assert(!keeps_null<int, std::optional<int>>);

}  // namespace

TEST_CASE("a row goes into an aggregate by its labels, in any order", "[engine][into]") {
    Row<Labelled<"note", std::optional<std::string>>, Labelled<"open", bool>, Labelled<"id", std::int32_t>> row({"n", false, 5});
    const Card card = row_into<Card>(std::move(row));
    CHECK(card.id == 5);
    CHECK(card.note == "n");
    CHECK_FALSE(card.open);
    // what no item is named like keeps its default
    CHECK(card.title == "untitled");
    CHECK(card.tags == std::vector<std::string>{"new"});
    CHECK(card.child.age == 7);
}

TEST_CASE("by name members may be const when each has its item", "[engine][into]") {
    Row<Labelled<"text", std::string>, Labelled<"number", int>> row({"t", 3});
    const Fixed fixed = row_into<Fixed>(std::move(row));
    CHECK(fixed.number == 3);
    CHECK(fixed.text == "t");
}

TEST_CASE("names win over positions", "[engine][into]") {
    Row<Labelled<"right", int>, Labelled<"left", int>> row({1, 2});
    const auto two = row_into<Two<int>>(std::move(row));
    CHECK(two.left == 2);
    CHECK(two.right == 1);
}

TEST_CASE("a row with an unnamed item goes by position", "[engine][into]") {
    Row<Bare<int>, Labelled<"first", std::string>> row({4, "four"});
    const Pair pair = row_into<Pair>(std::move(row));
    CHECK(pair.first == 4);
    CHECK(pair.second == "four");
}

TEST_CASE("an optional member takes a plain value, and a local struct has names too", "[engine][into]") {
    struct Local {
        std::optional<std::int64_t> total;
        std::optional<std::string> name{};
    };
    Row<Labelled<"name", std::optional<std::string>>, Labelled<"total", std::int32_t>> row({std::nullopt, 9});
    const auto local = row_into<Local>(std::move(row));
    CHECK(local.total == 9);
    CHECK(local.name == std::nullopt);
}

TEST_CASE("values are moved out of the row", "[engine][into]") {
    struct Holder {
        std::unique_ptr<int> owned;
    };
    struct Shared {
        std::shared_ptr<const Child> child;
        int n;
    };
    auto child = std::make_shared<Child>();
    Row<EntityItem<Child>, Labelled<"n", int>> row({child, 1});
    const auto shared = row_into<Shared>(std::move(row));
    CHECK(shared.child == child);
    CHECK(child.use_count() == 2);
    CHECK(member_count<Holder> == 1);
}

TEST_CASE("thirty-two members go by name", "[engine][into]") {
    const auto names = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::vector<std::string>{std::string(aggregate_member_name<Long, I>)...};
    }(std::make_index_sequence<32>());
    CHECK(names.front() == "a0");
    CHECK(names[10] == "b0");
    CHECK(names.back() == "d1");
}

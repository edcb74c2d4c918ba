// Flattening and shapes: the same code gives the same shape, other structure another one, values never matter.
#include <azoth/base/error.hpp>
#include <support/sql_models.hpp>
#include <support/tape_builder.hpp>

#include <set>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;
using azoth::detail::flatten;
using azoth::detail::FlatStatement;

namespace {

FlatStatement by_name(const std::string& name) { return flatten(select<User>().where(col<&User::name> == name).tape()); }

FlatStatement with_sources(std::int64_t floor, const char* cte_name = "busy", bool all = true) {
    const auto boss = alias<Employee>("boss");
    const auto busy = select(col<&Post::author_id>, func::count().label("posts"_c)).where(col<&Post::id> > floor).group_by(col<&Post::author_id>).cte(cte_name);
    const auto tree = select(col<&Employee::id>).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
    const auto arm = select(col<&Employee::id>).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]);
    if (all) {
        tree.union_all(arm);
    } else {
        tree.union_(arm);
    }
    return flatten(select(boss[col<&Employee::name>], busy["posts"_c])
                       .join(busy, busy[col<&Post::author_id>] == boss[col<&Employee::id>])
                       .join(tree, tree[col<&Employee::id>] == boss[col<&Employee::id>])
                       .tape());
}

}  // namespace

TEST_CASE("values are no part of a shape", "[sql][flatten]") {
    const auto a = by_name("Ada"), b = by_name("Bob");
    CHECK(a.hash() == b.hash());
    CHECK(a.same_shape(b));
    CHECK_FALSE(a.values == b.values);
}

TEST_CASE("NULL in place of a value is another shape", "[sql][flatten]") {
    const std::optional<std::string> some = "x", none;
    const auto a = flatten(select<User>().where(col<&User::nick> == some).tape());
    const auto b = flatten(select<User>().where(col<&User::nick> == none).tape());
    CHECK_FALSE(a.same_shape(b));
    CHECK(a.hash() != b.hash());
}

TEST_CASE("the same code gives the same shape though every source is a new object", "[sql][flatten]") {
    const auto a = with_sources(1), b = with_sources(2);
    CHECK(a.sources.size() == 3);
    CHECK(a.sources[0] != b.sources[0]);
    CHECK(a.hash() == b.hash());
    CHECK(a.same_shape(b));
    REQUIRE(a.values.size() == 1);
    CHECK(a.values[0] == Value::integer(1));
}

TEST_CASE("names of sources and the union of a recursion are part of the shape", "[sql][flatten]") {
    const auto base = with_sources(1);
    CHECK_FALSE(base.same_shape(with_sources(1, "calm")));
    CHECK_FALSE(base.same_shape(with_sources(1, "busy", false)));
    CHECK(base.hash() != with_sources(1, "calm").hash());
    CHECK(base.hash() != with_sources(1, "busy", false).hash());
}

TEST_CASE("flattening a temporary gives what flattening a copy gives", "[sql][flatten]") {
    const auto query = select<User>().where(col<&User::id>.in_(1, 2, 3)).order_by(col<&User::name>);
    auto tape = query.tape();
    const auto copied = flatten(tape);
    const auto moved = flatten(std::move(tape));
    CHECK(copied.same_shape(moved));
    CHECK(copied.values == moved.values);
    CHECK(copied.main_size == moved.nodes.size());
}

TEST_CASE("shapes that differ anywhere differ in their hash", "[sql][flatten]") {
    std::vector<FlatStatement> shapes;
    const auto add = [&](const auto& statement) { shapes.push_back(flatten(statement.tape())); };
    const auto base = select<User>();
    add(base);
    add(select<Post>());
    add(select(col<&User::id>));
    add(select(col<&User::name>));
    add(base.where(col<&User::id> == 1));
    add(base.where(col<&User::id> != 1));
    add(base.where(col<&User::id> == 1).where(col<&User::id> == 2));
    add(base.where(col<&User::points> == 1));
    add(base.where(col<&User::id> == col<&User::points>));
    add(base.order_by(col<&User::id>));
    add(base.order_by(col<&User::id>.desc()));
    add(base.order_by(col<&User::id>.nulls_first()));
    add(base.limit(1));
    add(base.offset(1));
    add(base.limit(1).offset(1));
    add(base.distinct());
    add(base.with_for_update());
    add(base.with_for_update(skip_locked));
    for (std::size_t size = 0; size < 20; ++size) add(base.where(col<&User::id>.in_(std::vector<std::int64_t>(size))));
    add(select(func::call<double>("f", col<&User::id>)));
    add(select(func::call<double>("g", col<&User::id>)));
    add(select(col<&User::id>.label("a"_c)));
    add(select(col<&User::id>.label("b"_c)));
    add(delete_from<User>());
    std::set<std::uint64_t> hashes;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        hashes.insert(shapes[i].hash());
        for (std::size_t j = 0; j < shapes.size(); ++j) CHECK(shapes[i].same_shape(shapes[j]) == (i == j));
    }
    CHECK(hashes.size() == shapes.size());
}

TEST_CASE("a reference to a source that nobody holds is refused", "[sql][flatten]") {
    using namespace tape_builder;
    const Tape lost = leaf(Op::source_column, nullptr, 0, 0, 4711);
    CHECK_THROWS_AS(to_sql(statement({item(lost)}), dialect::sqlite), InternalError);
    Tape with_another = lost;
    auto other = std::make_shared<azoth::detail::Source>();
    other->id = azoth::detail::next_source_id();
    with_another.use(other);
    CHECK_THROWS_AS(flatten(with_another), InternalError);
}

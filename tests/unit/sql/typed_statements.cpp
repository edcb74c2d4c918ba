// Statements as values: copies, labels and ordinals, text(), relationship predicates, growing by assignment.
#include <azoth/sql/sql.hpp>

#include <azoth/base/error.hpp>
#include <azoth/dialect/to_sql.hpp>

#include <support/small_models.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using azoth::detail::Op;

namespace {

struct Node {
    std::int64_t id{};
    std::optional<std::int64_t> parent_id{};
    one<Node> parent{};
    many<Node> children{};

    static constexpr auto mapping() {
        return table("nodes", column<&Node::id>(primary_key), column<&Node::parent_id>(foreign_key<&Node::id>()),
                     relationship<&Node::parent>(via<&Node::parent_id>(), back_populates<&Node::children>()), relationship<&Node::children>());
    }
};

template <class Statement>
std::string sql(const Statement& statement) {
    return to_sql(statement, dialect::sqlite).sql;
}

}  // namespace

TEST_CASE("a clause on an lvalue leaves the query as it was", "[sql][typed]") {
    const auto all = select(col<&User::id>);
    const auto some = all.where(col<&User::points> > 3).order_by(col<&User::id>).limit(2).group_by(col<&User::id>).distinct();
    CHECK(sql(all) == "SELECT users.id FROM users");
    CHECK(some.tape() != all.tape());
    static_assert(std::is_same_v<decltype(all.where(col<&User::active>)), std::remove_const_t<decltype(all)>>);
    const auto changed = update<User>();
    (void)changed.values(col<&User::points> = 1).where(col<&User::id> == 1);
    CHECK(changed.tape() == update<User>().tape());
}

TEST_CASE("a clause on an rvalue moves and means the same", "[sql][typed]") {
    auto query = select(col<&User::id>);
    const auto copied = query.where(col<&User::name> == "a");
    const auto moved = std::move(query).where(col<&User::name> == "a");
    CHECK(copied.tape() == moved.tape());
}

TEST_CASE("queries grow by assignment", "[sql][typed]") {
    const auto build = [](std::optional<std::string> name, bool joined) {
        auto query = select<User>();
        if (name) query = query.where(col<&User::name> == *name);
        if (joined) query = query.outerjoin<&User::posts>();
        return query;
    };
    CHECK(build({}, false).tape() == select<User>().tape());
    CHECK(build("a", false).tape() == select<User>().where(col<&User::name> == "a").tape());
    CHECK(build({}, true).tape() == select<User>().outerjoin<&User::posts>().tape());
}

TEST_CASE("criteria add up; order_by without arguments forgets the order", "[sql][typed]") {
    CHECK(sql(select(col<&User::id>).where(col<&User::active>).where(col<&User::points> > 1, col<&User::points> < 5)) ==
          "SELECT users.id FROM users WHERE users.active AND users.points > ? AND users.points < ?");
    CHECK(sql(select(col<&User::id>).order_by(col<&User::id>).order_by()) == "SELECT users.id FROM users");
    CHECK(sql(select(col<&User::id>).where()) == "SELECT users.id FROM users");
    CHECK_THROWS_AS(select(col<&User::id>).limit(-1), ArgumentError);
    CHECK_THROWS_AS(select(col<&User::id>).offset(-1), ArgumentError);
}

TEST_CASE("labels become ordinals", "[sql][typed]") {
    CHECK(sql(select(col<&User::name>, func::count().label("n"_c)).group_by("name"_c).order_by("n"_c.desc().nulls_last())) ==
          "SELECT users.name, count(*) AS n FROM users GROUP BY 1 ORDER BY 2 DESC NULLS LAST");
    // a label that is also the name of a column means the item
    CHECK(sql(select(col<&User::points>.label("id"_c)).order_by("id"_c)) == "SELECT users.points AS id FROM users ORDER BY 1");
}

TEST_CASE("an expression that equals a selected one, values included, becomes its ordinal", "[sql][typed]") {
    const auto prefix = [](int length) { return func::substr(col<&User::name>, 1, length); };
    CHECK(sql(select(prefix(2), func::count()).group_by(prefix(2))) == "SELECT substr(users.name, ?, ?), count(*) FROM users GROUP BY 1");
    CHECK(sql(select(col<&User::id>, prefix(2).label("p"_c)).order_by(prefix(2).desc())) == "SELECT users.id, substr(users.name, ?, ?) AS p FROM users ORDER BY 2 DESC");
    CHECK(sql(select(prefix(2)).order_by(prefix(3))) == "SELECT substr(users.name, ?, ?) FROM users ORDER BY substr(users.name, ?, ?)");
    CHECK(sql(select(col<&User::points> + 1, col<&User::points> + 2).order_by(col<&User::points> + 2)) ==
          "SELECT users.points + ?, users.points + ? FROM users ORDER BY 2");
    // plain columns stay what they are
    CHECK(sql(select(col<&User::id>).order_by(col<&User::id>)) == "SELECT users.id FROM users ORDER BY users.id");
}

TEST_CASE("items of a scalar subquery are not the query's own", "[sql][typed]") {
    const auto newest = select(func::max(col<&Post::id>)).scalar_subquery();
    const auto query = select(newest, func::max(col<&User::id>)).order_by(func::max(col<&User::id>));
    const auto nodes = query.tape().nodes();
    REQUIRE(nodes.size() > 3);
    REQUIRE(nodes[nodes.size() - 3].op == Op::ordinal);
    CHECK(nodes[nodes.size() - 3].arg == 1);
    const auto other = select(newest, col<&User::id>).order_by(func::max(col<&Post::id>));
    for (const auto& node : other.tape().nodes()) CHECK(node.op != Op::ordinal);
}

TEST_CASE("the ordinals of a compound are those of its first arm", "[sql][typed]") {
    const auto both = select(col<&User::points> + 1, col<&User::name>).union_all(select(col<&User::points>, col<&User::name>)).order_by(col<&User::points> + 1);
    const auto nodes = both.tape().nodes();
    CHECK(nodes[nodes.size() - 3].op == Op::ordinal);
    CHECK(nodes[nodes.size() - 3].arg == 0);
}

TEST_CASE("text() binds by name, leaves quotes, comments and casts alone", "[sql][typed]") {
    const auto query = text("select id::text, ':no', \":no\" /* :no */ from users -- :no\nwhere id > :id and 'it''s' <> :name and t = \\:x or id = :id")
                           .bind("id"_c, 5)
                           .bind("name"_c, "ann");
    CHECK(query.tape().values().size() == 3);
    CHECK(query.tape().values()[2] == Value::integer(5));
    CHECK(to_sql(query, dialect::sqlite).sql ==
          "select id::text, ':no', \":no\" /* :no */ from users -- :no\nwhere id > ? and 'it''s' <> ? and t = :x or id = ?");
    static_assert(!decltype(query)::returns_rows);
    const auto typed_query = text("select id, name from users").columns(typed<std::int64_t>("id"_c), typed<std::optional<std::string>>("name"_c));
    static_assert(decltype(typed_query)::returns_rows);
    CHECK(text("select :a").bind("a"_c, std::optional<int>()).tape().values()[0] == Value());
}

TEST_CASE("text() refuses what cannot work, naming it", "[sql][typed]") {
    const auto message = [](auto make) -> std::string {
        try {
            make();
        } catch (const ArgumentError& error) {
            return error.what();
        }
        return "";
    };
    CHECK(message([] { return text("select :missing").tape(); }).find(":missing") != std::string::npos);
    CHECK(message([] { return text("select 1").bind("other"_c, 1); }).find(":other") != std::string::npos);
    CHECK(message([] { return text("select 'open"); }).find("never closed") != std::string::npos);
    CHECK(message([] { return text("select /* open"); }).find("never closed") != std::string::npos);
    CHECK(message([] { return text("  ; "); }).find("empty") != std::string::npos);
}

TEST_CASE("any and has are EXISTS over the relationship", "[sql][typed]") {
    CHECK(sql(select(col<&User::id>).where(any<&User::posts>())) ==
          "SELECT users.id FROM users WHERE EXISTS (SELECT ? FROM posts WHERE users.id = posts.author_id)");
    CHECK(sql(select(col<&User::id>).where(any<&User::posts>(col<&Post::title> == "x"))) ==
          "SELECT users.id FROM users WHERE EXISTS (SELECT ? FROM posts WHERE users.id = posts.author_id AND posts.title = ?)");
    CHECK(sql(select(col<&Post::id>).where(!has<&Post::author>(col<&User::active>))) ==
          "SELECT posts.id FROM posts WHERE NOT EXISTS (SELECT ? FROM users WHERE posts.author_id = users.id AND users.active)");
    const std::string self = sql(select(col<&Node::id>).where(any<&Node::children>(col<&Node::id> > 3)));
    CHECK(self.find("FROM nodes AS ") != std::string::npos);
    CHECK(self.find("nodes.id > ?") == std::string::npos);  // the criterion speaks of the child
}

TEST_CASE("and_ and or_ take predicates, a range, or nothing", "[sql][typed]") {
    const auto where = [](const auto& predicate) {
        const std::string all = sql(select(col<&User::id>).where(predicate));
        return all.substr(std::string("SELECT users.id FROM users WHERE ").size());
    };
    const std::vector<Expression<bool>> both{col<&User::points> > 1, col<&User::points> < 9};
    CHECK(where(or_(both)) == "users.points > ? OR users.points < ?");
    CHECK(and_(both).tape() == and_(both[0], both[1]).tape());
    CHECK(or_().tape() == or_(std::vector<Expression<bool>>()).tape());
    CHECK(where(and_(col<&User::active>, or_(both))) == "users.active AND (users.points > ? OR users.points < ?)");
}

TEST_CASE("func::call takes names only", "[sql][typed]") {
    CHECK_THROWS_AS(func::call<int>("f(); drop table users; --"), ArgumentError);
    CHECK_THROWS_AS(func::call<int>(""), ArgumentError);
    CHECK_NOTHROW(func::call<int>("pg_catalog.abs", 1));
}

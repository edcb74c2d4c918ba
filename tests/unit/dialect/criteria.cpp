// with_loader_criteria: where the condition stands, whatever way a table comes into a query.
#include <azoth/base/error.hpp>
#include <support/sql_models.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;
using Catch::Contains;

namespace {

const auto long_posts = with_loader_criteria<Post>(col<&Post::title> != "");
const auto active = with_loader_criteria<User>(col<&User::active> == true || col<&User::points> > 9);

}  // namespace

TEST_CASE("criteria stand in WHERE, beside the query's own", "[dialect][criteria]") {
    CHECK(sqlite_sql(select(col<&Post::id>).options(long_posts)) == "SELECT posts.id FROM posts WHERE posts.title != ?");
    CHECK(sqlite_sql(select(col<&User::id>).where(col<&User::id> == 1 || col<&User::id> == 2).options(active)) ==
          "SELECT users.id FROM users WHERE (users.id = ? OR users.id = ?) AND (users.active = ? OR users.points > ?)");
    CHECK(sqlite_sql(select(col<&User::id>).options(active)) == "SELECT users.id FROM users WHERE users.active = ? OR users.points > ?");
    CHECK(sqlite_sql(select(func::count()).select_from(entity<Post>).options(long_posts, long_posts)) ==
          "SELECT count(*) FROM posts WHERE posts.title != ? AND posts.title != ?");
    CHECK(sqlite_sql(select(col<&Comment::id>).options(long_posts)) == "SELECT comments.id FROM comments");
    CHECK(sqlite_sql(select(col<&Post::id>).options(with_loader_criteria<Post>(col<&Post::id>.in_(std::vector<std::int64_t>())))) == "SELECT posts.id FROM posts WHERE 0");
}

TEST_CASE("of a joined table criteria stand in ON, so that outer joins keep their rows", "[dialect][criteria]") {
    CHECK(sqlite_sql(select(col<&User::id>).outerjoin(entity<Post>).options(long_posts)) ==
          "SELECT users.id FROM users LEFT OUTER JOIN posts ON users.id = posts.author_id AND posts.title != ?");
    CHECK(sqlite_sql(select(col<&User::id>).join(entity<Post>, col<&Post::author_id> == col<&User::id> || col<&Post::id> == 1).options(long_posts, active)) ==
          "SELECT users.id FROM users JOIN posts ON (posts.author_id = users.id OR posts.id = ?) AND posts.title != ? WHERE users.active = ? OR users.points > ?");
    CHECK(sqlite_sql(select(col<&User::id>).cross_join(entity<Post>).options(long_posts)) == "SELECT users.id FROM users CROSS JOIN posts WHERE posts.title != ?");
}

TEST_CASE("an alias is narrowed as the table is, and each appearance by itself", "[dialect][criteria]") {
    const auto other = alias<User>("other");
    CHECK(sqlite_sql(select(col<&User::id>).join(other, col<&User::points> == other[col<&User::points>]).options(with_loader_criteria<User>(col<&User::active> == true))) ==
          "SELECT users.id FROM users JOIN users AS other ON users.points = other.points AND other.active = ? WHERE users.active = ?");
}

TEST_CASE("a RIGHT or FULL JOIN meets narrowed tables", "[dialect][criteria]") {
    CHECK(sqlite_sql(select(nullable(col<&User::id>)).full_outerjoin(entity<Post>).options(long_posts)) ==
          "SELECT users.id FROM users FULL OUTER JOIN (SELECT * FROM posts WHERE title != ?) AS posts ON users.id = posts.author_id");
    CHECK(sqlite_sql(select(nullable(col<&User::id>)).right_outerjoin(entity<Post>).options(with_loader_criteria<User>(col<&User::active> == true))) ==
          "SELECT users.id FROM (SELECT * FROM users WHERE active = ?) AS users RIGHT OUTER JOIN posts ON users.id = posts.author_id");
}

TEST_CASE("subqueries and CTEs are narrowed; queries inside criteria are not", "[dialect][criteria]") {
    CHECK(sqlite_sql(select(col<&User::id>).where(col<&User::id>.in_(select(col<&Post::author_id>))).options(long_posts)) ==
          "SELECT users.id FROM users WHERE users.id IN (SELECT posts.author_id FROM posts WHERE posts.title != ?)");
    const auto recent = select(col<&Post::id>.label("id"_c)).cte("recent");
    CHECK(sqlite_sql(select(recent["id"_c]).options(long_posts)) == "WITH recent AS (SELECT posts.id FROM posts WHERE posts.title != ?) SELECT recent.id FROM recent");
    CHECK(sqlite_sql(select(col<&Post::id>).union_all(select(col<&User::id>)).options(long_posts)) ==
          "SELECT posts.id FROM posts WHERE posts.title != ? UNION ALL SELECT users.id FROM users");
    const auto by_active = with_loader_criteria<Post>(col<&Post::author_id>.in_(select(col<&User::id>).where(col<&User::active> == true)));
    CHECK(sqlite_sql(select(col<&Post::id>).options(by_active, active)) ==
          "SELECT posts.id FROM posts WHERE posts.author_id IN (SELECT users.id FROM users WHERE users.active = ?)");
}

TEST_CASE("criteria that name another table are refused", "[dialect][criteria]") {
    CHECK_THROWS_WITH(with_loader_criteria<Post>(col<&Post::author_id> == col<&User::id>), Contains("with_loader_criteria<Post>") && Contains("subqueries"));
}

// What an outer join can make NULL cannot be read into a type without NULL.
#include <azoth/base/error.hpp>
#include <support/sql_models.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;
using Catch::Contains;

namespace {
const auto left = [](const auto& item) { return select(col<&User::id>, item).outerjoin(entity<Post>); };
const auto title = col<&Post::title>;
}  // namespace

TEST_CASE("a column of the joined side needs nullable()", "[dialect][nullable]") {
    CHECK_THROWS_WITH(sqlite_sql(left(title)), Contains("posts.title") && Contains("LEFT OUTER JOIN posts") && Contains("nullable"));
    CHECK_NOTHROW(sqlite_sql(left(nullable(title))));
    CHECK_NOTHROW(sqlite_sql(left(entity<Post>)));
    CHECK_NOTHROW(sqlite_sql(left(col<&User::name>)));
    CHECK_THROWS_AS(sqlite_sql(left(func::lower(title))), ArgumentError);
    CHECK_THROWS_AS(sqlite_sql(left(title + "!")), ArgumentError);
    CHECK_THROWS_AS(sqlite_sql(left(title == "x")), ArgumentError);
}

TEST_CASE("expressions that are never NULL are fine", "[dialect][nullable]") {
    CHECK_NOTHROW(sqlite_sql(left(func::coalesce(title, "none"))));
    CHECK_NOTHROW(sqlite_sql(left(func::coalesce(title, col<&User::name>))));
    CHECK_THROWS_AS(sqlite_sql(left(func::coalesce(col<&User::nick>, title))), ArgumentError);
    CHECK_NOTHROW(sqlite_sql(left(func::count(title)).group_by(col<&User::id>)));
    CHECK_NOTHROW(sqlite_sql(left(title.is_null())));
    CHECK_NOTHROW(sqlite_sql(left(case_(when(title == "x", 1)).else_(0))));
    CHECK_THROWS_AS(sqlite_sql(left(case_(when(col<&User::active>, title)).else_("x"))), ArgumentError);
    CHECK_NOTHROW(sqlite_sql(left(func::row_number().over(order_by(title)))));
    CHECK_NOTHROW(sqlite_sql(left(func::max(title)).group_by(col<&User::id>)));
}

TEST_CASE("right and full joins turn the other sides", "[dialect][nullable]") {
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>).right_outerjoin(entity<Post>)), Contains("users.id") && Contains("RIGHT OUTER JOIN posts"));
    CHECK_NOTHROW(sqlite_sql(select(title, nullable(col<&User::id>)).select_from(entity<User>).right_outerjoin(entity<Post>)));
    CHECK_THROWS_AS(sqlite_sql(select(nullable(col<&User::id>), title).full_outerjoin(entity<Post>)), ArgumentError);
    CHECK_NOTHROW(sqlite_sql(select(nullable(col<&User::id>), nullable(title)).full_outerjoin(entity<Post>)));
}

TEST_CASE("a condition that no NULL passes gives the column back", "[dialect][nullable]") {
    CHECK_NOTHROW(sqlite_sql(left(title).where(title == "x")));
    CHECK_NOTHROW(sqlite_sql(left(title).where(col<&Post::id>.is_not_null())));
    CHECK_NOTHROW(sqlite_sql(left(title).where(!col<&Post::id>.is_null())));
    CHECK_NOTHROW(sqlite_sql(left(title).where(col<&User::id> == 1 && title.like("a%"))));
    CHECK_THROWS_AS(sqlite_sql(left(title).where(title == "x" || col<&User::id> == 1)), ArgumentError);
    CHECK_THROWS_AS(sqlite_sql(left(title).where(col<&Post::id>.not_in(std::vector<std::int64_t>{}))), ArgumentError);
    CHECK_THROWS_AS(sqlite_sql(left(title).where(func::coalesce(title, "x") == "x")), ArgumentError);
    CHECK_NOTHROW(sqlite_sql(left(title).join(entity<Comment>, col<&Comment::post_id> == col<&Post::id>)));
    CHECK_THROWS_AS(sqlite_sql(left(title).join(entity<Comment>, col<&Comment::author_id> == col<&User::id>)), ArgumentError);
}

TEST_CASE("columns of an outer-joined subquery too, and items inside subqueries", "[dialect][nullable]") {
    const auto posts = select(col<&Post::author_id>, col<&Post::id>).subquery("p");
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>, posts[col<&Post::id>]).outerjoin(posts, posts[col<&Post::author_id>] == col<&User::id>)),
                      Contains("p.id") && Contains("LEFT OUTER JOIN p"));
    const auto inner = left(title).subquery();
    CHECK_THROWS_AS(sqlite_sql(select(inner[title])), ArgumentError);
}

// Whole queries: aggregates, windows, joins, subqueries, CTEs, set operations, order, limits and locks.
#include "models.hpp"

using namespace azoth;
using namespace azoth::literals;
using namespace dialect_models;
using azoth::test::check;

namespace {
const auto points = col<&User::points>;
const auto name = col<&User::name>;
const auto id = col<&User::id>;
}  // namespace

TEST_CASE("aggregates", "[dialects]") {
    fill();
    check(select(func::count(), func::count(col<&User::nick>), func::sum(points), func::avg(points), func::min(name), func::max(points)).select_from(entity<User>), "3|2|60|20|Anna|30");
    check(select(func::avg(col<&Line::quantity>)), "3.66666666667");
    check(select(func::sum(col<&Line::price> * col<&Line::quantity>)), "7.6");
    check(select(func::sum(col<&User::id>)), "6");
    check(select(func::count(distinct(col<&User::active>)), func::count().filter(points > 15)), "2|2");
    check(select(func::sum(points).filter(col<&User::active>)), "40");
    check(select(col<&User::active>, func::count()).group_by(col<&User::active>).having(func::count() > 1), "1|2");
    check(select(col<&User::active>, func::sum(points).label("s"_c)).group_by(col<&User::active>).having(func::sum(points) > 15.5).order_by("s"_c.desc()), "1|40; 0|20");
    const auto initial = func::substr(name, 1, 1);
    check(select(initial.label("i"_c), func::count().label("n"_c)).group_by("i"_c).order_by("n"_c.desc(), "i"_c), "A|1; B|1; C|1");
    check(select(initial, func::count()).group_by(initial).order_by(initial), "A|1; B|1; C|1");
    check(select(func::coalesce(func::sum(points), 0)).where(id > 100), "0");
    check(select(func::string_agg(name, ", ")).where(id == 1), "Anna", {"mariadb"});
    check(select(func::round(func::avg(col<&Line::price>), 2)), "1.2");
    check(select(func::round(func::avg(points), 1)), "20");
}

TEST_CASE("windows", "[dialects]") {
    fill();
    check(select(name, func::row_number().over(order_by(points.desc()))).order_by(id), "Anna|3; Bob|2; Cid|1");
    check(select(func::sum(points).over(order_by(id))).order_by(id), "10; 30; 60");
    check(select(func::sum(points).over(order_by(id).rows_between(unbounded_preceding, current_row))).order_by(id), "10; 30; 60");
    check(select(func::lag(points).over(order_by(id)), func::lead(points, 2).over(order_by(id))).order_by(id), "NULL|30; 10|NULL; 20|NULL");
    check(select(func::lead(points, 1, 0).over(order_by(id))).order_by(id), "20; 30; 0", {"mariadb"});
    check(select(func::lead(points, 1, 2.5).over(order_by(id))).order_by(id), "20; 30; 2.5", {"mariadb"});
    check(select(func::rank().over(partition_by(col<&User::active>).order_by(points)), func::count().over()).order_by(id), "1|3; 1|3; 2|3");
    check(select(func::ntile(2).over(order_by(id)), func::first_value(name).over(order_by(id))).order_by(id), "1|Anna; 1|Anna; 2|Anna");
    check(select(func::rank().over(order_by(col<&User::nick>.nulls_last()))).order_by(id), "1; 3; 2");
    check(select(func::percent_rank().over(order_by(id)), func::cume_dist().over(order_by(id))).where(id < 3).order_by(id), "0|0.5; 1|1");
}

TEST_CASE("order and limits", "[dialects]") {
    fill();
    check(select(id).order_by(col<&User::nick>.asc().nulls_first(), id), "2; 1; 3");
    check(select(id).order_by(col<&User::nick>.desc().nulls_last()), "3; 1; 2");
    check(select(id).order_by(id).limit(1).offset(1), "2");
    check(select(id).order_by(id).offset(2), "3");
    check(select(id).order_by(case_(when(points > 15, 0)).else_(1), id), "2; 3; 1");
    check(select(func::length(name).label("n"_c), id).order_by("n"_c.desc().nulls_last(), id), "4|1; 3|2; 3|3");
    check(select(col<&User::active>).distinct().order_by(col<&User::active>), "0; 1");
    check(select(col<&User::active>, name).distinct(col<&User::active>).order_by(col<&User::active>, points.desc()), "0|Bob; 1|Cid", {"sqlite", "mariadb"});
}

TEST_CASE("joins and subqueries", "[dialects]") {
    fill();
    check(select(name, col<&Post::title>).join(entity<Post>).order_by(col<&Post::id>), "Anna|First; Anna|Second; Bob|50% off");
    check(select(name, nullable(col<&Post::id>)).outerjoin(entity<Post>).where(id > 1).order_by(id), "Bob|3; Cid|NULL");
    check(select(nullable(name), col<&Post::id>).right_outerjoin(entity<Post>).order_by(col<&Post::id>), "Anna|1; Anna|2; Bob|3");
    check(select(nullable(id), nullable(col<&Post::id>)).full_outerjoin(entity<Post>).where(id == 3), "3|NULL", {"mariadb"});
    check(select(func::count()).select_from(entity<User>).cross_join(entity<Tag>), "3");
    const auto boss = alias<Employee>("boss");
    check(select(col<&Employee::name>, nullable(boss[col<&Employee::name>]).label("boss"_c)).outerjoin(boss, col<&Employee::manager_id> == boss[col<&Employee::id>]).order_by(col<&Employee::id>),
          "Ada|NULL; Ben|Ada; Cleo|Ben");
    const auto posts = select(func::count()).where(col<&Post::author_id> == id).scalar_subquery();
    check(select(id, posts.label("n"_c)).order_by(id), "1|2; 2|1; 3|0");
    check(select(id).where(posts > 1), "1");
    check(select(id).where(id.in_(select(col<&Post::author_id>))).order_by(id), "1; 2");
    check(select(id).where(exists(select(literal(1)).where(col<&Post::author_id> == id && col<&Post::title> == "First"))), "1");
    check(select(id).where(!exists(select(literal(1)).where(col<&Post::author_id> == id))), "3");
    const auto counts = select(col<&Post::author_id>, func::count().label("n"_c)).group_by(col<&Post::author_id>).subquery("counts");
    check(select(id, func::coalesce(counts["n"_c], 0)).outerjoin(counts, id == counts[col<&Post::author_id>]).order_by(id), "1|2; 2|1; 3|0");
    const auto newest = select(col<&Post::id>).where(col<&Post::author_id> == id).order_by(col<&Post::id>.desc()).limit(1).lateral("newest");
    check(select(id, newest[col<&Post::id>]).join(newest, and_(std::vector<Expression<bool>>{})).order_by(id), "1|2; 2|3", {"sqlite", "mariadb"});
    const auto everything = select(entity<Post>, id).join(entity<User>).subquery();
    check(select(everything[col<&Post::id>], everything[id]).order_by(everything[col<&Post::id>]), "1|1; 2|1; 3|2");
}

TEST_CASE("CTEs, also recursive", "[dialects]") {
    fill();
    const auto rich = select(id, points).where(points > 15).cte("rich");
    check(select(rich[id]).order_by(rich[id]), "2; 3");
    check(select(id).where(points > select(func::avg(rich[points])).scalar_subquery()), "3");
    {
        const auto tree = select(col<&Employee::id>, literal(0).label("depth"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
        tree.union_all(select(col<&Employee::id>, tree["depth"_c] + 1).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
        check(select(tree[col<&Employee::id>], tree["depth"_c]).order_by(tree["depth"_c]), "1|0; 2|1; 3|2");
    }
    {
        const auto tree = select(col<&Employee::id>, col<&Employee::name>.label("path"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
        tree.union_all(select(col<&Employee::id>, tree["path"_c] + " > " + col<&Employee::name>).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
        check(select(tree["path"_c]).order_by("path"_c), "Ada; Ada > Ben; Ada > Ben > Cleo");
    }
    {
        const auto tree = select(col<&Employee::id>, (col<&Employee::name> + "/").label("path"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
        tree.union_all(select(col<&Employee::id>, tree["path"_c] + col<&Employee::name> + "/").join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
        check(select(tree["path"_c]).order_by("path"_c), "Ada/; Ada/Ben/; Ada/Ben/Cleo/");
    }
    {
        const auto numbers = select(literal(std::int64_t{1}).label("n"_c)).recursive_cte("numbers");
        numbers.union_(select(numbers["n"_c] + std::int64_t{1}).where(numbers["n"_c] < 4));
        check(select(func::sum(numbers["n"_c])), "10");
    }
    {
        const auto steps = select(points.label("p"_c)).where(id == 1).recursive_cte("steps");
        steps.union_all(select(steps["p"_c] + 5).where(steps["p"_c] < 20));
        check(select(steps["p"_c]).order_by(steps["p"_c]), "10; 15; 20");
    }
    {
        const auto money = select(col<&Line::price>.label("m"_c)).where(col<&Line::id> == 1).recursive_cte("money");
        money.union_all(select(money["m"_c] + Decimal("1.10")).where(money["m"_c] < Decimal("3")));
        check(select(func::max(money["m"_c])), "3.3");
    }
}

TEST_CASE("set operations", "[dialects]") {
    fill();
    const auto users = select(id.label("x"_c));
    const auto posts = select(col<&Post::id>);
    const auto comments = select(col<&Comment::id>);
    check(users.union_(posts).order_by("x"_c.desc()).limit(2), "3; 2");
    check(users.union_all(select(literal(std::int64_t{9}))).order_by("x"_c), "1; 2; 3; 9");
    check(select(points.label("x"_c)).union_all(select(literal(5))).order_by("x"_c), "5; 10; 20; 30");
    check(select(name.label("x"_c)).union_all(select(literal("zz"))).order_by("x"_c.desc()).limit(1), "zz");
    check(users.except_(posts.union_(comments)), "");
    check(users.intersect(comments), "1");
    check(users.union_(posts).intersect(comments), "1");
    check(users.union_(posts.order_by(col<&Post::id>).limit(1)).order_by("x"_c), "1; 2; 3");
    const auto all = users.union_(posts).subquery("all_ids");
    check(select(func::count(all["x"_c])), "3");
    const auto nicks = select(col<&User::nick>.label("n"_c)).union_all(select(null<std::string>())).subquery("nicks");
    check(select(func::max(nicks["n"_c]), func::count()), "c_d|4");
    const auto numbers = select(null<std::int64_t>().label("n"_c)).union_all(select(nullable(id))).subquery("numbers");
    check(select(func::sum(numbers["n"_c]), func::count()), "6|4");
}

TEST_CASE("row locks", "[dialects]") {
    fill();
    const auto tag = select(col<&Tag::name>);
    for (const auto option : {LockOption{}, LockOption(nowait), LockOption(skip_locked), LockOption(for_share), LockOption(for_share | nowait), LockOption(for_key), LockOption(for_share | for_key)})
        check(tag.with_for_update(option), "cpp");
}

TEST_CASE("a recursive CTE may grow a text beyond its anchor's", "[dialects]") {
    fill();
    const std::string forty(40, '=');
    const auto tree = select(col<&Employee::id>, col<&Employee::name>.label("path"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
    tree.union_all(select(col<&Employee::id>, tree["path"_c] + forty + col<&Employee::name>).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
    check(select(func::length(tree["path"_c])).order_by(tree[col<&Employee::id>]), "3; 46; 90");
    const auto sums = select(col<&Line::id>, col<&Line::price>.label("total"_c)).where(col<&Line::id> == 1).recursive_cte("sums");
    sums.union_all(select(col<&Line::id>, sums["total"_c] * 1000 + col<&Line::price>).join(sums, col<&Line::id> == sums[col<&Line::id>] + 1));
    check(select(func::max(sums["total"_c])), "1102200.3");
    const auto word = select(literal("ab").label("w"_c), literal(0).label("n"_c)).recursive_cte("word");
    word.union_(select(word["w"_c] + "cd", word["n"_c] + 1).where(word["n"_c] < 3));
    check(select(word["w"_c]).where(word["n"_c] == 3), "abcdcdcd");
    const auto initials = select(col<&Employee::id>, func::upper(func::substr(col<&Employee::name>, 1, 1)).label("i"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("initials");
    initials.union_all(select(col<&Employee::id>, initials["i"_c] + func::substr(col<&Employee::name>, 1, 1)).join(initials, col<&Employee::manager_id> == initials[col<&Employee::id>]));
    check(select(func::max(initials["i"_c])), "ABC");
}

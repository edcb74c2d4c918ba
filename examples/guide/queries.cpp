// docs/guide/queries.md: each construct beside the SQL that SQLite is sent. Nothing is executed here.
#include "guide.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace guide {

using namespace azoth;
using namespace azoth::literals;
using shop::Author, shop::Book;

// Not in an unnamed namespace: docs/guide/compilers.md says why.
namespace office {

struct Employee {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> manager_id{};

    static constexpr auto mapping() {
        return table("employees", column<&Employee::id>(primary_key), column<&Employee::name>(),
                     column<&Employee::manager_id>(foreign_key<&Employee::id>()));
    }
};

struct Tag {
    std::string name{};
    std::int64_t uses{};

    static constexpr auto mapping() { return table("tags", column<&Tag::name>(primary_key), column<&Tag::uses>()); }
};

struct Document {
    std::int64_t id{};
    Json data{};

    static constexpr auto mapping() { return table("documents", column<&Document::id>(primary_key), column<&Document::data>()); }
};

}  // namespace office

using office::Document, office::Employee, office::Tag;

namespace {

template <class Statement>
void renders(const Statement& statement, const std::string& sql) {
    const std::string rendered = to_sql(statement, dialect::sqlite).sql;
    if (rendered != sql) throw std::logic_error("rendered:\n" + rendered + "\nnot:\n" + sql);
}

void basics() {
    // region: select
    renders(select<Author>(),
            "SELECT authors.id, authors.name, authors.born FROM authors");
    renders(select(col<&Book::title>, col<&Book::year>).where(col<&Book::year> >= 1960, col<&Book::year> < 1970),
            "SELECT books.title, books.year FROM books WHERE books.year >= ? AND books.year < ?");
    renders(select(col<&Book::id>).where(col<&Book::year> == 1961 || !(col<&Book::price> > Decimal("10"))),
            "SELECT books.id FROM books WHERE books.year = ? OR CAST(books.price AS NUMERIC) <= CAST(? AS NUMERIC)");
    // endregion

    // region: dynamic
    auto query = select(col<&Book::id>);
    std::optional<int> year = 1961;
    bool newest_first = true;
    if (year) query = query.where(col<&Book::year> == *year);
    if (newest_first) query = query.order_by(col<&Book::year>.desc());
    renders(query.limit(10).offset(20),
            "SELECT books.id FROM books WHERE books.year = ? ORDER BY books.year DESC LIMIT ? OFFSET ?");
    // endregion
}

void predicates() {
    const auto where = [](const auto& predicate, const std::string& sql) {
        renders(select(col<&Author::id>).where(predicate), "SELECT authors.id FROM authors WHERE " + sql);
    };
    // region: predicates
    where(col<&Author::name>.like("S%"), "authors.name LIKE ?");
    where(col<&Author::name>.contains("50%", autoescape), "authors.name LIKE ? ESCAPE '/'");
    where(col<&Author::born>.between(1900, 1950), "authors.born BETWEEN ? AND ?");
    where(col<&Author::id>.in_(1, 2, 3), "authors.id IN (?, ?, ?)");
    where(col<&Author::id>.in_(std::vector<std::int64_t>{}), "0");
    where(col<&Author::id>.in_(select(col<&Book::author_id>)), "authors.id IN (SELECT books.author_id FROM books)");
    where(col<&Author::born> == std::nullopt, "authors.born IS NULL");
    where(col<&Author::born>.is_distinct_from(1921), "authors.born IS NOT ?");
    where(any<&Author::books>(col<&Book::year> < 1900),
          "EXISTS (SELECT ? FROM books WHERE authors.id = books.author_id AND books.year < ?)");
    // endregion
}

void joins() {
    // region: joins
    renders(select(col<&Author::name>, col<&Book::title>).join<&Author::books>(),
            "SELECT authors.name, books.title FROM authors JOIN books ON authors.id = books.author_id");
    renders(select(col<&Author::name>, nullable(col<&Book::title>)).outerjoin<&Author::books>(),
            "SELECT authors.name, books.title FROM authors LEFT OUTER JOIN books ON authors.id = books.author_id");
    renders(select(col<&Book::title>).join(entity<Author>),  // the only foreign key between them
            "SELECT books.title FROM books JOIN authors ON books.author_id = authors.id");

    auto boss = alias<Employee>("boss");
    renders(select(col<&Employee::name>, nullable(boss[col<&Employee::name>]).label("boss"_c))
                .outerjoin(boss, col<&Employee::manager_id> == boss[col<&Employee::id>]),
            "SELECT employees.name, boss.name AS boss FROM employees LEFT OUTER JOIN employees AS boss ON employees.manager_id = boss.id");
    // endregion
}

void aggregates() {
    // region: aggregates
    renders(select(col<&Book::author_id>, func::count().label("books"_c), func::max(col<&Book::year>))
                .group_by(col<&Book::author_id>)
                .having(func::count() > 1)
                .order_by("books"_c.desc()),
            "SELECT books.author_id, count(*) AS books, max(books.year) FROM books "
            "GROUP BY books.author_id HAVING count(*) > ? ORDER BY 2 DESC");
    renders(select(func::count(distinct(col<&Book::author_id>)), func::count().filter(col<&Book::year> < 1970)),
            "SELECT count(DISTINCT books.author_id), count(*) FILTER (WHERE books.year < ?) FROM books");
    // endregion

    // region: windows
    renders(select(col<&Book::title>, func::row_number().over(partition_by(col<&Book::author_id>).order_by(col<&Book::year>)).label("n"_c)),
            "SELECT books.title, row_number() OVER (PARTITION BY books.author_id ORDER BY books.year) AS n FROM books");
    renders(select(col<&Book::year>, func::count().over(order_by(col<&Book::year>).rows_between(unbounded_preceding, current_row))),
            "SELECT books.year, count(*) OVER (ORDER BY books.year ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM books");
    // endregion

    // region: case
    renders(select(case_(when(col<&Book::year> < 1900, "old"), when(col<&Book::year> < 2000, "modern")).else_("new").label("age"_c)),
            "SELECT CASE WHEN books.year < ? THEN ? WHEN books.year < ? THEN ? ELSE ? END AS age FROM books");
    renders(select(cast<std::string>(col<&Book::year>), func::coalesce(col<&Author::born>, 0)).join<&Book::author>(),
            "SELECT CAST(books.year AS TEXT), coalesce(authors.born, ?) FROM books JOIN authors ON books.author_id = authors.id");
    renders(select(func::call<double>("sqrt", col<&Book::year>)),
            "SELECT sqrt(books.year) FROM books");
    renders(select(col<&Document::data>["author"]["name"].as<std::string>()),
            "SELECT documents.data -> ? ->> ? FROM documents");
    // endregion
}

void subqueries() {
    // region: subqueries
    auto counts = select(col<&Book::author_id>, func::count().label("n"_c)).group_by(col<&Book::author_id>).subquery("counts");
    renders(select(col<&Author::name>, func::coalesce(counts["n"_c], 0)).outerjoin(counts, col<&Author::id> == counts[col<&Book::author_id>]),
            "SELECT authors.name, coalesce(counts.n, ?) FROM authors LEFT OUTER JOIN "
            "(SELECT books.author_id, count(*) AS n FROM books GROUP BY books.author_id) AS counts ON authors.id = counts.author_id");

    auto newest = select(func::max(col<&Book::year>)).where(col<&Book::author_id> == col<&Author::id>).scalar_subquery();
    renders(select(col<&Author::name>, newest.label("newest"_c)),
            "SELECT authors.name, (SELECT max(books.year) FROM books WHERE books.author_id = authors.id) AS newest FROM authors");
    // endregion

    // region: cte
    auto old = select(col<&Book::author_id>).where(col<&Book::year> < 1950).cte("old");
    renders(select(col<&Author::name>).join(old, old[col<&Book::author_id>] == col<&Author::id>),
            "WITH old AS (SELECT books.author_id FROM books WHERE books.year < ?) "
            "SELECT authors.name FROM authors JOIN old ON old.author_id = authors.id");

    auto tree = select(col<&Employee::id>, literal(0).label("depth"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
    tree.union_all(select(col<&Employee::id>, tree["depth"_c] + 1).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
    renders(select(tree[col<&Employee::id>], tree["depth"_c]),
            "WITH RECURSIVE tree (id, depth) AS (SELECT employees.id, ? AS depth FROM employees WHERE employees.manager_id IS NULL "
            "UNION ALL SELECT employees.id, tree.depth + ? FROM employees JOIN tree ON employees.manager_id = tree.id) "
            "SELECT tree.id, tree.depth FROM tree");
    // endregion

    // region: union
    renders(select(col<&Author::name>.label("text"_c)).union_all(select(col<&Book::title>)).order_by("text"_c),
            "SELECT authors.name AS text FROM authors UNION ALL SELECT books.title FROM books ORDER BY 1");
    // endregion
}

void changes() {
    // region: dml
    renders(insert<Tag>().values(col<&Tag::name> = "cpp", col<&Tag::uses> = 1)
                .on_conflict(col<&Tag::name>).do_update(col<&Tag::uses> = col<&Tag::uses> + excluded(col<&Tag::uses>)),
            "INSERT INTO tags (name, uses) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET uses = tags.uses + excluded.uses");
    renders(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, select(col<&Book::title>, literal(std::int64_t{0}))),
            "INSERT INTO tags (name, uses) SELECT books.title, ? FROM books");
    renders(update<Book>().where(col<&Book::year> < 1900).values(col<&Book::price> = Decimal("1.00")).returning(col<&Book::id>),
            "UPDATE books SET price = ? WHERE books.year < ? RETURNING id");
    renders(delete_from<Book>().where(col<&Book::author_id>.in_(select(col<&Author::id>).where(col<&Author::name> == "Anonymous"))),
            "DELETE FROM books WHERE books.author_id IN (SELECT authors.id FROM authors WHERE authors.name = ?)");
    // endregion

    // region: text
    renders(text("SELECT id, name FROM authors WHERE born < :year").bind("year"_c, 1950)
                .columns(typed<std::int64_t>("id"_c), typed<std::string>("name"_c)),
            "SELECT id, name FROM authors WHERE born < ?");
    // endregion
}

// region: dto
struct Summary {
    std::string name;
    std::int64_t books = 0;
};

[[maybe_unused]] awaitable<std::vector<Summary>> summaries(AsyncSession& session) {
    auto query = select(col<&Author::name>, func::count(col<&Book::id>).label("books"_c)).outerjoin<&Author::books>().group_by(col<&Author::name>);
    auto result = co_await session.execute(query);
    co_return result.into<Summary>();  // by name; a missing name or a narrower type does not compile
}
// endregion

}  // namespace

void queries() {
    basics();
    predicates();
    joins();
    aggregates();
    subqueries();
    changes();
}

}  // namespace guide

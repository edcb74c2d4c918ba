// Which columns of an entity with deferred members are in the text, and in which order the table has them.
#include <azoth/base/error.hpp>
#include <azoth/orm/column_options.hpp>
#include <support/sql_models.hpp>

using namespace azoth;
using namespace sql_models;
using azoth::detail::table_of;
using Catch::Contains;

namespace deferred_models {

struct Page {
    std::int32_t id{};
    deferred<std::string> text{};
    std::string title{};
    deferred<std::int32_t> words{};

    static constexpr auto mapping() {
        return table("pages", column<&Page::id>(azoth::primary_key), column<&Page::text>(azoth::length(20)), column<&Page::title>(azoth::length(10)),
                     column<&Page::words>(undeferred), azoth::unique_together<&Page::text, &Page::title>());
    }
};

}  // namespace deferred_models

using deferred_models::Page;

TEST_CASE("deferred columns stand in CREATE TABLE where the mapping has them", "[dialect][deferred]") {
    CHECK(create_table(table_of<Page>(), dialect::sqlite)[0] ==
          "CREATE TABLE pages (id INTEGER NOT NULL, text VARCHAR(20) NOT NULL, title VARCHAR(10) NOT NULL, words INTEGER NOT NULL, PRIMARY KEY (id), "
          "UNIQUE (text, title))");
    const Table& table = table_of<Page>();
    CHECK(table.plain_columns == 2);
    CHECK(table.columns[1].name == "title");
    CHECK(table.columns[3].name == "words");
}

TEST_CASE("deferred columns are selected where they are asked for, and in subqueries", "[dialect][deferred]") {
    CHECK(to_sql(select<Page>(), dialect::sqlite).sql == "SELECT pages.id, pages.title, pages.words FROM pages");
    CHECK(to_sql(select<Page>().options(undefer<&Page::text>(), defer<&Page::words>()), dialect::sqlite).sql == "SELECT pages.id, pages.title, pages.text FROM pages");
    CHECK(to_sql(select<Page>().options(load_only<&Page::title>()), dialect::sqlite).sql == "SELECT pages.id, pages.title FROM pages");
    CHECK(to_sql(select<Page>().options(undefer<&Page::text>(), load_only<&Page::words>(), undefer<&Page::text>()), dialect::sqlite).sql ==
          "SELECT pages.id, pages.title, pages.text, pages.words FROM pages");
    const auto sub = select<Page>().subquery("p");
    CHECK(to_sql(select(sub[col<&Page::text>]), dialect::sqlite).sql ==
          "SELECT p.text FROM (SELECT pages.id, pages.title, pages.text, pages.words FROM pages) AS p");
    CHECK(to_sql(select<Page>().union_all(select<Page>()).options(defer<&Page::words>()), dialect::sqlite).sql.find("words") ==
          std::string::npos);
    CHECK(to_sql(insert<Page>().values(col<&Page::text> = "x").returning(entity<Page>), dialect::postgresql).sql ==
          "INSERT INTO pages (text) VALUES ($1) RETURNING pages.id, pages.title, pages.words");
    const auto boss = alias<Page>("other");
    CHECK(to_sql(select(boss, col<&Page::id>).cross_join(entity<Page>).options(undefer<&Page::text>()), dialect::sqlite).sql ==
          "SELECT other.id, other.title, other.text, other.words, pages.id FROM pages AS other CROSS JOIN pages");
    CHECK_THROWS_WITH(to_sql(select(col<&Page::id>).options(undefer<&Page::text>()), dialect::sqlite), Contains("Page.text") && Contains("selects no Page"));
    CHECK_THROWS_WITH(undefer_group<Page>("x"), Contains("Page has no deferred member of this group"));
}

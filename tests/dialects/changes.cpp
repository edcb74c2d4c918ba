// INSERT, upsert, UPDATE, DELETE and what they return.
#include "models.hpp"

#include <azoth/dialect/compiler.hpp>
#include <support/tape_builder.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace dialect_models;
using azoth::test::check;

namespace {
const auto name = col<&Tag::name>;
const auto uses = col<&Tag::uses>;
const auto tags = select(name, uses).order_by(name);
}  // namespace

TEST_CASE("INSERT and upsert", "[dialects]") {
    fill();
    check(insert<Tag>().values(name = "a", uses = 1), "");
    check(insert<Tag>().values(name = "a", uses = 5).on_conflict(name).do_update(uses = uses + excluded(uses)), "");
    check(tags, "a|6; cpp|7");
    check(insert<Tag>().values(name = "a", uses = 5).on_conflict(name).do_nothing(), "");
    check(insert<Tag>().values(name = "a", uses = 5).on_conflict(name).do_update(uses = 3), "");
    check(insert<Tag>().values(name = "a", uses = 5).on_conflict(name).do_update(uses = uses + 1), "");
    check(tags, "a|4; cpp|7");
    check(insert<Tag>().values(name = "b", uses = func::length(literal("four"))), "");
    check(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, select(col<&User::name>, col<&User::id>).where(col<&User::points> > 15)), "");
    check(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, select(col<&Post::title>, literal(std::int64_t{0})).where(col<&Post::id> == 1)), "");
    check(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, select(col<&User::name>, col<&User::id>).where(col<&User::id> > 0)).on_conflict(name).do_nothing(), "");
    check(select(name, uses).where(uses < 5).order_by(func::lower(name)), "a|4; Anna|1; b|4; Bob|2; Cid|3; First|0");
}

TEST_CASE("UPDATE and DELETE", "[dialects]") {
    fill();
    check(update<User>().where(col<&User::id> == 1).values(col<&User::points> = col<&User::points> + 1, col<&User::nick> = std::nullopt), "");
    check(update<User>().where(col<&User::id> == 2).values(col<&User::active> = true, col<&User::nick> = "bobby"), "");
    check(update<User>().where(col<&User::id> == 3).values(col<&User::points> = case_(when(col<&User::active>, 1)).else_(0)), "");
    check(select(entity<User>).order_by(col<&User::id>), "1|Anna|NULL|11|1; 2|Bob|bobby|20|1; 3|Cid|c_d|1|1");
    check(update<Post>().where(col<&Post::author_id> == col<&User::id> && col<&User::name> == "Anna").values(col<&Post::title> = col<&User::name>), "");
    check(select(col<&Post::title>).order_by(col<&Post::id>), "Anna; Anna; 50% off");
    check(update<User>().where(col<&User::id>.in_(select(col<&Post::author_id>))).values(col<&User::points> = 0), "");
    check(update<Line>().where(col<&Line::id> == 1).values(col<&Line::price> = col<&Line::price> * 2, col<&Line::quantity> = col<&Line::quantity> + 1), "");
    check(select(col<&Line::price>, col<&Line::quantity>).where(col<&Line::id> == 1), "2.2|4");
    check(delete_from<Comment>().where(col<&Comment::editor_id>.is_null()), "");
    check(delete_from<Post>().where(col<&Post::author_id> == col<&User::id> && col<&User::name> == "Bob"), "", {"sqlite"});
    check(delete_from<Post>().where(exists(select(literal(1)).where(col<&User::id> == col<&Post::author_id>, col<&User::name> == "Anna"))), "");
    check(delete_from<Post>(), "");
    check(select(func::count(col<&Post::id>)), "0");
}

TEST_CASE("RETURNING", "[dialects]") {
    fill();
    check(insert<Tag>().values(name = "a", uses = 1).returning(entity<Tag>), "a|1");
    check(insert<User>().values(col<&User::id> = 4, col<&User::name> = "Dan", col<&User::points> = 1, col<&User::active> = true).returning(col<&User::name>, (col<&User::points> + 1).label("n"_c)), "Dan|2");
    check(update<Tag>().where(name == "a").values(uses = 5).returning(name, uses.label("n"_c)), "a|5", {"mariadb"});
    check(delete_from<Tag>().where(name == "a").returning(name), "a");
}

TEST_CASE("WITH beside changes", "[dialects]") {
    fill();
    const auto busy = select(col<&Post::author_id>, col<&Post::title>).where(col<&Post::id> == 3).cte("busy");
    check(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, select(busy[col<&Post::title>], busy[col<&Post::author_id>])), "");
    check(tags, "50% off|2; cpp|7");
    check(update<User>().where(col<&User::id>.in_(select(busy[col<&Post::author_id>]))).values(col<&User::points> = 0), "", {"mariadb"});
    check(delete_from<Tag>().where(uses.in_(select(busy[col<&Post::author_id>]))), "", {"mariadb"});
}

TEST_CASE("an INSERT over arrays puts rows in order and names the generated keys", "[dialects]") {
    fill();
    for (const auto& server : test::servers()) {
        if (!server->dialect().features().insert_arrays) continue;
        using namespace tape_builder;
        const auto& samples = azoth::detail::table_of<Sample>();
        Tape tape = leaf(Op::insert_into, &samples);
        for (const auto& column : samples.columns) {
            if (!column.generated) tape.leaf(Op::column, &column);
        }
        tape.close(Op::insert_columns, static_cast<std::uint16_t>(samples.columns.size() - 1));
        tape.leaf(Op::insert_parameters);
        tape.append(node(Op::returning, {item(column(samples.columns[0])), item(column(samples.columns[4]))}));
        const auto statement = compile(azoth::detail::flatten(tape), server->dialect()).statement;
        INFO(statement->array_sql);
        std::vector<Value> arrays;
        for (const char* array : {"{t,f}", "{1,2}", "{1,2}", "{30,20}", "{1.5,2}", "{1.5,2}", "{1.50,2}", "{\"a, b\",NULL_}", "{a,b}", "{\"\\\\x00ff\",\"\\\\x\"}",
                                  "{2024-01-01 10:00:00+00,2024-01-01 10:00:00+00}", "{2024-01-01 10:00:00,2024-01-01 10:00:00}", "{2024-01-01,2024-01-02}",
                                  "{10:00,11:00}", "{00112233-4455-6677-8899-aabbccddeeff,00112233-4455-6677-8899-aabbccddeefe}", "{\"[1]\",\"{}\"}", "{NULL,1}"})
            arrays.push_back(Value::bytes(array, ValueKind::array));
        server->run("ALTER TABLE samples ALTER COLUMN id RESTART WITH 50");
        CHECK(server->run(statement->array_sql, arrays) == "50|30; 51|20");
        arrays[8] = Value::bytes("{a,more than twenty characters long}", ValueKind::array);
        CHECK_THROWS_WITH(server->run(statement->array_sql, arrays), Catch::Contains("value too long for type character varying(20)"));
    }
}

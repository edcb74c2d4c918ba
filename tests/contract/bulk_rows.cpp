// Statements that write rows without the unit of work: defaults by function, many rows by UPDATE, RETURNING of many rows, upserts with conditions.
#include <support/database.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace bulk_rows {

int codes = 0;
std::string next_code() { return "code" + std::to_string(++codes); }
std::int32_t tick() { return 7; }

struct Stock {
    std::int64_t id{};
    std::string sku{};
    std::string code{};
    std::int32_t amount{};
    std::int32_t changes{};

    static constexpr auto mapping() {
        return table("stocks", column<&Stock::id>(primary_key), column<&Stock::sku>(length(20)), column<&Stock::code>(length(20), default_factory<&next_code>),
                     column<&Stock::amount>(), column<&Stock::changes>(onupdate<&tick>), unique_together<&Stock::sku>());
    }
};

struct Account {
    std::int64_t id{};
    std::int64_t balance{};
    std::int32_t version{};

    static constexpr auto mapping() { return table("bulk_accounts", column<&Account::id>(primary_key), column<&Account::balance>(), column<&Account::version>(version_id)); }
};

struct Pair {
    std::int64_t left{};
    std::int64_t right{};

    static constexpr auto mapping() { return table("bulk_pairs", column<&Pair::left>(), column<&Pair::right>(), primary_key(columns<&Pair::left, &Pair::right>)); }
};

const Metadata model = metadata<Stock, Account, Pair>(naming_convention{.uq = "uq_{table}_{columns}"});

std::vector<Stock> stocks(std::size_t count) {
    std::vector<Stock> rows(count);
    for (std::size_t i = 0; i < count; ++i) {
        rows[i].sku = "s" + std::to_string(i);
        rows[i].amount = static_cast<std::int32_t>(i);
    }
    return rows;
}

}  // namespace bulk_rows

using namespace bulk_rows;

TEST_CASE("values() without a column calls its default_factory, on connections and sessions", "[defaults]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        codes = 0;
        auto connection = co_await database.engine().connect();
        const auto plain = insert<Stock>().values(col<&Stock::sku> = "a", col<&Stock::amount> = 1, col<&Stock::changes> = 0);
        co_await connection.execute(plain);
        const auto again = insert<Stock>().values(col<&Stock::sku> = "b", col<&Stock::amount> = 1, col<&Stock::changes> = 0);
        co_await connection.execute(again);
        const auto given = insert<Stock>().values(col<&Stock::sku> = "c", col<&Stock::code> = "own", col<&Stock::amount> = 1, col<&Stock::changes> = 0);
        co_await connection.execute(given);
        co_await connection.commit();
        co_await connection.close();
        CHECK(codes == 2);
        auto session = database.sessions()();
        const auto inside = insert<Stock>().values(col<&Stock::sku> = "d", col<&Stock::amount> = 1, col<&Stock::changes> = 0);
        co_await session.execute(inside);
        const auto query = select(col<&Stock::code>).order_by(col<&Stock::id>);
        auto result = co_await session.execute(query);
        const std::vector<std::string> expected{"code1", "code2", "own", "code3"};
        CHECK(result.scalars().all() == expected);
    });
}

TEST_CASE("update without a column sets what its onupdate function gives", "[defaults]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto first = session.add(Stock{.sku = "a", .amount = 1});
        auto second = session.add(Stock{.sku = "b", .amount = 1});
        co_await session.commit();
        const auto one = update<Stock>().where(col<&Stock::sku> == "a").values(col<&Stock::amount> = col<&Stock::amount> + 1);
        co_await session.execute(one);
        const auto other = update<Stock>().where(col<&Stock::sku> == "b").values(col<&Stock::amount> = 5, col<&Stock::changes> = 100);
        co_await session.execute(other);
        co_await session.refresh(first);
        co_await session.refresh(second);
        CHECK(first->amount == 2);
        CHECK(first->changes == 7);
        CHECK(second->changes == 100);
        co_await session.commit();

        auto connection = co_await database.engine().connect();
        const auto core = update<Stock>().where(col<&Stock::sku> == "b").values(col<&Stock::amount> = 6);
        co_await connection.execute(core);
        const auto read = select(col<&Stock::changes>).where(col<&Stock::sku> == "b");
        const auto value4 = co_await connection.scalar(read);
        CHECK(value4 == 7);
        const auto upsert = insert<Stock>().values(col<&Stock::sku> = "b", col<&Stock::amount> = 6, col<&Stock::changes> = 1).on_conflict(col<&Stock::sku>).do_update(col<&Stock::amount> = 9);
        const auto reset = update<Stock>().values(col<&Stock::changes> = 1);
        co_await connection.execute(reset);
        co_await connection.execute(upsert);
        const auto value5 = co_await connection.scalar(read);
        CHECK(value5 == 1);  // not in do_update(), as in SQLAlchemy
        co_await connection.close();
    });
}

TEST_CASE("many rows by UPDATE: every column but the key, by key, one statement; loaded objects are reread", "[bulk]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        std::vector<Stock> rows = stocks(5);
        const auto handles = session.add_all(rows);
        co_await session.commit();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].id = handles[i]->id;
            rows[i].code = "c" + std::to_string(i);
            rows[i].amount = static_cast<std::int32_t>(100 + i);
        }
        rows[1].changes = 3;
        rows.pop_back();
        database.log().clear();
        const auto write = update<Stock>();
        auto result = co_await session.execute(write, rows);
        CHECK(result.rowcount() == 4);
        CHECK(database.log().count("UPDATE stocks") == 1);
        CHECK(database.log().count() == 1);
        CHECK(session.in_transaction());
        const auto query = select<Stock>().order_by(col<&Stock::id>);
        auto read = co_await session.execute(query);
        const auto found = read.scalars().all();
        REQUIRE(found.size() == 5);
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(found[i] == handles[i]);
            CHECK(handles[i]->amount == static_cast<std::int32_t>(100 + i));
            CHECK(handles[i]->code == rows[i].code);
            CHECK(handles[i]->changes == (i == 1 ? 3 : 7));  // onupdate fills in what nobody set
        }
        CHECK(handles[4]->amount == 4);

        database.log().clear();
        const std::vector<Stock> none;
        auto nothing = co_await session.execute(write, none);
        CHECK(nothing.rowcount() == 0);
        CHECK(database.log().count() == 0);
        co_await session.commit();

        auto connection = co_await database.engine().connect();
        rows[0].amount = -1;
        auto core = co_await connection.execute(write, rows);
        CHECK(core.rowcount() == 4);
        const auto one = select(col<&Stock::amount>).where(col<&Stock::id> == rows[0].id);
        const auto value6 = co_await connection.scalar(one);
        CHECK(value6 == -1);
        co_await connection.close();
    });
}

TEST_CASE("many rows by UPDATE: versions are checked and counted, a missing row is named", "[bulk]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        std::vector<std::shared_ptr<Account>> handles;
        for (int i = 0; i < 4; ++i) handles.push_back(session.add(Account{.balance = i}));
        co_await session.commit();
        std::vector<Account> rows;
        for (const auto& handle : handles) rows.push_back(Account{.id = handle->id, .balance = handle->balance + 10, .version = handle->version});
        const auto write = update<Account>();
        co_await session.execute(write, rows);
        co_await session.commit();
        co_await session.refresh(handles[2]);
        CHECK(handles[2]->version == 2);
        CHECK(handles[2]->balance == 12);

        const auto again = [&] { return session.execute(write, rows); };  // with versions that are old by now
        const std::string stale = co_await failure_of<StaleDataError>(again);
        CHECK(stale.find("Account in bulk_accounts") != std::string::npos);
        CHECK(stale.find("execution 0") != std::string::npos);
        co_await session.rollback();

        for (auto& row : rows) row.version = 2;
        rows[3].id = 4711;
        const std::string missing = co_await failure_of<StaleDataError>(again);
        CHECK(missing.find("execution 3 matched 0 rows") != std::string::npos);
        CHECK(missing.find("4711") == std::string::npos);  // values stay out of errors
        co_await session.rollback();
        co_await session.refresh(handles[0]);
        CHECK(handles[0]->version == 2);

        const auto where = update<Account>().where(col<&Account::id> == 1);
        const auto with_clause = [&] { return session.execute(where, rows); };
        const std::string message1 = co_await failure_of<ArgumentError>(with_clause);
        CHECK(message1.find("leave out") != std::string::npos);
        const std::vector<Pair> pairs(1);
        const auto keys_only = update<Pair>();
        const auto no_columns = [&] { return session.execute(keys_only, pairs); };
        const std::string message2 = co_await failure_of<ArgumentError>(no_columns);
        CHECK(message2.find("no column beside its key") != std::string::npos);
    });
}

TEST_CASE("many rows by INSERT with RETURNING: what comes back is in the order of the rows", "[bulk]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const std::vector<Stock> rows = stocks(250);
        const auto keyed = insert<Stock>().returning(col<&Stock::id>, col<&Stock::sku>);
        auto result = co_await session.execute(keyed, rows);
        CHECK(result.rowcount() == 250);
        std::int64_t last = 0;
        std::size_t at = 0;
        for (const auto& [id, sku] : result.all()) {
            CHECK(id > last);
            CHECK(sku == rows[at].sku);
            last = id;
            ++at;
        }
        CHECK(at == rows.size());
        co_await session.rollback();

        const auto entities = insert<Stock>().returning(entity<Stock>);
        auto stored = co_await session.execute(entities, rows);
        const auto objects = stored.scalars().all();
        REQUIRE(objects.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) CHECK(objects[i]->sku == rows[i].sku);
        CHECK(session.contains(objects[0]));
        CHECK(objects[0]->code.starts_with("code"));
        objects[0]->amount = 1000;
        co_await session.commit();

        auto connection = co_await database.engine().connect();
        const auto read = select(col<&Stock::amount>).where(col<&Stock::id> == objects[0]->id);
        const auto value7 = co_await connection.scalar(read);
        CHECK(value7 == 1000);
        std::vector<Stock> more = stocks(20);
        for (auto& row : more) row.sku += "more";
        const auto text = insert<Stock>().returning(col<&Stock::sku>);
        auto core = co_await connection.execute(text, more);
        const auto skus = core.scalars().all();
        REQUIRE(skus.size() == more.size());
        for (std::size_t i = 0; i < more.size(); ++i) CHECK(skus[i] == more[i].sku);
        const std::vector<Stock> none;
        auto nothing = co_await connection.execute(text, none);
        CHECK(nothing.scalars().all().empty());
        co_await connection.close();
    });
}

TEST_CASE("do_update().where() leaves rows alone for which it does not hold", "[upsert]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        session.add(Stock{.sku = "a", .amount = 5});
        session.add(Stock{.sku = "b", .amount = 5});
        co_await session.commit();
        const auto upsert = [&](const char* sku, int amount) -> awaitable<void> {
            const auto larger = insert<Stock>()
                                    .values(col<&Stock::sku> = sku, col<&Stock::amount> = amount, col<&Stock::changes> = 0)
                                    .on_conflict(col<&Stock::sku>)
                                    .do_update(col<&Stock::amount> = excluded(col<&Stock::amount>))
                                    .where(col<&Stock::amount> < excluded(col<&Stock::amount>), col<&Stock::sku> != "zzz");
            co_await session.execute(larger);
        };
        if (database.kind().name == "MariaDB") {
            const auto refused = [&] { return upsert("a", 9); };
            const std::string message3 = co_await failure_of<NotSupportedError>(refused);
        CHECK(message3.find("condition") != std::string::npos);
            co_return;
        }
        co_await upsert("a", 9);
        co_await upsert("b", 1);
        const auto query = select(col<&Stock::amount>).order_by(col<&Stock::sku>);
        auto result = co_await session.execute(query);
        const std::vector<std::int32_t> expected{9, 5};
        CHECK(result.scalars().all() == expected);
    });
}

TEST_CASE("on_conflict(on_constraint()) names a constraint on PostgreSQL and is refused by name elsewhere", "[upsert]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().connect();
        const auto upsert = insert<Stock>()
                                .values(col<&Stock::sku> = "a", col<&Stock::amount> = 1, col<&Stock::changes> = 0)
                                .on_conflict(on_constraint("uq_stocks_sku"))
                                .do_update(col<&Stock::amount> = col<&Stock::amount> + 10);
        const auto run = [&]() -> awaitable<void> { co_await connection.execute(upsert); };
        const std::string refused = co_await failure_of<NotSupportedError>(run);
        const std::string kind = database.kind().name;
        if (kind != "PostgreSQL" && kind != "pgbouncer") {
            CHECK(refused.find("uq_stocks_sku") != std::string::npos);
            co_return;
        }
        CHECK(refused.empty());
        co_await run();
        const auto query = select(col<&Stock::amount>);
        const auto value8 = co_await connection.scalar(query);
        CHECK(value8 == 11);
        const auto nothing = insert<Stock>().values(col<&Stock::sku> = "a", col<&Stock::amount> = 1, col<&Stock::changes> = 0).on_conflict(on_constraint("uq_stocks_sku")).do_nothing();
        auto result = co_await connection.execute(nothing);
        CHECK(result.rowcount() == 0);
        co_await connection.close();
    });
}

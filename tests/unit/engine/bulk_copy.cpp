// bulk_copy on the wire: BEGIN rides ahead, the batch goes by the driver's copy, everything else by execute.
#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace copy_test {

struct Row {
    std::int64_t id{};
    std::string text{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("copy_rows", column<&Row::id>(primary_key), column<&Row::text>(length(20)));
    }
};

}  // namespace copy_test

namespace {

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;

}  // namespace

TEST_CASE("bulk_copy goes by the driver's copy, one batch with BEGIN", "[engine][copy]") {
    boost::asio::io_context context;
    const auto server = std::make_shared<FakeServer>();
    std::uint32_t sent = 0;
    std::string copy_sql;
    server->on_statement = [&](int, BatchItem& item) {
        if (item.statement->effect != Effect::write) return;
        sent += item.executions;
        copy_sql = item.statement->copy_sql;
        item.affected = item.executions;
    };
    const auto engine = create_async_engine(context.get_executor(), FakeDriver::serve(server, postgresql_dialect()));
    const async_sessionmaker sessions(engine);
    std::vector<copy_test::Row> rows(25000);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].id = static_cast<std::int64_t>(i) + 1;
    std::int64_t count = 0;
    const auto copy = [&]() -> awaitable<void> {
        auto session = sessions();
        count = co_await session.bulk_copy(rows);
        co_await session.commit();
    };
    run(context, copy());
    CHECK(count == 25000);
    CHECK(sent == 25000);
    CHECK(copy_sql == "COPY copy_rows (id, text) FROM STDIN");
    CHECK(server->copies() == 3);  // 10,000 rows each
    const auto log = server->log();
    REQUIRE(log.size() == 4);
    CHECK(log[0].starts_with("1: BEGIN; INSERT"));
    CHECK(log[1].starts_with("1: INSERT"));
    CHECK(log[3] == "1: COMMIT");

    const auto insert_them = [&]() -> awaitable<void> {
        auto connection = co_await engine.connect();
        const auto statement = insert<copy_test::Row>();
        co_await connection.execute(statement, rows);
        co_await connection.rollback();
    };
    run(context, insert_them());
    CHECK(server->copies() == 3);
}

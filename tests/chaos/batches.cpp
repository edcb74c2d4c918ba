// Large batches, errors in the middle of one, and values that cannot be sent (faults F14, F15, F23, F24).
#include "chaos/chaos.hpp"

#include <azoth/dialect/compiled_statement.hpp>

#include <sys/mman.h>
#include <sys/resource.h>

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::Batch;
using azoth::BatchItem;
using azoth::ValueKind;
using azoth::ValueView;

constexpr std::size_t megabyte = std::size_t{1} << 20;

/// The most memory this process has had so far.
std::size_t peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

BatchItem plain_item(std::string sql, azoth::Effect effect) {
    BatchItem item;
    item.statement = azoth::compile_plain(std::move(sql), effect);
    return item;
}

/// A core's run(), and what it failed with.
awaitable<std::string> outcome(AsyncConnection& connection, Batch batch, azoth::detail::RunOptions options) {
    co_return co_await failure(connection.core_ptr()->run(std::move(batch), options));
}

}  // namespace

TEST_CASE("1,000 parameters and results of 1 MB in one batch: no deadlock, bounded memory", "[chaos][F14]") {
    on_each_server([](Stage& stage) {
        const bool postgresql = stage.product.name == "PostgreSQL";
        const auto engine = stage.engine();
        check_healthy(stage, engine);
        const std::size_t before = peak_memory();
        stage.run([](AsyncEngine on, const char* sql) -> awaitable<void> {
            constexpr std::size_t count = 1000;
            Batch batch;
            std::string text(megabyte, 'x');
            for (std::size_t i = 0; i < count; ++i) {
                batch.items.push_back(plain_item(sql, azoth::Effect::read));
                text.replace(0, 8, std::to_string(10000000 + i));
                batch.items.back().parameters.clear(1);
                batch.items.back().parameters.append(ValueView::of_bytes(text, ValueKind::text));
            }
            auto connection = co_await on.connect();
            batch = co_await connection.core_ptr()->run(std::move(batch));
            std::size_t right = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const auto& rows = batch.items[i].rows;
                if (rows.rows() != 1 || rows.row(0)[0].size != megabyte) continue;
                right += rows.row(0)[0].text().substr(0, 8) == std::to_string(10000000 + i) ? 1U : 0U;
            }
            CHECK(right == count);
            co_await connection.rollback();
        }(engine, postgresql ? "SELECT $1::text" : "SELECT CAST(? AS CHAR)"));
        // What the caller gave, what it gets, and little more.
        CHECK(peak_memory() - before < 2600 * megabyte);
        check_healthy(stage, engine);
    });
}

TEST_CASE("an error in the middle of a batch names the item and leaves the connection usable", "[chaos][F15]") {
    on_each_server([](Stage& stage) {
        const bool autocommit = GENERATE(false, true);
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate, bool alone) -> awaitable<void> {
            auto connection = co_await through_gate.connect();
            const auto session = co_await session_number(connection, on.product);
            co_await connection.rollback();
            Batch batch;
            const std::vector<std::int64_t> ids{1, 2, 0, 3, 4};  // 0 is there
            for (const std::int64_t id : ids) batch.items.push_back(plain_item(on.insert(id), azoth::Effect::write));
            azoth::detail::RunOptions options;
            options.autocommit = alone;
            const std::string what = co_await outcome(connection, std::move(batch), options);
            CHECK(what.starts_with("UniqueViolation"));
            CHECK(what.find("VALUES (0, 1)") != std::string::npos);
            if (alone) {  // each on its own: what was done is committed, and nothing after the failure ran
                CHECK(on.rows() == 2);
                CHECK(on.rows("id IN (1, 2)") == 2);
            } else {
                co_await connection.rollback();
                CHECK(on.rows() == 0);
            }
            const auto after = co_await session_number(connection, on.product);
            CHECK(after == session);
            co_await connection.rollback();
        }(stage, engine, autocommit));
        check_healthy(stage, engine);
    });
}

TEST_CASE("one of many executions fails: the batch tells which", "[chaos][F15]") {
    on_each_server([](Stage& stage) {
        const bool postgresql = stage.product.name == "PostgreSQL";
        const auto engine = stage.engine();
        check_healthy(stage, engine);
        stage.run([](Stage& on, AsyncEngine through_gate, const char* values) -> awaitable<void> {
            const azoth::Driver& driver = azoth::find_driver(on.url.dialect());
            const azoth::ConnectOptions options;
            auto connection = co_await driver.connect(on.engine_url(), options);
            Batch batch;
            batch.items.push_back(plain_item("BEGIN", azoth::Effect::transaction));
            batch.items.push_back(plain_item("INSERT INTO " + on.table + values, azoth::Effect::write));
            BatchItem& item = batch.items.back();
            item.parameters.clear(1);
            item.executions = 10;
            for (std::int64_t id = 1; id <= 10; ++id) item.parameters.append(ValueView::of_integer(id == 7 ? 0 : id));
            batch = co_await connection->execute(std::move(batch));
            CHECK(batch.failed_item == 1);
            CHECK(batch.failed_execution == 6);
            CHECK_THROWS_AS(batch.rethrow_error(), azoth::UniqueViolation);
            connection->close();
            co_await through_gate.dispose();
        }(stage, engine, postgresql ? " VALUES ($1, 1)" : " VALUES (?, 1)"));
        CHECK(stage.rows() == 0);
        check_healthy(stage, engine);
    });
}

TEST_CASE("what cannot be sent is refused before it is, and the connection is unharmed", "[chaos][F24]") {
    on_each_server([](Stage& stage) {
        const bool postgresql = stage.product.name == "PostgreSQL";
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate, bool dollars) -> awaitable<void> {
            auto connection = co_await through_gate.connect();
            const auto session = co_await session_number(connection, on.product);
            co_await connection.rollback();
            const azoth::detail::RunOptions options;
            if (dollars) {  // MariaDB stores it
                Batch nul;
                nul.items.push_back(plain_item("SELECT $1::text", azoth::Effect::read));
                nul.items.back().parameters.clear(1);
                nul.items.back().parameters.append(ValueView::of_bytes(std::string_view("a\0b", 3), ValueKind::text));
                const std::string what = co_await outcome(connection, std::move(nul), options);
                CHECK(what.starts_with("DataError"));
                CHECK(what.find("NUL") != std::string::npos);
                co_await connection.rollback();
            }
            {
                std::string sql = "SELECT 1 WHERE 1 IN (";
                for (int i = 1; i <= 65536; ++i) sql += (i == 1 ? "" : ",") + (dollars ? "$" + std::to_string(i) + "::int" : std::string("?"));
                Batch many;
                many.items.push_back(plain_item(sql + ")", azoth::Effect::read));
                many.items.back().parameters.clear(65536);
                for (int i = 1; i <= 65536; ++i) many.items.back().parameters.append(ValueView::of_integer(i));
                const std::string what = co_await outcome(connection, std::move(many), options);
                CHECK(!what.empty());
                CHECK(!what.starts_with("ConnectionLost"));
                CHECK(what.substr(0, 300).find("65535") != std::string::npos);
                co_await connection.rollback();
            }
            {
                // Zero pages that nobody has written: no memory of its own.
                const std::size_t size = 1024 * megabyte;
                void* const zeros = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
                REQUIRE(zeros != MAP_FAILED);
                Batch large;
                large.items.push_back(plain_item(dollars ? "SELECT length($1::bytea)" : "SELECT LENGTH(?)", azoth::Effect::read));
                large.items.back().parameters.clear(1);
                large.items.back().parameters.append(ValueView::of_bytes(std::string_view(static_cast<const char*>(zeros), size), ValueKind::blob));
                munmap(zeros, size);
                const auto sent = on.gate.counts().to_server;
                const std::string what = co_await outcome(connection, std::move(large), options);
                CHECK(what.starts_with("DataError"));
                CHECK(on.gate.counts().to_server - sent < megabyte);
                co_await connection.rollback();
            }
            const auto after = co_await session_number(connection, on.product);
            CHECK(after == session);
            co_await connection.rollback();
        }(stage, engine, postgresql));
        check_healthy(stage, engine);
    });
}

TEST_CASE("rows of 8 MB come through a stream in bounded memory", "[chaos][F23]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        check_healthy(stage, engine);
        const std::size_t before = peak_memory();
        stage.run([](AsyncEngine on) -> awaitable<void> {
            using namespace azoth::literals;
            const std::string ten = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7)";
            const auto query = azoth::text("SELECT repeat('abcdefgh', 1048576) AS t FROM " + ten + " a, " + ten + " b").columns(azoth::typed<std::string>("t"_c));
            auto connection = co_await on.connect();
            auto rows = co_await connection.stream(query);
            std::size_t count = 0;
            for (;;) {
                const auto row = co_await rows.next();
                if (!row) break;
                ++count;
            }
            CHECK(count == 64);
            co_await connection.rollback();
        }(engine));
        // 512 MB have come by. The first fetch, of rows whose size nobody knows yet, is the largest.
        CHECK(peak_memory() - before < 1100 * megabyte);
        check_healthy(stage, engine);
    });
}

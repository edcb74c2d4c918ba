// Batches larger than every buffer, errors in the middle of one, and values that cannot be sent (faults F14, F15, F24).
#include "chaos/chaos.hpp"

#include <azoth/dialect/compiled_statement.hpp>

#include <sys/mman.h>
#include <sys/resource.h>

namespace batches {

/// The stage's table.
struct Item {
    std::int64_t id{};
    std::int64_t v{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("t", column<&Item::id>(primary_key, no_generated_key), column<&Item::v>());
    }
};

}  // namespace batches

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::Batch;
using azoth::BatchItem;
using azoth::ValueKind;
using azoth::ValueView;
using azoth::detail::RunOptions;
using batches::Item;

constexpr std::size_t megabyte = std::size_t{1} << 20;

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kept_by_the_sanitizer = 256;
#else
constexpr std::size_t kept_by_the_sanitizer = 0;
#endif

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

Batch alone(BatchItem item) {
    Batch batch;
    batch.items.push_back(std::move(item));
    return batch;
}

/// What the batch fails with.
awaitable<std::string> outcome(AsyncConnection& connection, Batch batch, RunOptions options = RunOptions()) {
    co_return co_await failure(connection.core_ptr()->run(std::move(batch), options));
}

bool is_postgresql(const Stage& stage) { return stage.product.name == "PostgreSQL"; }

}  // namespace

// 300 of 256 KB rather than 1,000 of 1 MB, which take over a minute: 75 MB each way are ten times what sockets, gate and server hold between them, so a
// client that did not read while it writes would stand still just the same.
TEST_CASE("parameters and results beyond every buffer in one batch: no deadlock, bounded memory", "[chaos][F14]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        check_healthy(stage, engine);
        const std::size_t before = peak_memory();
        stage.run([](AsyncEngine on, const char* sql) -> awaitable<void> {
            constexpr std::size_t count = 300;
            constexpr std::size_t size = megabyte / 4;
            Batch batch;
            std::string text(size, 'x');
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
                if (rows.rows() != 1 || rows.row(0)[0].size != size) continue;
                right += rows.row(0)[0].text().substr(0, 8) == std::to_string(10000000 + i) ? 1U : 0U;
            }
            CHECK(right == count);
            co_await connection.rollback();
        }(engine, is_postgresql(stage) ? "SELECT $1::text" : "SELECT CAST(? AS CHAR)"));
        // What the caller gave and what it gets are 150 MB; as much again is left for buffers that grow by doubling. AddressSanitizer keeps
        // up to 256 MB of what was freed.
        CHECK(peak_memory() - before < (300 + kept_by_the_sanitizer) * megabyte);
        check_healthy(stage, engine);
    });
}

TEST_CASE("an error in the middle of a batch names the item and leaves the connection usable", "[chaos][F15]") {
    for (const bool autocommit : {false, true}) on_each_server([autocommit](Stage& stage) {
        CAPTURE(autocommit);
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate, bool each_alone) -> awaitable<void> {
            auto connection = co_await through_gate.connect();
            const auto session = co_await session_number(connection, on.product);
            co_await connection.rollback();
            Batch batch;
            for (const std::int64_t id : {1, 2, 0, 3, 4}) batch.items.push_back(plain_item(on.insert(id), azoth::Effect::write));  // 0 is there
            RunOptions options;
            options.autocommit = each_alone;
            const std::string what = co_await outcome(connection, std::move(batch), options);
            CHECK(what.starts_with("UniqueViolation"));
            CHECK(what.find("VALUES (0, 1)") != std::string::npos);
            if (each_alone) {  // what was done is committed, and nothing after the failure ran
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

TEST_CASE("one of many executions fails: the batch tells which, and those before it stand until the rollback", "[chaos][F15]") {
    on_each_server([](Stage& stage) {
        stage.run([](Stage& on, const char* values) -> awaitable<void> {
            const azoth::Driver& driver = azoth::find_driver(on.url.dialect());
            const azoth::ConnectOptions options;
            const auto connection = co_await driver.connect(on.engine_url(), options);
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
            CHECK(connection->usable());
            if (!is_postgresql(on)) {  // an array there: the row at fault was looked for under a savepoint, and the rows before it are done
                batch = co_await connection->execute(alone(plain_item("SELECT count(*) FROM " + on.table, azoth::Effect::read)));
                batch.rethrow_error();
                CHECK(batch.items[0].rows.row(0)[0].integer == 1 + 6);
            }
            batch = co_await connection->execute(alone(plain_item("ROLLBACK", azoth::Effect::transaction)));
            batch.rethrow_error();
            CHECK(connection->transaction_status() == azoth::TransactionStatus::idle);
        }(stage, is_postgresql(stage) ? " VALUES ($1, 1)" : " VALUES (?, 1)"));
        CHECK(stage.rows() == 0);
    });
}

TEST_CASE("one of many inserted objects fails: undone with its savepoint, and what was before stays", "[chaos][F15]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.begin();
            co_await connection.run_text(on.insert(5000));
            std::vector<Item> many(1000);
            for (std::size_t i = 0; i < many.size(); ++i) many[i].id = static_cast<std::int64_t>(i) + 1;
            many[700].id = 5000;
            const auto into = azoth::insert<Item>();
            {
                auto savepoint = co_await connection.begin_nested();
                const std::string what = co_await failure(connection.execute(into, many));
                CHECK(what.starts_with("UniqueViolation"));
                co_await savepoint.rollback();
            }
            many[700].id = 701;
            co_await connection.execute(into, many);
            co_await connection.commit();
        }(stage, engine));
        CHECK(stage.rows() == 1001);
        check_healthy(stage, engine);
    });
}

TEST_CASE("what cannot be sent is refused before it is, and the connection is unharmed", "[chaos][F24]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.connect();
            const auto session = co_await session_number(connection, on.product);
            co_await connection.rollback();
            {
                BatchItem nul = plain_item(is_postgresql(on) ? "SELECT $1::text" : "SELECT CAST(? AS CHAR)", azoth::Effect::read);
                nul.parameters.clear(1);
                nul.parameters.append(ValueView::of_bytes(std::string_view("a\0b", 3), ValueKind::text));
                if (is_postgresql(on)) {
                    const std::string what = co_await outcome(connection, alone(std::move(nul)));
                    CHECK(what.starts_with("DataError"));
                    CHECK(what.find("NUL") != std::string::npos);
                } else {  // text like any other there
                    const Batch batch = co_await connection.core_ptr()->run(alone(std::move(nul)));
                    CHECK(batch.items[0].rows.row(0)[0].text() == std::string_view("a\0b", 3));
                }
                co_await connection.rollback();
            }
            {
                constexpr std::size_t count = 65536;
                std::string sql = "SELECT 1 WHERE 1 IN (";
                for (std::size_t i = 1; i <= count; ++i) sql += (i == 1 ? "" : ",") + (is_postgresql(on) ? "$" + std::to_string(i) + "::int" : std::string("?"));
                BatchItem many = plain_item(sql + ")", azoth::Effect::read);
                many.parameters.clear(count);
                for (std::size_t i = 1; i <= count; ++i) many.parameters.append(ValueView::of_integer(static_cast<std::int64_t>(i)));
                const std::string what = co_await outcome(connection, alone(std::move(many)));
                CHECK(!what.empty());
                CHECK(!what.starts_with("ConnectionLost"));
                INFO(what.substr(0, 300));
                CHECK((what.find("65535") != std::string::npos || what.find("too many placeholders") != std::string::npos));
                co_await connection.rollback();
            }
            {
                // PostgreSQL takes less than 1 GB, MariaDB what max_allowed_packet says. Pages that nobody has written: no memory of their own.
                std::size_t size = 1024 * megabyte;
                if (!is_postgresql(on)) {
                    const std::int64_t largest = co_await ask(connection, "SELECT @@max_allowed_packet AS n");
                    size = static_cast<std::size_t>(largest);
                }
                void* const zeros = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
                REQUIRE(zeros != MAP_FAILED);
                BatchItem large = plain_item(is_postgresql(on) ? "SELECT length($1::bytea)" : "SELECT LENGTH(?)", azoth::Effect::read);
                large.parameters.clear(1);
                large.parameters.append(ValueView::of_bytes(std::string_view(static_cast<const char*>(zeros), size), ValueKind::blob));
                munmap(zeros, size);
                const auto sent = on.gate.counts().to_server;
                const std::string what = co_await outcome(connection, alone(std::move(large)));
                CHECK(what.starts_with("DataError"));
                CHECK(on.gate.counts().to_server - sent < megabyte);
                co_await connection.rollback();
            }
            const auto after = co_await session_number(connection, on.product);
            CHECK(after == session);
            co_await connection.rollback();
        }(stage, engine));
        check_healthy(stage, engine);
    });
}

TEST_CASE("more than 65,535 values of many rows are sent in several pieces", "[chaos][F24]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        stage.run([](AsyncEngine on) -> awaitable<void> {
            std::vector<Item> many(40000);
            for (std::size_t i = 0; i < many.size(); ++i) many[i].id = static_cast<std::int64_t>(i) + 1;
            auto connection = co_await on.begin();
            const auto into = azoth::insert<Item>();
            co_await connection.execute(into, many);
            co_await connection.commit();
        }(engine));
        CHECK(stage.rows() == 40000);
        check_healthy(stage, engine);
    });
}

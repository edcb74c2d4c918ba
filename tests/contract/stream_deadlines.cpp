// A deadline of streams: it holds for the opening and for each fetch, whether the engine or the call sets it.
#include <support/database.hpp>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::databases;
using azoth::test::failure_of;

namespace {

// 1,000 rows at once, and then none for longer than anybody waits. MariaDB makes all rows when the stream is opened: there that takes as long.
std::string endless(const test::DatabaseKind& kind) {
    if (kind.postgresql()) return "SELECT i AS n FROM generate_series(1, 1001) AS i WHERE i <= 1000 OR pg_sleep(600) IS NULL";
    if (kind.mariadb()) return "SELECT a.seq AS n FROM seq_1_to_1000000 a, seq_1_to_1000000 b, seq_1_to_1000000 c WHERE a.seq + b.seq + c.seq < 0";
    return "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT i AS n FROM r WHERE i <= 1000";
}

// Returns how many rows came before the deadline.
template <class Query>
awaitable<int> read(AsyncConnection& connection, const Query& query, std::string& failure) {
    int rows = 0;
    try {
        auto stream = co_await connection.stream(query);
        while (co_await stream.next()) ++rows;
    } catch (const StatementTimeout& error) {
        failure = error.message();
    }
    co_return rows;
}

}  // namespace

TEST_CASE("a deadline ends the opening and the fetches of a stream, and the connection is used again", "[stream][deadline]") {
    constexpr std::chrono::milliseconds limit{200};
    for (const bool by_call : {true, false}) {
        for (const auto& kind : databases()) {
            INFO(kind.name << (by_call ? ", set by the call" : ", set by the engine"));
            EngineOptions options;
            options.pool_size = 1;
            options.max_overflow = 0;
            if (!by_call) options.statement_timeout = limit;
            Database database(kind, options);
            const auto work = [&]() -> awaitable<void> {
                auto connection = co_await database.engine().begin();
                ExecutionOptions execution;
                if (by_call) execution.statement_timeout = limit;
                const auto query = text(endless(kind)).columns(typed<std::int64_t>("n"_c)).execution_options(execution);
                std::string failure;
                const int rows = co_await read(connection, query, failure);
                CHECK(failure != "");
                CHECK((rows > 0) == !kind.mariadb());  // elsewhere it was a later fetch that took too long
                co_await connection.rollback();
                const auto again = text("SELECT 7 AS n").columns(typed<std::int64_t>("n"_c));
                const std::int64_t answer = co_await connection.scalar(again);
                CHECK(answer == 7);
                co_await connection.commit();
            };
            database.run(work());
        }
    }
}

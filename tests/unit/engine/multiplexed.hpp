// Reads that share connections of a fake database: what the tests of them have in common.
#pragma once

#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace azoth::multiplexed_test {

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using azoth::test::Task;
using namespace std::chrono_literals;
using Log = std::vector<std::string>;
using Outcomes = std::map<std::string, std::string>;

// Of "SELECT a" the "a".
inline std::string name_of(const std::string& sql) { return sql.substr(7); }

struct Fixture {
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    boost::asio::io_context context;
    EngineOptions options;
    Outcomes outcomes;

    AsyncEngine engine() { return create_async_engine(context.get_executor(), FakeDriver::serve(server, postgresql_dialect()), options); }

    awaitable<void> read(Multiplexed reads, std::string name, std::chrono::milliseconds timeout = 0ms) {
        ExecutionOptions how;
        how.statement_timeout = timeout;
        const auto statement = select(literal_column<std::int64_t>(name)).execution_options(how);
        std::string outcome = "rows";
        try {
            auto result = co_await reads.execute(statement);
        } catch (const Error& error) {
            outcome = error.message();
        }
        outcomes[name] = outcome;
    }
    Task start(const Multiplexed& reads, const std::string& name, std::chrono::milliseconds timeout = 0ms) { return Task(context, read(reads, name, timeout)); }
    std::vector<Task> start_all(const Multiplexed& reads, const std::string& names) {
        std::vector<Task> tasks;
        for (const char name : names) tasks.push_back(start(reads, std::string(1, name)));
        return tasks;
    }
    /// Goes on until so many batches have been given to connections, and nothing more happens by itself.
    void until_begun(int batches) { until_begun(context, batches); }
    void until_begun(boost::asio::io_context& on, int batches) const {
        while (server->batches_begun() < batches) REQUIRE(on.run_one() == 1);
        on.poll();
    }
    /// A line for each batch, "connection: a; b !", where ! marks what failed.
    Log log() const {
        Log short_log;
        for (const std::string& line : server->log()) {
            std::string names = line;
            for (std::size_t at = names.find("SELECT "); at != std::string::npos; at = names.find("SELECT ")) names.erase(at, 7);
            short_log.push_back(std::move(names));
        }
        return short_log;
    }
};

// The batch that holds this read hangs, the first time.
inline void hang_on(FakeServer& server, const std::string& name) {
    server.before_batch = [&server, name, done = false](int, const Batch& batch) mutable {
        for (const BatchItem& item : batch.items) {
            if (!done && name_of(item.statement->sql) == name) {
                done = true;
                server.hang_next();
            }
        }
    };
}

// This read costs its connection, so many times.
inline void lose_on(FakeServer& server, const std::string& name, int times) {
    server.on_statement = [name, times](int, BatchItem& item) mutable {
        if (name_of(item.statement->sql) == name && times-- > 0) throw ConnectionLost("gone");
    };
}

}  // namespace azoth::multiplexed_test

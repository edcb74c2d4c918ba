// Prepared statements: kept, given up, and healed when the server has other ideas.
#include "support.hpp"

using namespace azoth;
using namespace azoth::postgresql_test;

namespace {

std::int64_t prepared_on(Server& server) { return server.number("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'azoth%' AND statement NOT LIKE '%pg_prepared%'"); }

}  // namespace

TEST_CASE("PostgreSQL: a statement is prepared once, and the least used falls out", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    ConnectOptions options;
    options.statement_cache_size = 3;
    Server server(url, options);
    const CompiledPtr kept = statement("SELECT 1", Effect::read);
    for (int i = 0; i < 5; ++i) server.run(batch(item(kept)));
    CHECK(prepared_on(server) == 1);
    for (int i = 0; i < 10; ++i) {
        server.sql("SELECT " + std::to_string(100 + i));
        server.run(batch(item(kept)));
    }
    CHECK(prepared_on(server) <= 3);
    CHECK(server.number("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'") == 1);
}

TEST_CASE("PostgreSQL: more statements in one batch than the cache holds", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    ConnectOptions options;
    options.statement_cache_size = 2;
    Server server(url, options);
    Batch given = texts({"BEGIN"});
    std::vector<CompiledPtr> statements;
    for (int i = 0; i < 8; ++i) statements.push_back(statement("SELECT " + std::to_string(i), Effect::read));
    for (int round = 0; round < 2; ++round) {
        for (const CompiledPtr& one : statements) given.items.push_back(item(one));
    }
    const Batch done = server.run(std::move(given));
    done.rethrow_error();
    for (std::size_t i = 0; i < 16; ++i) CHECK(done.items[i + 1].rows.row(0)[0].integer == static_cast<std::int64_t>(i % 8));
    server.run(texts({"ROLLBACK"}));
    CHECK(prepared_on(server) <= 2);
}

TEST_CASE("PostgreSQL: nothing is kept on the server without a cache, or in unnamed mode", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    ConnectOptions none;
    none.statement_cache_size = 0;
    Server bare(url, none);
    for (int i = 0; i < 3; ++i) CHECK(bare.number("SELECT 5") == 5);
    CHECK(prepared_on(bare) == 0);
    Server unnamed(with(url, "prepared", "unnamed"));
    const CompiledPtr same = statement("SELECT 0.5::float8", Effect::read);
    for (int i = 0; i < 3; ++i) CHECK(unnamed.run(batch(item(same))).items[0].rows.row(0)[0].real == 0.5);
    CHECK(prepared_on(unnamed) == 0);
    CHECK(unnamed.words("SHOW TimeZone") == "UTC");
}

TEST_CASE("PostgreSQL: a plan that went stale is prepared again, unseen where nothing is lost by it", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    server.sql("CREATE TEMPORARY TABLE t (a int)");
    server.sql("INSERT INTO t VALUES (1)");
    const CompiledPtr all = statement("SELECT * FROM t", Effect::read);
    CHECK(server.run(batch(item(all))).items[0].rows.columns() == 1);
    server.sql("ALTER TABLE t ADD COLUMN b text DEFAULT 'x'");
    Batch done = server.run(batch(item(all)));
    REQUIRE_FALSE(done.error);
    CHECK(done.items[0].rows.columns() == 2);

    // BEGIN in the same batch: the transaction has just begun, so nothing is lost either.
    server.sql("ALTER TABLE t ADD COLUMN c int");
    Batch begun = texts({"BEGIN"});
    begun.items.push_back(item(all));
    done = server.run(std::move(begun));
    REQUIRE_FALSE(done.error);
    CHECK(done.items[1].rows.columns() == 3);
    CHECK(server.status() == TransactionStatus::active);

    // In the middle of a transaction it is an error, and the next transaction has a new plan.
    server.sql("ALTER TABLE t DROP COLUMN c");
    CHECK(server.run(batch(item(all))).error);
    CHECK(server.status() == TransactionStatus::failed);
    server.run(texts({"ROLLBACK"}));
    CHECK(server.run(batch(item(all))).items[0].rows.columns() == 3);

    // Everything forgotten behind our back.
    server.sql("DEALLOCATE ALL");
    CHECK_FALSE(server.run(batch(item(all))).error);
}

TEST_CASE("PostgreSQL: a statement that does not parse is not kept, and its neighbours are not hurt", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    const CompiledPtr later = statement("SELECT 3", Effect::read);
    Batch given = texts({"SELECT 1", "SELECT nonsense"});
    given.items.push_back(item(later));
    Batch done = server.run(std::move(given));
    CHECK(done.failed_item == 1);
    CHECK(done.items[0].done);
    const auto error = error_of<ProgrammingError>([&] { done.rethrow_error(); });
    CHECK(error.statement() == "SELECT nonsense");
    // Its Parse was skipped with the rest of the segment: it must not count as prepared.
    done = server.run(batch(item(later)));
    REQUIRE_FALSE(done.error);
    CHECK(done.items[0].rows.row(0)[0].integer == 3);
}

TEST_CASE("PostgreSQL: statements given up with a stale plan do not stay on the server", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    server.sql("CREATE TEMPORARY TABLE t (a int)");
    const CompiledPtr all = statement("SELECT * FROM t", Effect::read);
    const CompiledPtr beside = statement("SELECT 4", Effect::read);
    for (int round = 0; round < 4; ++round) {
        CHECK_FALSE(server.run(batch(item(all))).error);
        CHECK_FALSE(server.run(batch(item(beside))).error);
        server.sql("ALTER TABLE t ADD COLUMN b" + std::to_string(round) + " text");
    }
    CHECK_FALSE(server.run(batch(item(all))).error);
    CHECK_FALSE(server.run(batch(item(beside))).error);
    CHECK(server.number("SELECT count(*) FROM pg_prepared_statements WHERE statement IN ('SELECT * FROM t', 'SELECT 4')") == 2);
}

TEST_CASE("PostgreSQL: more parameters than a message can count are refused before anything is sent", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    BatchItem much = item("SELECT 1");
    much.parameters = ValueBuffer(65536);
    for (int i = 0; i < 65536; ++i) much.parameters.append(integer(1));
    Batch done = server.run(batch(std::move(much)));
    const auto error = error_of<DataError>([&] { done.rethrow_error(); });
    CHECK(std::string(error.what()).find("65536 parameters") != std::string::npos);
    CHECK(server.number("SELECT 2") == 2);
}

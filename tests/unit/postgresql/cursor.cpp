// Cursors: rows in pieces, other statements between, and their end.
#include "support.hpp"

using namespace azoth;
using namespace azoth::postgresql_test;

namespace {

std::unique_ptr<DriverCursor> open(Server& server, const std::string& sql, std::initializer_list<ValueView> values = {}) {
    return await(server.context, server.connection->open_cursor(item(statement(sql, Effect::read), values)));
}
ValueBuffer fetch(Server& server, DriverCursor& cursor, std::size_t most) { return await(server.context, cursor.fetch(most, ValueBuffer())); }

}  // namespace

TEST_CASE("PostgreSQL: a cursor gives all rows, with other statements between", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    server.run(texts({"BEGIN"}));
    const auto cursor = open(server, "SELECT i FROM generate_series($1::int, $2::int) AS i", {integer(1), integer(5000)});
    std::int64_t next = 1;
    for (;;) {
        const ValueBuffer rows = fetch(server, *cursor, 700);
        if (rows.empty()) break;
        CHECK(rows.rows() <= 700);
        for (std::size_t i = 0; i < rows.rows(); ++i) REQUIRE(rows.row(i)[0].integer == next++);
        CHECK(server.number("SELECT 7") == 7);
    }
    CHECK(next == 5001);
    CHECK(fetch(server, *cursor, 10).empty());
    server.run(texts({"ROLLBACK"}));
}

TEST_CASE("PostgreSQL: rows of a cursor are bounded by their size, not only by their number", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    server.run(texts({"BEGIN"}));
    const auto cursor = open(server, "SELECT repeat('x', 100000) FROM generate_series(1, 200)");
    std::size_t seen = 0;
    for (;;) {
        const ValueBuffer rows = fetch(server, *cursor, 1000);
        if (rows.empty()) break;
        CHECK(rows.byte_size() <= std::size_t{5} << 20);
        seen += rows.rows();
    }
    CHECK(seen == 200);
    server.run(texts({"ROLLBACK"}));
}

TEST_CASE("PostgreSQL: the end of the transaction ends its cursors; an abandoned one is closed", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    server.run(texts({"BEGIN"}));
    auto cursor = open(server, "SELECT 1");
    server.run(texts({"COMMIT"}));
    error_of<ResourceClosedError>([&] { fetch(server, *cursor, 1); });
    CHECK(server.number("SELECT 7") == 7);  // nothing was sent for it

    server.run(texts({"BEGIN"}));
    cursor = open(server, "SELECT 1");
    auto other = open(server, "SELECT 2");
    other.reset();
    CHECK(server.number("SELECT count(*) FROM pg_cursors WHERE name LIKE 'azoth%'") == 1);
    cursor.reset();
    CHECK(server.number("SELECT count(*) FROM pg_cursors WHERE name LIKE 'azoth%'") == 0);
    server.run(texts({"ROLLBACK"}));

    // Outside a transaction it lives until it is given up.
    cursor = open(server, "SELECT 3");
    CHECK(server.number("SELECT count(*) FROM pg_cursors WHERE name LIKE 'azoth%'") == 1);
    CHECK(fetch(server, *cursor, 5).row(0)[0].integer == 3);
    cursor.reset();
    CHECK(server.number("SELECT count(*) FROM pg_cursors WHERE name LIKE 'azoth%'") == 0);
}

TEST_CASE("PostgreSQL: errors of a cursor name its statement and leave a connection that can roll back", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    server.run(texts({"BEGIN"}));
    error_of<ProgrammingError>([&] { open(server, "SELECT nonsense"); });
    server.run(texts({"ROLLBACK", "BEGIN"}));
    const auto cursor = open(server, "SELECT 1 / (i - 30) FROM generate_series(1, 100) AS i");
    const auto error = error_of<DataError>([&] {
        while (!fetch(server, *cursor, 10).empty()) {}
    });
    CHECK(error.statement() == "SELECT 1 / (i - 30) FROM generate_series(1, 100) AS i");
    CHECK(server.status() == TransactionStatus::failed);
    server.run(texts({"ROLLBACK"}));
    CHECK(server.number("SELECT 7") == 7);
}

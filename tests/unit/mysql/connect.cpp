// Connecting: TLS, several hosts, and everything that can be wrong with a URL or a server.
#include "support.hpp"

#include <azoth/dialect/dialect.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

using namespace azoth;
using namespace azoth::mysql_test;

namespace {

std::string changed(void (*change)(UrlParts&)) {
    UrlParts parts = Url::parse(server()).parts();
    change(parts);
    return Url::create(std::move(parts)).to_string(true);
}

// A port that accepts connections and never says a word.
class Silence {
public:
    Silence() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
        REQUIRE(::listen(socket_, 8) == 0);
        socklen_t size = sizeof(address);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~Silence() { ::close(socket_); }
    std::uint16_t port = 0;

private:
    int socket_;
};

}  // namespace

TEST_CASE("mysql: a session is set up as promised", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const Batch done = db.sql("SELECT @@autocommit, @@time_zone, @@character_set_connection, @@sql_mode, @@character_set_results");
    const auto row = done.items[0].rows.row(0);
    CHECK(row[0].integer == 0);
    CHECK(row[1].text() == "+00:00");
    CHECK(row[2].text() == "utf8mb4");
    CHECK_THAT(std::string(row[3].text()), Catch::Contains("STRICT_TRANS_TABLES") && Catch::Contains("NO_ZERO_DATE"));
    CHECK(row[4].text() == "utf8mb4");
    Database own(server("sql_mode=ANSI_QUOTES&collation=utf8mb4_bin&innodb_lock_wait_timeout=7&init_command=SET @mine %3D 5"));
    const Batch other = own.sql("SELECT @@sql_mode, @@collation_connection, @@innodb_lock_wait_timeout, @mine");
    CHECK(other.items[0].rows.row(0)[0].text() == "ANSI_QUOTES");
    CHECK(other.items[0].rows.row(0)[1].text() == "utf8mb4_bin");
    CHECK(other.items[0].rows.row(0)[2].integer == 7);
    CHECK(other.items[0].rows.row(0)[3].integer == 5);
}

TEST_CASE("mysql: TLS, verified and not", "[mysql]") {
    if (!have_server()) return;
    const std::string authority = environment("AZOTH_TEST_CA");
    const std::string wrong = environment("AZOTH_TEST_WRONG_CA");
    if (authority.empty() || wrong.empty()) {
        WARN("not tested: AZOTH_TEST_CA and AZOTH_TEST_WRONG_CA name no certificates");
        return;
    }
    const auto cipher = [](const std::string& options) {
        Database db(server(options));
        return std::string(db.sql("SHOW SESSION STATUS LIKE 'Ssl_cipher'").items[0].rows.row(0)[1].text());
    };
    CHECK(cipher("ssl_mode=disabled").empty());
    CHECK_FALSE(cipher("ssl_mode=preferred").empty());
    CHECK_FALSE(cipher("ssl_mode=required").empty());
    CHECK_FALSE(cipher("ssl=true").empty());
    CHECK_FALSE(cipher("ssl_ca=" + authority).empty());
    CHECK_FALSE(cipher("ssl_mode=verify_identity&ssl_ca=" + authority).empty());
    CHECK_FALSE(cipher("ssl_verify_cert=false&ssl_ca=" + wrong).empty());
    for (const char* mode : {"verify_ca", "verify_identity"}) {
        const auto error = error_of<OperationalError>([&] { Database db(server("ssl_mode=" + std::string(mode) + "&ssl_ca=" + wrong)); });
        CHECK(error.native_code() == 2026);
        CHECK_THAT(error.what(), !Catch::Contains("canary"));
    }
    CHECK_THROWS_AS(Database(server("ssl_ca=/no/such/file.pem")), OperationalError);
}

TEST_CASE("mysql: wrong password, user, database and host", "[mysql]") {
    if (!have_server()) return;
    const auto password = error_of<OperationalError>([] { Database db(changed([](UrlParts& parts) { parts.password = "canary-wrong"; })); });
    CHECK(password.native_code() == 1045);
    CHECK_THAT(password.what(), !Catch::Contains("canary"));
    CHECK_THROWS_AS(Database(changed([](UrlParts& parts) { parts.username = "nobody_at_all"; })), OperationalError);
    const auto database = error_of<OperationalError>([] { Database db(changed([](UrlParts& parts) { parts.database = "no_such_database"; })); });
    CHECK(database.native_code() == 1049);
    const auto host = error_of<ConnectionLost>([] { Database db(changed([](UrlParts& parts) { parts.hosts = {{"no-such-host.invalid", 0}}; })); });
    CHECK_THAT(host.message(), Catch::Contains("no-such-host.invalid:3306"));
    const auto port = error_of<ConnectionLost>([] { Database db(changed([](UrlParts& parts) { parts.hosts = {{"127.0.0.1", 1}}; })); });
    CHECK_THAT(port.message(), Catch::Contains("127.0.0.1:1"));
    CHECK_THROWS_AS(Database("mariadb://u@/db?unix_socket=/no/such/socket"), ConnectionLost);
}

TEST_CASE("mysql: hosts are tried in order", "[mysql]") {
    if (!have_server()) return;
    Database db(changed([](UrlParts& parts) { parts.hosts.insert(parts.hosts.begin(), {"127.0.0.1", 1}); }));
    CHECK(db.number("SELECT 1") == 1);
    // The error is that of the last one.
    const auto error = error_of<ConnectionLost>([] { Database none(changed([](UrlParts& parts) { parts.hosts = {{"127.0.0.1", 1}, {"127.0.0.1", 2}}; })); });
    CHECK_THAT(error.message(), Catch::Contains("127.0.0.1:2"));
}

TEST_CASE("mysql: both schemes, and the suffixes of Python's drivers", "[mysql]") {
    if (!have_server()) return;
    for (const char* suffix : {"", "aiomysql", "asyncmy", "pymysql", "mysqldb", "mariadbconnector"}) {
        UrlParts parts = Url::parse(server()).parts();
        parts.driver = suffix;
        for (const char* dialect : {"mariadb", "mysql"}) {
            parts.dialect = dialect;
            const std::string url = Url::create(parts).to_string(true);
            Database db(url);
            CHECK(db.number("SELECT 1") == 1);
            CHECK(find_driver(dialect).dialect().name() == dialect);
        }
    }
}

TEST_CASE("mysql: a server that says nothing is given up after connect_timeout", "[mysql]") {
    const Silence silent;
    ConnectOptions options;
    options.connect_timeout = std::chrono::milliseconds(30);
    const auto error = error_of<ConnectionLost>([&] { Database db("mariadb://u:canary@127.0.0.1:" + std::to_string(silent.port) + "/db", options); });
    CHECK_THAT(error.message(), Catch::Contains("connect_timeout"));
    options.connect_timeout = std::chrono::milliseconds(0);
    CHECK_THROWS_AS(Database("mariadb://u:canary@127.0.0.1:" + std::to_string(silent.port) + "/db?connect_timeout=0.03", options), ConnectionLost);
}

TEST_CASE("mysql: connecting is cancelled at once", "[mysql]") {
    const Silence silent;
    asio::io_context context;
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    asio::co_spawn(
        context, [&]() -> awaitable<void> { co_await connect("mariadb://u@127.0.0.1:" + std::to_string(silent.port) + "/db?connect_timeout=1"); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { failure = error; }));
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < 20; ++i) co_await turn();
            signal.emit(asio::cancellation_type::terminal);
        },
        asio::detached);
    context.run();
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
}

TEST_CASE("mysql: a timer keeps its beat beside a query, with TLS on", "[mysql]") {
    if (!have_server()) return;
    const std::string authority = environment("AZOTH_TEST_CA");
    if (authority.empty()) {
        WARN("not tested: AZOTH_TEST_CA names no certificate");
        return;
    }
    Database db(server("ssl_ca=" + authority));
    const bool stream = GENERATE(false, true);
    Batch sleep = batch("SELECT sleep(?)", {integer(1)});
    bool finished = false;
    int beats = 0;
    asio::co_spawn(
        db.context,
        [&]() -> awaitable<void> {
            if (stream) {
                co_await db.connection->open_cursor(item("SELECT sleep(1)"));
            } else {
                co_await db.connection->execute(std::move(sleep));
            }
            finished = true;
        },
        asio::detached);
    asio::co_spawn(
        db.context,
        [&]() -> awaitable<void> {
            asio::steady_timer timer(db.context);
            while (!finished) {
                timer.expires_after(std::chrono::milliseconds(5));
                co_await timer.async_wait(asio::use_awaitable);
                ++beats;
            }
        },
        asio::detached);
    db.context.restart();
    db.context.run();
    CHECK(finished);
    CHECK(beats > 20);  // one, if the query had kept the thread
}

TEST_CASE("mysql: a connection that was asked to refuse writes reads all the same", "[mysql]") {
    if (!have_server()) return;
    ConnectOptions refuse;
    refuse.read_only = true;
    Database reader(server(), refuse);
    for (int i = 0; i < 2; ++i) {
        const auto error = error_of<OperationalError>([&] { reader.sql("CREATE TABLE never (id INT)"); });
        CHECK(error.sqlstate() == "25006");
        CHECK(reader.number("SELECT 1") == 1);
    }
}

// Connecting: what a URL may say, and how it fails.
#include "support.hpp"

#include <azoth/driver/url.hpp>

using namespace azoth;
using namespace azoth::postgresql_test;

namespace {

std::unique_ptr<DriverConnection> connect(const std::string& url, ConnectOptions options = {}) {
    asio::io_context context;
    return await(context, find_driver("postgresql").connect(Url::parse(url), options));
}

std::string changed(const std::string& url, void (*change)(UrlParts&)) {
    UrlParts parts = Url::parse(url).parts();
    change(parts);
    return Url::create(parts).to_string(true);
}

}  // namespace

TEST_CASE("PostgreSQL: a URL is refused with the component's name", "[postgresql]") {
    const auto check = [](const char* url) { find_driver("postgresql").check(Url::parse(url)); };
    CHECK_NOTHROW(check("postgresql+asyncpg://u:p@h:1,i:2/d?sslmode=verify-full&sslrootcert=/x&prepared=unnamed&target_session_attrs=read-write&load_balance_hosts=random"));
    CHECK_NOTHROW(check("postgres://%2Fvar%2Frun%2Fpostgresql/d?connect_timeout=3&options=-c%20search_path%3Dx"));
    for (const auto& [url, word] : std::initializer_list<std::pair<const char*, const char*>>{{"postgresql+nonsense://h/d", "nonsense"},
                                                                                             {"postgresql://h/d?nonsense=1", "nonsense"},
                                                                                             {"postgresql://h/d?sslmode=sometimes", "sslmode"},
                                                                                             {"postgresql://h/d?prepared=maybe", "prepared"},
                                                                                             {"postgresql://h/d?connect_timeout=-1", "connect_timeout"},
                                                                                             {"postgresql://h/d?target_session_attrs=x", "target_session_attrs"},
                                                                                             {"postgresql://h/d?client_encoding=latin1", "client_encoding"},
                                                                                             {"postgresql://u:secret@h/d%00x", "database"}}) {
        const auto error = error_of<ArgumentError>([&] { check(url); });
        CHECK(error.message().find(word) != std::string::npos);
        CHECK(error.message().find("secret") == std::string::npos);
    }
}

TEST_CASE("PostgreSQL: a connect that fails says why, and never the password", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    const auto fails = [](const std::string& bad, const char* words) {
        const auto error = error_of<OperationalError>([&] { connect(bad); });
        CHECK(error.message().find(words) != std::string::npos);
        CHECK(error.message().find("wr0ng-secret") == std::string::npos);
        CHECK(error.connection_lost());
        return error;
    };
    fails(changed(url, [](UrlParts& parts) { parts.database = "no_such_database"; }), "no_such_database");
    fails(changed(url, [](UrlParts& parts) {
              parts.username = "no_such_user";
              parts.password = "wr0ng-secret";
          }),
          "no_such_user");
}

TEST_CASE("PostgreSQL: where nobody answers, it is ConnectionLost", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    const auto lost = [&](std::vector<UrlHost> hosts) {
        UrlParts parts = Url::parse(url).parts();
        parts.hosts = std::move(hosts);
        return error_of<ConnectionLost>([&] { connect(Url::create(parts).to_string(true)); }).message();
    };
    CHECK(lost({{"no-such-host.invalid", 5432}}).find("no-such-host.invalid") != std::string::npos);
    CHECK(lost({{"127.0.0.1", 1}}).find("refused") != std::string::npos);
    const std::string both = lost({{"127.0.0.1", 1}, {"127.0.0.1", 2}});
    CHECK(both.find("127.0.0.1:1") != std::string::npos);
    CHECK(both.find("127.0.0.1:2") != std::string::npos);
}

TEST_CASE("PostgreSQL: of several servers the first that will do is taken", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    const std::string two = changed(url, [](UrlParts& parts) { parts.hosts.insert(parts.hosts.begin(), {"127.0.0.1", 1}); });
    CHECK(connect(two)->usable());
    CHECK(connect(with(two, "load_balance_hosts", "random"))->usable());
    CHECK(connect(with(url, "target_session_attrs", "read-write"))->usable());
    CHECK(connect(with(url, "target_session_attrs", "prefer-standby"))->usable());
    error_of<OperationalError>([&] { connect(with(url, "target_session_attrs", "standby")); });
}

TEST_CASE("PostgreSQL: a session speaks UTC and ISO, whatever the server's own habits", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server session(url);
    CHECK(session.words("SHOW TimeZone") == "UTC");
    CHECK(session.words("SHOW client_encoding") == "UTF8");
    CHECK(session.words("SHOW DateStyle").starts_with("ISO"));
    Server own(with(url, "options", "-c search_path=pg_catalog -c statement_timeout=12345"));
    CHECK(own.words("SHOW search_path") == "pg_catalog");
    CHECK(own.words("SHOW statement_timeout") == "12345ms");
}

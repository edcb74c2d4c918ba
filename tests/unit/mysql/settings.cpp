// URLs: what is understood, what is refused and by which name.
#include "support.hpp"

#include "../../../drivers/mysql/src/settings.hpp"

using namespace azoth;
using namespace azoth::mysql_test;
using azoth::mysql::detail::Settings;

namespace {

Settings of(const std::string& url) { return Settings::from(Url::parse(url)); }

void refused(const std::string& url, const std::string& named) {
    CAPTURE(url);
    const auto error = error_of<ArgumentError>([&] { of(url); });
    CHECK_THAT(error.message(), Catch::Contains(named));
    CHECK_THAT(error.message(), !Catch::Contains("canary"));
}

}  // namespace

TEST_CASE("mysql: components of a URL", "[mysql]") {
    const Settings settings = of("mariadb+aiomysql://ann:s%40fe@one:3307,two/shop?connect_timeout=2.5&array_binding=off");
    CHECK(settings.mariadb);
    CHECK(settings.hosts == std::vector<UrlHost>{{"one", 3307}, {"two", 0}});
    CHECK(settings.username == "ann");
    CHECK(settings.password == "s@fe");
    CHECK(settings.database == "shop");
    CHECK(settings.connect_timeout == std::chrono::milliseconds(2500));
    CHECK_FALSE(settings.array_binding);
    CHECK(of("mysql://").hosts == std::vector<UrlHost>{{"localhost", 0}});
    CHECK_FALSE(of("mysql://").mariadb);
    CHECK(of("mysql:///db?unix_socket=/run/s.sock").hosts == std::vector<UrlHost>{{"/run/s.sock", 0}});
    CHECK(of("mysql://u@%2Frun%2Fs.sock/db").hosts == std::vector<UrlHost>{{"/run/s.sock", 0}});
}

TEST_CASE("mysql: TLS by the names of several libraries", "[mysql]") {
    using Tls = Settings::Tls;
    CHECK(of("mysql://h/db").tls == Tls::disabled);
    CHECK(of("mysql://h/db?ssl_mode=preferred").tls == Tls::preferred);
    CHECK(of("mysql://h/db?ssl_mode=REQUIRED").tls == Tls::required);
    CHECK(of("mysql://h/db?ssl=true").tls == Tls::required);
    CHECK(of("mysql://h/db?ssl_cert=c&ssl_key=k").tls == Tls::required);
    CHECK(of("mysql://h/db?ssl_ca=a").tls == Tls::verified);
    CHECK(of("mysql://h/db?ssl_ca=a&ssl_verify_cert=false").tls == Tls::required);
    CHECK(of("mysql://h/db?ssl_check_hostname=true&ssl_ca=a").tls == Tls::verified);
    CHECK(of("mysql://h/db?ssl_mode=verify_identity&ssl_capath=a").tls == Tls::verified);
    CHECK(of("mysql://h/db?ssl_disabled=true").tls == Tls::disabled);
    refused("mysql://h/db?ssl_mode=verify_identity", "ssl_ca");
    refused("mysql://h/db?ssl_mode=required&ssl_verify_cert=true&ssl_ca=a", "contradict");
    refused("mysql://h/db?ssl=false&ssl_mode=required", "switched off");
    refused("mysql://h/db?ssl=false&ssl_ca=a", "switched off");
    refused("mysql://h/db?ssl_mode=maybe", "ssl_mode");
}

TEST_CASE("mysql: what a URL may not say", "[mysql]") {
    refused("mysql+asyncpg://u:canary@h/db", "+asyncpg");
    refused("mysql://u:canary@h/db?no_such_option=canary", "no_such_option");
    refused("mysql://u:canary@h/db?connect_timeout=soon", "connect_timeout");
    refused("mysql://u:canary@h/db?connect_timeout=-1", "connect_timeout");
    refused("mysql://u:canary@h/db?charset=latin1", "charset");
    refused("mysql://u:canary@h/db?sql_mode=A';DROP", "sql_mode");
    refused("mysql://u:canary@h/db?collation=x%27", "collation");
    refused("mysql://u:canary@h/db?unix_socket=relative", "unix_socket");
    refused("mysql://u:canary@h/db?array_binding=perhaps", "array_binding");
    refused("mysql://u:canary@h/db?innodb_lock_wait_timeout=1.5", "innodb_lock_wait_timeout");
    CHECK_THROWS_AS(find_driver("mysql").check(Url::parse("mysql://h/db?nope=1")), ArgumentError);
    CHECK_NOTHROW(find_driver("mariadb").check(Url::parse("mariadb://h/db")));
}

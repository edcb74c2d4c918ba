// URLs: components, the forms SQLAlchemy accepts, refusals that say where and never quote, and printing without
// secrets.
#include <azoth/base/error.hpp>
#include <azoth/driver/url.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace azoth;

namespace {

// Parsing what is printed must give the same value.
Url parsed(std::string_view text) {
    const Url url = Url::parse(text);
    CHECK(Url::parse(url.to_string(true)) == url);
    return url;
}

void refused(std::string_view text, std::string_view component) {
    INFO(text);
    try {
        (void)Url::parse(text);
        FAIL("accepted");
    } catch (const ArgumentError& error) {
        const std::string message = error.what();
        INFO(message);
        CHECK(message.find("invalid database URL, " + std::string(component) + ": ") == 0);
        CHECK(message.find("s3cret") == std::string::npos);
    }
}

std::vector<UrlHost> hosts(std::initializer_list<UrlHost> list) { return {list}; }

}  // namespace

TEST_CASE("a URL's components", "[driver][url]") {
    const Url url =
        parsed("postgresql+asyncpg://ann:s3cret@db.example.com:5433/shop?sslmode=require&application_name=api");
    CHECK(url.dialect() == "postgresql");
    CHECK(url.driver() == "asyncpg");
    CHECK(url.username() == "ann");
    CHECK(url.password() == "s3cret");
    CHECK(url.host() == "db.example.com");
    CHECK(url.port() == 5433);
    CHECK(url.database() == "shop");
    CHECK(url.option("sslmode") == "require");
    CHECK(url.option("application_name") == "api");
    CHECK_FALSE(url.option("SSLMODE"));
}

TEST_CASE("everything after the dialect is optional", "[driver][url]") {
    const Url bare = parsed("mysql://");
    CHECK(bare.dialect() == "mysql");
    CHECK(bare.driver().empty());
    CHECK(bare.username().empty());
    CHECK_FALSE(bare.password());
    CHECK(bare.host().empty());
    CHECK(bare.port() == 0);
    CHECK(bare.hosts().empty());
    CHECK(bare.database().empty());
    CHECK(bare.options().empty());
    CHECK(parsed("mariadb://h").host() == "h");
    CHECK(parsed("mariadb://h:").port() == 0);
    CHECK(parsed("mariadb://h/").database().empty());
    CHECK(parsed("mariadb://h?charset=utf8mb4").option("charset") == "utf8mb4");
    CHECK(parsed("postgresql://:5433/db").port() == 5433);
    CHECK(parsed("postgresql://u@/db").username() == "u");
    CHECK(parsed("postgresql://@h/db").host() == "h");
    CHECK(parsed("postgresql://u:@h").password() == "");
    CHECK(parsed("postgresql://:s3cret@h").password() == "s3cret");
    CHECK(parsed("postgresql://h:65535").port() == 65535);
}

TEST_CASE("driver suffixes of the Python world are syntax, no more", "[driver][url]") {
    for (const char* driver : {"asyncpg", "psycopg", "psycopg2", "aiomysql", "aiosqlite", "no_such"})
        CHECK(parsed(std::string("postgresql+") + driver + "://h/d").driver() == driver);
    CHECK(parsed("oracle://h/d").dialect() == "oracle");
}

TEST_CASE("components are percent-decoded once", "[driver][url]") {
    const Url url = parsed("postgresql://a%40b:p%40s%2Fs%3a%25@h/my%20db%3F?opt%3d=a%26b%2541+c");
    CHECK(url.username() == "a@b");
    CHECK(url.password() == "p@s/s:%");
    CHECK(url.database() == "my db?");
    CHECK(url.option("opt=") == "a&b%41 c");
    CHECK(parsed("postgresql://u:a+b@h/c+d").password() == "a+b");
    CHECK(parsed("postgresql://u:a+b@h/c+d").database() == "c+d");
    CHECK(parsed("sqlite:///\xD0\xBA\xD0\xBE\xD1\x82.db").database() == "\xD0\xBA\xD0\xBE\xD1\x82.db");
}

TEST_CASE("a password may hold unescaped delimiters, as with SQLAlchemy", "[driver][url]") {
    CHECK(parsed("postgresql://u:a/b?c@h:1/d").password() == "a/b?c");
    CHECK(parsed("postgresql://u:a/b@h/d").host() == "h");
    CHECK(parsed("postgresql://u:a?b@h/d").password() == "a?b");
    CHECK(parsed("postgresql://u:a:b@h/d").password() == "a:b");
    CHECK(parsed("postgresql://u:a@b@h/d").password() == "a@b");
    CHECK(parsed("postgresql://u:a@b@h/d").host() == "h");
    CHECK(parsed("postgresql://u:[x]@h/d").password() == "[x]");
    CHECK(parsed("postgresql://u@h/d@e").database() == "d@e");
    CHECK(parsed("postgresql://h/d?x=a@b").option("x") == "a@b");
    refused("postgresql://h:5432/d?x=a@b", "query");
    CHECK(parsed("postgresql://h:5432/d?x=a%40b").option("x") == "a@b");
    CHECK(parsed("postgresql://[::1]:5432/d?x=a@b").option("x") == "a@b");
}

TEST_CASE("IPv6 hosts stand in brackets", "[driver][url]") {
    const Url url = parsed("postgresql://u@[2001:db8::1]:5433/db");
    CHECK(url.host() == "2001:db8::1");
    CHECK(url.port() == 5433);
    CHECK(url.to_string() == "postgresql://u@[2001:db8::1]:5433/db");
    CHECK(parsed("postgresql://[::1]").host() == "::1");
    CHECK(parsed("postgresql://[::ffff:10.0.0.1]/d").host() == "::ffff:10.0.0.1");
    CHECK(parsed("postgresql://[fe80::1%25eth0]/d").host() == "fe80::1%eth0");
    CHECK(parsed("postgresql://[fe80::1%eth0]/d").to_string() == "postgresql://[fe80::1%25eth0]/d");
    refused("postgresql://::1/db", "host");
    refused("postgresql://[::1/db", "host");
    refused("postgresql://[]/db", "host");
    refused("postgresql://[db.example.com]/db", "host");
    refused("postgresql://[::1]5432/db", "host");
    refused("postgresql://[fe80::1%25]/db", "host");
}

TEST_CASE("unix sockets", "[driver][url]") {
    const Url url = parsed("postgresql://u@%2Fvar%2Frun%2Fpostgresql:5433/db");
    CHECK(url.host() == "/var/run/postgresql");
    CHECK(url.port() == 5433);
    CHECK(url.to_string() == "postgresql://u@%2Fvar%2Frun%2Fpostgresql:5433/db");
    CHECK(parsed("postgresql://u@/db?host=/var/run/postgresql").hosts() == hosts({{"/var/run/postgresql", 0}}));
    CHECK(parsed("postgresql://u@/db?host=/a:b/c&port=7").hosts() == hosts({{"/a:b/c", 7}}));
    CHECK(parsed("mysql://u@/db?unix_socket=/run/my.sock").option("unix_socket") == "/run/my.sock");
}

TEST_CASE("several hosts", "[driver][url]") {
    const auto two = hosts({{"a", 1}, {"b", 2}});
    CHECK(parsed("postgresql://u@a:1,b:2/db").hosts() == two);
    CHECK(parsed("postgresql://u@/db?host=a:1&host=b:2").hosts() == two);
    CHECK(parsed("postgresql://u@/db?host=a,b&port=1,2").hosts() == two);
    CHECK(parsed("postgresql://u@/db?host=a&host=b&port=1&port=2").hosts() == two);
    CHECK(parsed("postgresql://u@/db?host=a&x=y&host=b&port=7").hosts() == hosts({{"a", 7}, {"b", 7}}));
    CHECK(parsed("postgresql://u@a,[::1]:2/db").hosts() == hosts({{"a", 0}, {"::1", 2}}));
    CHECK(parsed("postgresql:///db?host=::1,[::2]:9").hosts() == hosts({{"::1", 0}, {"::2", 9}}));
    CHECK(parsed("postgresql:///db?port=9").hosts() == hosts({{"", 9}}));
    CHECK(parsed("postgresql:///db?host=").hosts().empty());
    CHECK(parsed("postgresql:///db?host=a:1&target_session_attrs=any").options().size() == 1);

    refused("postgresql://u@a/db?host=b", "host");
    refused("postgresql://u@a/db?port=5", "host");
    refused("postgresql://u@/db?host=a:1,b&port=1,2", "host");
    refused("postgresql://u@/db?host=a,b,c&port=1,2", "port");
    refused("postgresql://u@/db?port=1,2", "host");
    refused("postgresql://u@a,,b/db", "host");
    refused("postgresql://u@a,/db", "host");
}

TEST_CASE("SQLite's paths", "[driver][url]") {
    CHECK(parsed("sqlite://").database().empty());
    CHECK(parsed("sqlite:///").database().empty());
    CHECK(parsed("sqlite:///:memory:").database() == ":memory:");
    CHECK(parsed("sqlite:///relative.db").database() == "relative.db");
    CHECK(parsed("sqlite:///./a/b.db").database() == "./a/b.db");
    CHECK(parsed("sqlite:////absolute/path.db").database() == "/absolute/path.db");
    CHECK(parsed("sqlite:///C:\\data\\my.db").database() == "C:\\data\\my.db");
    CHECK(parsed("sqlite:///a@b:c.db").database() == "a@b:c.db");
    CHECK(parsed("sqlite+aiosqlite:///x.db?execution=inline").option("execution") == "inline");
    CHECK(parsed("sqlite:///file:x.db?mode=ro&uri=true").database() == "file:x.db");
    CHECK(parsed("sqlite://?cache=shared").option("cache") == "shared");
    CHECK(parsed("sqlite:////tmp/x.db").to_string() == "sqlite:////tmp/x.db");
    CHECK(parsed("sqlite:///:memory:").to_string() == "sqlite:///:memory:");
    refused("sqlite://relative.db", "host");
    refused("sqlite://u:s3cret@/x.db", "username");
    refused("sqlite://:7/x.db", "host");
}

TEST_CASE("query options keep their order and repetitions", "[driver][url]") {
    const Url url = parsed("mysql://h/d?b=2&a=1&&b=3&c=");
    REQUIRE(url.options().size() == 4);
    CHECK(url.options()[0] == UrlOption{"b", "2"});
    CHECK(url.options()[1] == UrlOption{"a", "1"});
    CHECK(url.options()[2] == UrlOption{"b", "3"});
    CHECK(url.options()[3] == UrlOption{"c", ""});
    CHECK(url.option("b") == "2");
    CHECK(url.to_string() == "mysql://h/d?b=2&a=1&b=3&c=");
}

TEST_CASE("what is wrong is named and never quoted", "[driver][url]") {
    refused("", "scheme");
    refused("s3cret", "scheme");
    refused("postgresql:/u:s3cret@h", "scheme");
    refused("://u:s3cret@h", "dialect");
    refused("1sql://u:s3cret@h", "dialect");
    refused("post gres://u:s3cret@h", "dialect");
    refused("u:s3cret@x://h", "dialect");
    refused("postgresql+://u:s3cret@h", "driver");
    refused("postgresql+a+b://u:s3cret@h", "driver");
    refused("postgresql://u%4:s3cret@h", "username");
    refused("postgresql://u%00:s3cret@h", "username");
    refused("postgresql://u:s3cret%@h", "password");
    refused("postgresql://u:s3cret%zz@h", "password");
    refused("postgresql://u:s3cret%00@h", "password");
    refused("postgresql://u:s3cret@h%2", "host");
    refused("postgresql://u:s3cret@h h", "host");
    refused("postgresql://u:s3cret@h%20h", "host");
    refused("postgresql://u:s3cret@a%2Fb", "host");
    refused("postgresql://u:s3cret@h:1:2", "host");
    refused("postgresql://u:s3cret@%00h", "host");
    refused("postgresql://u:s3cret", "port");
    refused("postgresql://u:s3cret/db", "port");
    refused("postgresql://u:s3cret@h:0", "port");
    refused("postgresql://u:s3cret@h:65536", "port");
    refused("postgresql://u:s3cret@h:-1", "port");
    refused("postgresql://u:s3cret@h:+1", "port");
    refused("postgresql://u:s3cret@h:12x", "port");
    refused("postgresql://u:s3cret@h:99999999999999999999", "port");
    refused("postgresql://u:s3cret@h/%", "database");
    refused("postgresql://u:s3cret@h/a%00b", "database");
    refused("postgresql://u:s3cret@h/d?flag", "query");
    refused("postgresql://u:s3cret@h/d?=v", "query");
    refused("postgresql://u:s3cret@h/d?a=%", "query");
    refused("postgresql://u:s3cret@h/d?a=%00", "query");
    refused("postgresql://u:s3cret@h/d\n", "text");
    refused(std::string_view("postgresql://u:s3cret@h/d\0", 26), "text");
}

TEST_CASE("printing hides the password and secret options", "[driver][url]") {
    const Url url =
        parsed("postgresql://u:s3cret@h/d?sslpassword=s3cret&auth_TOKEN=s3cret&password=s3cret&sslmode=require");
    CHECK(url.to_string() == "postgresql://u:***@h/d?sslpassword=***&auth_TOKEN=***&password=***&sslmode=require");
    CHECK(url.to_string(true) ==
          "postgresql://u:s3cret@h/d?sslpassword=s3cret&auth_TOKEN=s3cret&password=s3cret&sslmode=require");
    CHECK(parsed("postgresql://u:@h").to_string() == "postgresql://u:***@h");
    CHECK(parsed("postgresql://u@h").to_string() == "postgresql://u@h");
}

TEST_CASE("a URL made from parts", "[driver][url]") {
    UrlParts parts;
    parts.dialect = "postgresql";
    parts.username = "a:b@c/d?e";
    parts.password = "%:/@?#[]";
    parts.hosts = hosts({{"h", 5432}});
    parts.database = "x/y?z#@ %";
    parts.options = {{"k&=", "v&=+ %"}};
    const Url url = Url::create(parts);
    CHECK(url.parts() == parts);
    CHECK(Url::parse(url.to_string(true)) == url);

    parts.hosts = hosts({{"bad host", 0}});
    CHECK_THROWS_AS(Url::create(parts), ArgumentError);
    parts.hosts = hosts({{"", 0}});
    CHECK(Url::create(parts).hosts().empty());
    parts.dialect = "no/good";
    CHECK_THROWS_AS(Url::create(parts), ArgumentError);
}

TEST_CASE("options are replaced in a copy", "[driver][url]") {
    const Url url = Url::parse("mysql://h/d?a=1&b=2&a=3");
    CHECK(url.with_option("a", "9").to_string() == "mysql://h/d?a=9&b=2");
    CHECK(url.with_option("c", "9").to_string() == "mysql://h/d?a=1&b=2&a=3&c=9");
    CHECK(url.without_option("a").to_string() == "mysql://h/d?b=2");
    CHECK(url.to_string() == "mysql://h/d?a=1&b=2&a=3");
    CHECK_THROWS_AS(url.with_option("", "x"), ArgumentError);
}

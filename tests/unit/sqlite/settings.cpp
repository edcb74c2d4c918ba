// URLs of the SQLite driver: what is accepted, what is refused, and with which words.
#include "support.hpp"

using namespace azoth;
using namespace azoth::sqlite_test;

namespace {

void check(const std::string& url) { find_driver("sqlite").check(Url::parse(url)); }
std::string refusal(const std::string& url) {
    return error_of<ArgumentError>([&] { check(url); }).message();
}

}  // namespace

TEST_CASE("every documented option is accepted", "[sqlite]") {
    for (const char* url : {"sqlite://", "sqlite:///a.db", "sqlite:////tmp/a.db",
                            "sqlite:///:memory:", "sqlite+aiosqlite:///a.db", "sqlite+pysqlite:///a.db",
                            "sqlite:///"
                            "a.db?execution=worker&busy_timeout=0&mode=rw&journal_mode=WAL&synchronous=NORMAL&foreign_"
                            "keys=off&cache_size=-2000&begin=exclusive",
                            "sqlite:///a.db?timeout=0.5&check_same_thread=false",
                            "sqlite:///file:a.db?uri=true&mode=ro&immutable=1&cache=private"}) {
        CHECK_NOTHROW(check(url));
    }
}

TEST_CASE("what is wrong in a URL is named", "[sqlite]") {
    CHECK_THAT(refusal("sqlite:///a.db?jornal_mode=wal"),
               Catch::Contains("jornal_mode") && Catch::Contains("journal_mode"));
    CHECK_THAT(refusal("sqlite:///a.db?cache=shared"), Catch::Contains("cache"));
    CHECK_THAT(refusal("sqlite:///a.db?execution=thread"), Catch::Contains("worker, inline"));
    CHECK_THAT(refusal("sqlite:///a.db?busy_timeout=-1"), Catch::Contains("busy_timeout"));
    CHECK_THAT(refusal("sqlite:///a.db?busy_timeout=5s"), Catch::Contains("5s"));
    CHECK_THAT(refusal("sqlite:///a.db?timeout=nan"), Catch::Contains("timeout"));
    CHECK_THAT(refusal("sqlite:///a.db?timeout=1e300"), Catch::Contains("timeout"));
    CHECK_THAT(refusal("sqlite:///a.db?foreign_keys=maybe"), Catch::Contains("on or off"));
    CHECK_THAT(refusal("sqlite:///a.db?cache_size=99999999999"), Catch::Contains("cache_size"));
    CHECK_THAT(refusal("sqlite:///a.db?uri=true"), Catch::Contains("file:"));
    CHECK_THAT(refusal("sqlite:///:memory:?journal_mode=wal"), Catch::Contains("memory"));
    CHECK_THAT(refusal("sqlite:///:memory:?mode=ro"), Catch::Contains("read-only"));
    CHECK_THAT(refusal("sqlite+asyncpg:///a.db"), Catch::Contains("asyncpg"));
    CHECK_THAT(refusal("sqlite://host/a.db"), Catch::Contains("four"));
    CHECK_THAT(refusal("sqlite://me:secret@/a.db"), Catch::Contains("user") && !Catch::Contains("secret"));
}

TEST_CASE("a database in memory is one connection", "[sqlite]") {
    const auto kind = [](const std::string& url) { return find_driver("sqlite").pool_kind(Url::parse(url)); };
    for (const char* url : {"sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=memory",
                            "sqlite:///file:x?uri=true&mode=memory", "sqlite:///file::memory:"}) {
        CHECK(kind(url) == PoolKind::single);
    }
    CHECK(kind("sqlite:///a.db") == PoolKind::queue);
}

TEST_CASE("file: URIs reach SQLite with their options", "[sqlite]") {
    const Folder folder;
    {
        Database db(folder.url("", "a b.db"));
        db.sql("CREATE TABLE t(v)");
    }
    Database db("sqlite:///file:" + (folder.path / "a%2520b.db").string() + "?uri=true&mode=ro");
    CHECK(db.number("SELECT count(*) FROM t") == 0);
    CHECK_THROWS_AS(db.sql("INSERT INTO t VALUES (1)"), OperationalError);
}

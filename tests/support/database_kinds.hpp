// Which databases tests run on, and empty private databases on each of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace azoth::test {

/// One database to test on, reached in one way.
struct DatabaseKind {
    std::string name;          ///< as INFO tells it
    std::string_view group;    ///< as ctest tells it: "SQLite", "PostgreSQL", "pgbouncer", "MariaDB"
    std::string url;           ///< of a server: what the tests connect to, with another database's name; empty: SQLite
    std::string maker_url;     ///< of a server: who may make databases
    std::string_view query{};  ///< of SQLite's URL
    bool file = true;          ///< several connections see the same data

    bool sqlite() const { return group == "SQLite"; }
    bool postgresql() const { return group == "PostgreSQL" || group == "pgbouncer"; }
    bool mariadb() const { return group == "MariaDB"; }
};

/// SQLite, and each server whose URL the environment tells (tests/support/servers); AZOTH_TEST_DATABASE restricts them to one group.
/// AZOTH_TEST_SEGMENT=n: everything between tests and servers travels in segments of at most n bytes.
/// A group that is asked for and not told makes the program say so and end, with success: ctest sees the sentence and reports a skipped test.
const std::vector<DatabaseKind>& databases();

/// An empty database of this process's own.
class EmptyDatabase {
public:
    virtual ~EmptyDatabase() = default;
    /// Where it is. Connections to it should be closed before this object goes.
    const std::string& url() const { return url_; }

protected:
    std::string url_;
};

/// Makes one; it is gone, or free for the next, when the object is. Thread safety: safe.
std::unique_ptr<EmptyDatabase> make_empty_database(const DatabaseKind& kind);

}  // namespace azoth::test

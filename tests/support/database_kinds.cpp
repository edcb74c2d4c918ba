// The databases of the environment: files for SQLite, CREATE and DROP DATABASE for MariaDB, a kept and emptied database for PostgreSQL.
#include <support/database_kinds.hpp>
#include <support/gate.hpp>
#include <support/run.hpp>

#include <azoth/azoth.hpp>
#if __has_include(<azoth/sqlite.hpp>)
#include <azoth/sqlite.hpp>
#endif
#if __has_include(<azoth/postgresql.hpp>)
#include <azoth/postgresql.hpp>
#endif
#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace azoth::test {

using namespace azoth::literals;

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::string unique_name() {
    static std::atomic<unsigned> serial{0};
    return "azoth_test_" + std::to_string(::getpid()) + "_" + std::to_string(serial++);
}

struct Server {
    std::string_view group;
    const char* url;    // variables of the environment
    const char* maker;
    const char* tls;  // option of the URL, and its value for plain text
    const char* plain;
};

constexpr Server servers[] = {
    {"PostgreSQL", "AZOTH_TEST_POSTGRESQL", "AZOTH_TEST_POSTGRESQL", "sslmode", "disable"},
    {"pgbouncer", "AZOTH_TEST_PGBOUNCER", "AZOTH_TEST_POSTGRESQL", "sslmode", "disable"},  // makes none itself: it would keep a connection to each
    {"MariaDB", "AZOTH_TEST_MARIADB", "AZOTH_TEST_MARIADB", "ssl_mode", "disabled"},
};

// Through a gate that passes on at most this many bytes at a time, in plain text: whatever reads the protocol finds it cut everywhere.
std::string in_segments(const Server& server, const std::string& url, const std::string& bytes) {
    static std::map<std::string, Gate> gates;
    const Url to = Url::parse(url);
    Gate& gate = gates.try_emplace(url, std::string(to.host()), to.port()).first->second;
    gate.chop(std::stoul(bytes));
    return through(gate, to).with_option(server.tls, server.plain).to_string(true);
}

std::vector<DatabaseKind> find_databases() {
    const std::string wanted = environment("AZOTH_TEST_DATABASE");
    const std::string segment = environment("AZOTH_TEST_SEGMENT");
    std::vector<DatabaseKind> found;
    bool known = wanted.empty() || wanted == "SQLite";
    if (known) {
        found.push_back({"SQLite file, worker", "SQLite", "", "", "", true});
        found.push_back({"SQLite file, inline", "SQLite", "", "", "?execution=inline", true});
        found.push_back({"SQLite in memory", "SQLite", "", "", "", false});
    }
    for (const Server& server : servers) {
        if (!wanted.empty() && wanted != server.group) continue;
        known = true;
        std::string url = environment(server.url);
        std::string maker = environment(server.maker);
        if (!url.empty() && !maker.empty()) {
            if (!segment.empty()) url = in_segments(server, url, segment);
            found.push_back({std::string(server.group), server.group, std::move(url), std::move(maker)});
        } else if (!wanted.empty()) {
            std::printf("skipped: %s is not set (tests/support/servers)\n", url.empty() ? server.url : server.maker);
            std::fflush(stdout);
            std::_Exit(0);
        }
    }
    if (!known) throw std::invalid_argument("AZOTH_TEST_DATABASE is \"" + wanted + "\"; there are SQLite, PostgreSQL, pgbouncer and MariaDB");
    return found;
}

class SqliteDatabase final : public EmptyDatabase {
public:
    explicit SqliteDatabase(const DatabaseKind& kind) {
        if (kind.file) path_ = (std::filesystem::temp_directory_path() / (unique_name() + ".db")).string();
        url_ = "sqlite:///" + (kind.file ? path_ : ":memory:") + std::string(kind.query);
    }
    ~SqliteDatabase() override {
        if (path_.empty()) return;
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path_ + suffix, ignored);
    }

private:
    std::string path_;
};

// The URL of another database of the same server.
std::string with_database(const std::string& url, const std::string& database) {
    UrlParts parts = Url::parse(url).parts();
    parts.database = database;
    return Url::create(std::move(parts)).to_string(true);
}

// A connection of this process's own on which databases are made; kept, because a login takes longer than they do.
class Maker {
public:
    explicit Maker(const std::string& url) {
        EngineOptions options;
        options.isolation_level = Isolation::autocommit;
        options.pool_size = 1;
        engine_.emplace(create_async_engine(context_.get_executor(), url, options));
    }
    Maker(const Maker&) = delete;
    Maker& operator=(const Maker&) = delete;
    ~Maker() {
        engine_.reset();
        context_.restart();
        context_.run();
    }

    void execute(const std::string& sql) {
        const auto work = [&]() -> awaitable<void> {
            auto connection = co_await engine_->connect();
            co_await connection.execute(text(sql));
        };
        test::run(context_, work());
    }
    bool ask(const std::string& sql) {
        bool answer = false;
        const auto work = [&]() -> awaitable<void> {
            auto connection = co_await engine_->connect();
            auto result = co_await connection.execute(text(sql).columns(typed<bool>("answer"_c)));
            answer = result.scalar_one();
        };
        test::run(context_, work());
        return answer;
    }

    static Maker& of(const std::string& url) {
        static std::map<std::string, Maker> all;
        return all.try_emplace(url, url).first->second;
    }

private:
    boost::asio::io_context context_;
    std::optional<AsyncEngine> engine_;
};

std::mutex making;  // makers are used by one thread at a time

class MariadbDatabase final : public EmptyDatabase {
public:
    explicit MariadbDatabase(const DatabaseKind& kind) : maker_url_(kind.maker_url), name_(unique_name()) {
        const std::lock_guard lock(making);
        // OR REPLACE: one of a process with this number that was killed.
        Maker::of(maker_url_).execute("CREATE OR REPLACE DATABASE " + name_);
        url_ = with_database(kind.url, name_);
    }
    ~MariadbDatabase() override {
        try {
            const std::lock_guard lock(making);
            Maker::of(maker_url_).execute("DROP DATABASE IF EXISTS " + name_);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "DROP DATABASE %s: %s\n", name_.c_str(), error.what());
        }
    }

private:
    std::string maker_url_;
    std::string name_;
};

// CREATE DATABASE of PostgreSQL copies a thousand files. So databases azoth_test_<number> are kept from process to process and emptied before they
// are used again; a process owns one while it holds its advisory lock, which lasts as long as its maker's connection.
class PostgresqlSlot {
public:
    explicit PostgresqlSlot(const std::string& url) : maker_(url) {}
    bool lock() { return maker_.ask("SELECT pg_try_advisory_lock(7205759403) AS answer"); }
    void empty() {
        // Another user's work can only be of a process that was killed; its transaction would hold locks.
        maker_.execute(R"(
            DO $$ DECLARE name text; BEGIN
                PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle';
                EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
                FOR name IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
                    EXECUTE format('DROP SCHEMA %I CASCADE', name);
                END LOOP;
                CREATE SCHEMA public;
            END $$)");
    }
    bool used = false;

private:
    Maker maker_;
};

constexpr int slot_count = 64;

// Returns slot `number`, owned by this process, or nothing when it is another's.
std::unique_ptr<PostgresqlSlot> own_slot(const DatabaseKind& kind, int number) {
    const std::string name = "azoth_test_" + std::to_string(number);
    for (const bool exists : {true, false}) {
        if (!exists) {
            try {
                Maker::of(kind.maker_url).execute("CREATE DATABASE " + name + " TEMPLATE template0");
            } catch (const DatabaseError&) {
                // Another process was faster, or the next attempt tells what is wrong.
            }
        }
        auto slot = std::make_unique<PostgresqlSlot>(with_database(kind.maker_url, name));
        try {
            if (!slot->lock()) return nullptr;
            return slot;
        } catch (const DatabaseError& error) {
            if (!exists || error.sqlstate() != "3D000") throw;  // no such database
        }
    }
    return nullptr;
}

class PostgresqlDatabase final : public EmptyDatabase {
public:
    explicit PostgresqlDatabase(const DatabaseKind& kind) {
        const std::lock_guard lock(making);
        static std::map<std::pair<std::string, int>, std::unique_ptr<PostgresqlSlot>> owned;
        for (int i = 0; i < slot_count; ++i) {
            const int number = (::getpid() + i) % 4 + i / 4 * 4;  // processes that run side by side rarely meet
            auto& slot = owned[{kind.maker_url, number}];
            if (!slot) slot = own_slot(kind, number);
            if (!slot || slot->used) continue;
            slot->empty();
            slot->used = true;
            slot_ = slot.get();
            url_ = with_database(kind.url, "azoth_test_" + std::to_string(number));
            return;
        }
        throw std::runtime_error("all " + std::to_string(slot_count) + " test databases of the PostgreSQL server are in use");
    }
    ~PostgresqlDatabase() override {
        const std::lock_guard lock(making);
        slot_->used = false;
    }

private:
    PostgresqlSlot* slot_ = nullptr;
};

}  // namespace

const std::vector<DatabaseKind>& databases() {
    static const std::vector<DatabaseKind> all = find_databases();
    return all;
}

std::unique_ptr<EmptyDatabase> make_empty_database(const DatabaseKind& kind) {
    if (kind.sqlite()) return std::make_unique<SqliteDatabase>(kind);
    if (kind.mariadb()) return std::make_unique<MariadbDatabase>(kind);
    return std::make_unique<PostgresqlDatabase>(kind);
}

}  // namespace azoth::test

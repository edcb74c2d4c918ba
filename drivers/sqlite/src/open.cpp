// Opening a database file and bringing the connection into the state that its URL asks for.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace azoth::sqlite::detail {

namespace {

namespace fs = std::filesystem;

// SQLite says "unable to open database file" for all of these.
void check_path(const fs::path& path) {
    std::error_code ignored;
    const fs::path folder = path.parent_path();
    const auto folder_status = fs::status(folder, ignored);
    ErrorDetail detail;
    detail.native_code = SQLITE_CANTOPEN;
    if (folder_status.type() == fs::file_type::not_found) {
        throw OperationalError(
            "cannot open " + path.string() + ": the directory " + folder.string() + " does not exist",
            std::move(detail));
    }
    if (fs::exists(folder_status) && !fs::is_directory(folder_status)) {
        throw OperationalError("cannot open " + path.string() + ": " + folder.string() + " is not a directory",
                               std::move(detail));
    }
    if (fs::is_directory(path, ignored))
        throw OperationalError("cannot open " + path.string() + ": it is a directory", std::move(detail));
}

int open_flags(const Settings& settings) noexcept {
    int flags = SQLITE_OPEN_NOMUTEX;  // one thread at a time uses the handle
    if (settings.uri) flags |= SQLITE_OPEN_URI;
    switch (settings.mode) {
        case Settings::Mode::read_only:
            return flags | SQLITE_OPEN_READONLY;
        case Settings::Mode::read_write:
            return flags | SQLITE_OPEN_READWRITE;
        default:
            return flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    }
}

// Why a file may stay in another journal mode than WAL when nobody asked for WAL: in use, or where no shared memory can
// be had.
bool can_do_without_wal(int code) noexcept {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return true;
        default:
            break;
    }
    return code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMLOCK ||
           code == SQLITE_IOERR_SHMMAP;
}

}  // namespace

void Database::open(const Settings& settings, Token& token) {
    const Running running(*this, token);
    check_token({});
    name_ = settings.path;
    if (!settings.memory && !settings.uri) {
        const fs::path path = fs::absolute(settings.path).lexically_normal();
        name_ = path.string();
        check_path(path);
    }
    begin_ = settings.begin;
    busy_timeout_ = settings.busy_timeout;
    const int code = sqlite3_open_v2(name_.c_str(), &db_, open_flags(settings), nullptr);
    try {
        if (code != SQLITE_OK) fail(code, {});
        set_up(settings);
    } catch (const StatementTimeout&) {
        close();
        throw ConnectionLost("could not open " + name_ + " within connect_timeout");
    } catch (...) {
        close();
        throw;
    }
}

void Database::set_up(const Settings& settings) {
    // About 50 µs of the virtual machine's work between two looks at the token.
    sqlite3_progress_handler(db_, 1000, &Database::on_progress, this);
    sqlite3_busy_handler(db_, &Database::on_busy, this);
    sqlite3_set_authorizer(db_, &Database::authorize, this);
    // A misspelt quoted identifier is an error, not a string.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);

    pragma(settings.foreign_keys ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF");
    set_journal_mode(settings);
    pragma("PRAGMA synchronous=" + settings.synchronous);
    if (settings.cache_size) pragma("PRAGMA cache_size=" + std::to_string(*settings.cache_size));
    if (settings.refuse_writes) pragma("PRAGMA query_only=1");
}

void Database::set_journal_mode(const Settings& settings) {
    if (settings.journal_mode.empty()) {
        if (settings.memory || sqlite3_db_readonly(db_, "main") == 1) return;
        const auto patience = std::exchange(busy_timeout_, std::chrono::milliseconds(0));
        try {
            if (pragma("PRAGMA journal_mode") != "wal") pragma("PRAGMA journal_mode=wal");
        } catch (const DatabaseError& error) {
            if (!can_do_without_wal(error.native_code())) throw;
        }
        busy_timeout_ = patience;
        return;
    }
    const std::string got = pragma("PRAGMA journal_mode=" + settings.journal_mode);
    if (got == settings.journal_mode) return;
    throw OperationalError("cannot set journal_mode=" + settings.journal_mode + " on " + name_ + ": it stays '" + got +
                           "'");
}

// Runs a PRAGMA and returns its first value.
std::string Database::pragma(const std::string& sql) {
    const Prepared prepared = prepare(sql, 0);
    sqlite3_stmt* statement = prepared.handle.get();
    std::string value;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        if (value.empty() && text) value = text;
    }
    if (code != SQLITE_DONE) fail(code, sql);
    return value;
}

}  // namespace azoth::sqlite::detail

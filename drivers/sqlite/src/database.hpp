// Database: one sqlite3 handle with its statements, cursors and transaction state. Everything here blocks; who calls
// decides where.
#pragma once

#include "codec.hpp"
#include "errors.hpp"
#include "settings.hpp"
#include "statement.hpp"
#include "token.hpp"

#include <azoth/driver/batch.hpp>
#include <azoth/driver/connection.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace azoth::sqlite::detail {

/// A statement that is being read in pieces. All but `abandoned` belongs to the thread that uses the database.
struct OpenCursor {
    BatchItem item;  // owns the bound values
    Binder binder;
    Prepared prepared;
    bool open = true;       // false: closed by commit, rollback, an error or close()
    bool finished = false;  // every row was fetched
    std::atomic<bool> abandoned{false};
};

/// Thread safety: none; used by one thread at a time.
class Database {
public:
    explicit Database(std::size_t statement_cache_size) noexcept : statements_(statement_cache_size) {}
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { close(); }

    /// Opens the file and sets it up. Errors: thrown.
    void open(const Settings& settings, Token& token);
    /// Finalises everything and closes the handle; an open transaction is rolled back.
    void close() noexcept;

    /// Runs the batch; an error goes into it.
    void execute(Batch& batch, Token& token) noexcept;

    std::shared_ptr<OpenCursor> open_cursor(BatchItem item, Token& token);
    /// Appends up to `max_rows` rows, fewer when they grow large; none at the end.
    void fetch(OpenCursor& cursor, std::size_t max_rows, ValueBuffer& rows, Token& token);
    /// Finalises cursors whose owner is gone.
    void sweep() noexcept;

    sqlite3* handle() const noexcept { return db_; }
    TransactionStatus status() const noexcept;
    /// False after an error that the handle does not survive.
    bool usable() const noexcept { return db_ && usable_; }
    /// An operation's result was thrown away: nobody knows what it did, so a transaction it was part of accepts only
    /// ROLLBACK.
    void disown(bool may_have_changed_transaction) noexcept;

private:
    enum class Failed : std::uint8_t { no, rolled_back, cancelled };
    class Running;

    // execute.cpp
    void run(BatchItem& item, std::size_t& execution);
    void run_once(BatchItem& item, const Prepared& prepared, std::size_t execution);
    void bind(sqlite3_stmt* statement, Binder& binder, const BatchItem& item, std::size_t execution);
    static std::size_t check_parameters(const BatchItem& item, const Prepared& prepared);
    void check_columns(sqlite3_stmt* statement, const CompiledStatement& compiled, ValueBuffer& rows);

    // transaction.cpp
    bool refuse_or_roll_back(const CompiledStatement& compiled);
    bool nothing_to_end(const Prepared& prepared);
    void refuse_write_under_cursor(const Prepared& prepared, std::string_view sql) const;
    void note_success() noexcept;
    void note_error() noexcept;
    void close_cursors() noexcept;

    // prepare.cpp
    Prepared& statement(const CompiledStatement& compiled, Prepared& temporary);
    Prepared prepare(const std::string& sql, unsigned flags);
    static int authorize(void* self, int action, const char* first, const char* second, const char* database,
                         const char* trigger);

    // database.cpp
    [[noreturn]] void fail(int code, std::string_view sql, bool preparing = false);
    void check_token(std::string_view sql);
    static int on_busy(void* self, int count);
    static int on_progress(void* self);

    // open.cpp
    std::string pragma(const std::string& sql);
    void set_up(const Settings& settings);
    void set_journal_mode(const Settings& settings);

    sqlite3* db_ = nullptr;
    std::string name_;
    std::string begin_;
    StatementCache statements_;
    Binder binder_;
    std::vector<std::shared_ptr<OpenCursor>> cursors_;
    bool usable_ = true;

    bool in_transaction_ = false;  // as SQLite said after the last statement that succeeded
    Failed failed_ = Failed::no;

    TableUse* recording_ = nullptr;
    Token* token_ = nullptr;
    std::chrono::milliseconds busy_timeout_{0};
    Clock::time_point busy_since_{};
    bool waited_for_lock_ = false;
};

/// Makes an operation's token the one that the handle's hooks look at.
class Database::Running {
public:
    Running(Database& database, Token& token) noexcept : database_(database) {
        database_.token_ = &token;
        database_.waited_for_lock_ = false;
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { database_.token_ = nullptr; }

private:
    Database& database_;
};

}  // namespace azoth::sqlite::detail

// Database: one connection with its statements, cursors and transaction state. Its tasks run one at a time; who drives them decides where.
#pragma once

#include "connect.hpp"
#include "parameters.hpp"
#include "rows.hpp"
#include "statement.hpp"
#include "task.hpp"
#include "token.hpp"
#include "wire.hpp"

#include <azoth/driver/batch.hpp>
#include <azoth/driver/connection.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace azoth::mysql::detail {

/// A statement that is being read in pieces. All but `abandoned` belongs to the task that uses the database.
struct OpenCursor {
    BatchItem item;  // owns the bound values
    Binder binder;
    RowReader reader;
    StatementHandle handle;
    unsigned long prefetch = 100;  // rows asked for at once
    bool open = true;              // false: closed by commit, rollback, an error or close()
    bool finished = false;         // every row was fetched
    std::atomic<bool> abandoned{false};
};

/// Thread safety: none; used by one thread at a time.
class Database {
public:
    explicit Database(std::size_t statement_cache_size) noexcept : statements_(statement_cache_size) {}
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { close(); }

    void open(Connected connected);
    /// Closes the connection now, also in the middle of a task that will not be resumed; an open transaction is rolled back by the server.
    void close() noexcept;

    /// Runs the batch; an error goes into it.
    Task<> execute(Batch& batch, const Token& token);
    Task<std::shared_ptr<OpenCursor>> open_cursor(BatchItem item, const Token& token);
    /// Appends up to `max_rows` rows, fewer when they grow large; none at the end.
    Task<> fetch(std::shared_ptr<OpenCursor> cursor, std::size_t max_rows, ValueBuffer& rows, const Token& token);

    TransactionStatus status() const noexcept;
    bool usable() const noexcept { return wire.usable(); }
    const ServerFacts& facts() const noexcept { return facts_; }
    /// KILL QUERY was sent for the statement under way, and answered: it may still be about to hit whatever comes next.
    void killed() noexcept { kill_at_large_ = true; }
    /// An operation's result was thrown away: nobody knows what it did, so a transaction it was part of accepts only ROLLBACK.
    void disown(bool may_have_changed_transaction) noexcept;

    Wire wire;

private:
    enum class Phase : std::uint8_t {
        none,       // outside a transaction: each statement is committed by itself
        open,       // BEGIN was asked for
        cancelled,  // one that accepts only ROLLBACK
    };
    struct Stale {};  // thrown where a statement must be prepared again; nothing was executed

    // execute.cpp
    Task<> run(BatchItem& item, std::size_t& execution);
    Task<> run_statement(BatchItem& item, std::size_t& execution);
    Task<> run_prepared(BatchItem& item, Prepared& prepared, std::size_t& execution);
    Task<> run_once(BatchItem& item, const Prepared& prepared, std::size_t execution);
    Task<> run_text(BatchItem& item);
    Task<> read_rows(MYSQL_STMT* statement, const CompiledStatement& compiled, ValueBuffer& rows);
    static std::size_t check_parameters(const BatchItem& item, std::size_t wanted);
    static void check_columns(std::size_t columns, const CompiledStatement& compiled, ValueBuffer& rows);
    void check_size(std::size_t bytes, const std::string& sql) const;
    void count(BatchItem& item, const Prepared& prepared, MYSQL_STMT* statement, std::size_t execution) const;

    // array.cpp
    bool uses_arrays(const BatchItem& item, const Prepared& prepared) const noexcept;
    Task<> run_arrays(BatchItem& item, const Prepared& prepared, std::size_t& execution);
    Task<> run_slice(BatchItem& item, const Prepared& prepared, std::size_t first, std::size_t size, std::size_t& execution);
    Task<> run_singly(BatchItem& item, const Prepared& prepared, std::size_t first, std::size_t size, std::size_t& execution);
    Task<bool> execute_slice(BatchItem& item, const Prepared& prepared, std::size_t first, std::size_t size, std::size_t& execution);

    // transaction.cpp
    Task<bool> control(const CompiledStatement& compiled, Verb verb);
    Task<> begin(const CompiledStatement& compiled, Verb verb);
    Task<> end(const CompiledStatement& compiled, Verb verb);
    Task<> commit_alone();
    Task<> undo();
    Task<> after_error(std::exception_ptr error);
    void close_cursors() noexcept;
    bool server_in_transaction() const noexcept;

    // prepare.cpp
    Task<Prepared*> statement(const CompiledStatement& compiled, Prepared& temporary);
    Task<Prepared> prepare(const std::string& sql, Verb verb);
    StatementHandle make_statement();

    // database.cpp
    Task<> text(std::string_view sql);
    Task<> settle();
    Task<> sweep();
    void check_token(std::string_view sql) const;
    [[noreturn]] void fail(ServerError error, std::string_view sql);
    [[noreturn]] void fail(std::string_view sql) { fail(error_of(wire.handle()), sql); }
    [[noreturn]] void fail(MYSQL_STMT* statement, std::string_view sql) { fail(error_of(statement), sql); }

    ServerFacts facts_;
    Graveyard graveyard_;
    StatementCache statements_;
    Binder binder_;
    RowReader reader_;
    std::vector<std::shared_ptr<OpenCursor>> cursors_;
    const Token* token_ = nullptr;  // of the operation under way

    Phase phase_ = Phase::none;
    bool touched_ = false;        // something was sent since BEGIN
    bool reads_open_ = false;     // statements outside a transaction have read, and what the server keeps for them must be ended
    bool kill_at_large_ = false;
    bool transaction_ended_ = false;  // by the error being handled
};

}  // namespace azoth::mysql::detail

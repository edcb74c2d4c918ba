// What the driver knows of the transaction: when SQLite has ended it on its own, nothing but ROLLBACK is let through.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <utility>

namespace azoth::sqlite::detail {

namespace {

constexpr bool ends_transaction(Verb verb) noexcept { return verb == Verb::commit || verb == Verb::rollback; }

}  // namespace

// In a failed transaction: throws for everything but ROLLBACK. Returns true when that has nothing left to do.
bool Database::refuse_or_roll_back(const CompiledStatement& compiled) {
    if (verb_of(compiled.sql) == Verb::rollback) {
        if (!sqlite3_get_autocommit(db_)) return false;
        failed_ = Failed::no;
        return true;
    }
    ErrorDetail detail;
    detail.statement = compiled.sql;
    detail.hint = "roll back, then run the transaction again";
    throw OperationalError(
        failed_ == Failed::rolled_back
            ? "the database has rolled the transaction back after an earlier error; nothing more can run in it until "
              "ROLLBACK"
            : "an earlier statement of the transaction was cancelled; nothing more can run in it until ROLLBACK",
        std::move(detail));
}

// Before COMMIT and ROLLBACK: an open reader would keep the old snapshot. Returns true for a ROLLBACK without a
// transaction.
bool Database::nothing_to_end(const Prepared& prepared) {
    if (!ends_transaction(prepared.verb)) return false;
    close_cursors();
    return prepared.verb == Verb::rollback && sqlite3_get_autocommit(db_);
}

// A scan that meets rows written behind its back may never end (https://www.sqlite.org/isolation.html).
void Database::refuse_write_under_cursor(const Prepared& prepared, std::string_view sql) const {
    for (const auto& cursor : cursors_) {
        const std::string_view table = TableUse::overlap(prepared.tables, cursor->prepared.tables);
        if (table.empty()) continue;
        ErrorDetail detail;
        detail.statement = sql;
        detail.table = table;
        detail.hint = "finish or close the stream first, or collect its rows before writing";
        throw NotSupportedError("the statement writes table " + std::string(table) +
                                    " while a stream on this connection reads it, which SQLite cannot keep apart",
                                std::move(detail));
    }
}

void Database::note_success() noexcept {
    in_transaction_ = !sqlite3_get_autocommit(db_);
    if (!in_transaction_) failed_ = Failed::no;
}

// Called within a handler. Disk full, an interrupted write, RAISE(ROLLBACK) and others end the whole transaction.
void Database::note_error() noexcept {
    try {
        throw;
    } catch (const Error& error) {
        if (error.connection_lost()) usable_ = false;
    } catch (...) {
        // not the database's doing
    }
    if (!db_) return;
    const bool ended = sqlite3_get_autocommit(db_) != 0;
    if (in_transaction_ && ended) {
        failed_ = Failed::rolled_back;
        close_cursors();
    }
    in_transaction_ = !ended;
}

void Database::close_cursors() noexcept {
    for (const auto& cursor : cursors_) {
        cursor->open = false;
        cursor->prepared.handle.reset();
    }
    cursors_.clear();
}

}  // namespace azoth::sqlite::detail

// What all of a connection's tasks use: plain text, errors, and the end of statements that nobody needs.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <utility>

namespace azoth::mysql::detail {

void Database::open(Connected connected) {
    facts_ = std::move(connected.facts);
    wire.open(std::move(connected.handle));
}

void Database::close() noexcept {
    wire.sever();
    close_cursors();
    statements_.clear();
    graveyard_.clear();
}

// Sends a statement without parameters and rows.
Task<> Database::text(std::string_view sql) {
    co_await settle();
    if (co_await wire.query(sql) != 0) fail(sql);
    while (mysql_field_count(wire.handle()) != 0 || mysql_more_results(wire.handle()) != 0) {
        if (mysql_field_count(wire.handle()) != 0) const StoredResult ignored(co_await wire.store_result());
        if (mysql_more_results(wire.handle()) == 0) break;
        if (co_await wire.next_result() > 0) fail(sql);
    }
}

// Before anything is sent: gives a KILL QUERY that came too late for its statement something to hit.
Task<> Database::settle() {
    if (!std::exchange(kill_at_large_, false)) co_return;
    constexpr std::string_view nothing = "DO 0";
    if (co_await wire.query(nothing) == 0) co_return;
    ServerError error = error_of(wire.handle());
    if (!is_interruption(error.code)) fail(std::move(error), nothing);
}

// Closes statements whose owner is gone.
Task<> Database::sweep() {
    std::erase_if(cursors_, [](const std::shared_ptr<OpenCursor>& cursor) {
        if (!cursor->abandoned.load(std::memory_order_acquire)) return false;
        cursor->open = false;
        cursor->handle.reset();
        return true;
    });
    while (MYSQL_STMT* statement = graveyard_.exhume()) {
        co_await wire.close(statement);
        if (!wire.handle()->net.pvio) fail({2006, "HY000", "the connection broke"}, {});
    }
}

void Database::check_token(std::string_view sql) const {
    if (const Stop why = token_->stop(); why != Stop::none) throw_stopped(why, sql);
    if (token_->late()) throw_stopped(Stop::deadline, sql);
}

void Database::fail(ServerError error, std::string_view sql) {
    if (loses_connection(error.code) || !wire.handle()->net.pvio) {
        wire.lose();
        if (!loses_connection(error.code)) throw_lost("the connection was lost: " + error.message, sql);
    }
    transaction_ended_ = ends_transaction(error.code, facts_.rollback_on_timeout);
    if (is_interruption(error.code)) {
        kill_at_large_ = false;
        if (const Stop why = token_->stop(); why != Stop::none) throw_stopped(why, sql);
    }
    throw_server_error(std::move(error), sql);
}

TransactionStatus Database::status() const noexcept {
    if (!usable()) return TransactionStatus::unknown;
    switch (phase_) {
        case Phase::none: return TransactionStatus::idle;
        case Phase::open: return TransactionStatus::active;
        case Phase::cancelled: break;
    }
    return TransactionStatus::failed;
}

void Database::disown(bool may_have_changed_transaction) noexcept {
    if (phase_ == Phase::open || may_have_changed_transaction) phase_ = Phase::cancelled;
}

}  // namespace azoth::mysql::detail

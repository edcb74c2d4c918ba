// Database: the hooks that let a token stop SQLite, and closing.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <algorithm>

namespace azoth::sqlite::detail {

void Database::close() noexcept {
    close_cursors();
    statements_.clear();
    if (db_) sqlite3_close_v2(db_);
    db_ = nullptr;
    in_transaction_ = false;
}

TransactionStatus Database::status() const noexcept {
    if (!db_) return TransactionStatus::unknown;
    if (failed_ != Failed::no) return TransactionStatus::failed;
    return in_transaction_ ? TransactionStatus::active : TransactionStatus::idle;
}

void Database::disown(bool may_have_changed_transaction) noexcept {
    if (failed_ == Failed::no && (in_transaction_ || may_have_changed_transaction)) failed_ = Failed::cancelled;
}

void Database::fail(int code, std::string_view sql, bool preparing) {
    Failure failure;
    failure.sql = sql;
    failure.path = name_;
    failure.preparing = preparing;
    failure.stop = token_ ? token_->stop() : Stop::none;
    failure.waited_for_lock = waited_for_lock_;
    throw_failure(db_, code, failure);
}

void Database::check_token(std::string_view sql) {
    if (const Stop why = token_->stop(); why != Stop::none) throw_stopped(why, sql, false, 0);
}

int Database::on_progress(void* self) {
    const Token* token = static_cast<Database*>(self)->token_;
    return token && token->stop() != Stop::none ? 1 : 0;
}

// Returns non-zero to try again. SQLite does not ask where waiting cannot help (BUSY_SNAPSHOT, two readers that both
// want to write).
int Database::on_busy(void* self, int count) {
    auto& database = *static_cast<Database*>(self);
    Token* token = database.token_;
    if (!token || database.busy_timeout_.count() == 0 || token->stop() != Stop::none) return 0;
    const auto now = Clock::now();
    if (count == 0) database.busy_since_ = now;
    const auto limit = database.busy_since_ + database.busy_timeout_;
    if (now >= limit) {
        database.waited_for_lock_ = true;
        return 0;
    }
    // A lock is not announced when it becomes free: look again after 1, 2, 4 ... 32 ms.
    auto until = std::min(limit, now + std::chrono::milliseconds(1 << std::min(count, 5)));
    if (token->deadline()) until = std::min(until, *token->deadline());
    token->wait_until(until);
    return 1;
}

}  // namespace azoth::sqlite::detail

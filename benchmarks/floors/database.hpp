// The floors' sqlite3: a handle with azoth's pragmas, and statements that are prepared once.
#pragma once

#include "floors/rows.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace benchmarks::floors {

/// One prepared statement, finalised at the end.
class Statement {
public:
    Statement(sqlite3* database, std::string_view sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(handle_); }

    /// Steps to a row; false at the end. Errors: `std::runtime_error`.
    bool step() {
        const int code = sqlite3_step(handle_);
        if (code == SQLITE_ROW) return true;
        if (code != SQLITE_DONE) fail();
        return false;
    }
    /// Steps to the end and resets.
    void run() {
        while (step()) {}
        reset();
    }
    void reset() noexcept { sqlite3_reset(handle_); }

    void bind(int index, std::int64_t value) noexcept { sqlite3_bind_int64(handle_, index, value); }
    void bind(int index, std::int32_t value) noexcept { sqlite3_bind_int(handle_, index, value); }
    void bind(int index, double value) noexcept { sqlite3_bind_double(handle_, index, value); }
    /// The text must live until the statement is stepped.
    void bind(int index, const std::string& value) noexcept {
        sqlite3_bind_text64(handle_, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    std::int64_t integer(int column) noexcept { return sqlite3_column_int64(handle_, column); }
    std::int32_t small(int column) noexcept { return sqlite3_column_int(handle_, column); }
    double real(int column) noexcept { return sqlite3_column_double(handle_, column); }
    std::string text(int column) {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
        return std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
    }

private:
    [[noreturn]] void fail();
    sqlite3_stmt* handle_ = nullptr;
};

/// A connection with the pragmas that azoth's URL asks for: WAL, synchronous off, foreign keys on.
class Database {
public:
    explicit Database(const std::string& path);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { sqlite3_close_v2(handle_); }

    sqlite3* handle() const noexcept { return handle_; }
    void execute(const std::string& sql);

private:
    sqlite3* handle_ = nullptr;
};

/// BEGIN, COMMIT and ROLLBACK, prepared.
class Transactions {
public:
    explicit Transactions(Database& database)
        : begin_(database.handle(), "BEGIN"),
          commit_(database.handle(), "COMMIT"),
          rollback_(database.handle(), "ROLLBACK") {}
    void begin() { begin_.run(); }
    void commit() { commit_.run(); }
    void rollback() { rollback_.run(); }

private:
    Statement begin_;
    Statement commit_;
    Statement rollback_;
};

/// Makes the benchmarks' tables in `path` and fills them; the same rows whenever called.
void fill(const std::string& path, const Rows& rows);

class DatabaseItems final : public Items {
public:
    explicit DatabaseItems(Database& database) : database_(database) {}
    std::size_t take(Sample& sample) override;
    std::size_t take_values(Sample& sample) override;
    void clear() override;
    void refill(std::size_t count) override;

private:
    Database& database_;
};

}  // namespace benchmarks::floors

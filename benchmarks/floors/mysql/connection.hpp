// The floors' Connector/C: a blocking connection and prepared statements in the binary protocol.
#pragma once

#include <mysql.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks::floors::mysql {

/// Errors: `std::runtime_error` with the server's words.
class Connection {
public:
    /// `url`: as azoth's, of one host, without options.
    explicit Connection(const std::string& url);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { mysql_close(handle_); }

    MYSQL* handle() const noexcept { return handle_; }
    /// One statement without results.
    void execute(const std::string& sql);

private:
    MYSQL* handle_ = nullptr;
};

/// Types of a statement's columns.
enum class Column : std::uint8_t { integer, small, real, text };

/// One prepared statement; its rows are read from the connection one by one, straight into its own buffers.
class Statement {
public:
    Statement(Connection& connection, std::string_view sql, const std::vector<Column>& columns);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { mysql_stmt_close(handle_); }

    /// Has the server keep the result and send it `rows` at a time.
    void use_cursor(unsigned long rows);

    void bind(std::size_t index, std::int64_t value) noexcept;
    void bind(std::size_t index, std::int32_t value) noexcept;
    void bind(std::size_t index, double value) noexcept;
    /// The text must live until the statement is run.
    void bind(std::size_t index, std::string_view value) noexcept;

    void execute();
    /// False at the end, where the result is freed.
    bool fetch();
    /// Executes and reads to the end. Returns the rows affected.
    std::uint64_t run();
    /// Frees what was not read.
    void reset();

    std::int64_t integer(std::size_t column) const noexcept { return cells_[column].integer; }
    std::int32_t small(std::size_t column) const noexcept { return cells_[column].small; }
    double real(std::size_t column) const noexcept { return cells_[column].real; }
    std::string text(std::size_t column) const { return std::string(cells_[column].text.data(), cells_[column].length); }

private:
    struct Cell {
        std::int64_t integer = 0;
        std::int32_t small = 0;
        double real = 0;
        std::array<char, 400> text{};  // VARCHAR(100) of utf8mb4
        unsigned long length = 0;
    };
    [[noreturn]] void fail();
    MYSQL_STMT* handle_;
    std::vector<MYSQL_BIND> parameters_;
    std::vector<Cell> values_;
    std::vector<MYSQL_BIND> results_;
    std::vector<Cell> cells_;
    bool bound_ = false;
};

}  // namespace benchmarks::floors::mysql

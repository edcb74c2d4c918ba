// Connecting, preparing and running with the blocking calls of Connector/C.
#include "floors/mysql/connection.hpp"

#include <azoth/driver/url.hpp>

#include <stdexcept>

namespace benchmarks::floors::mysql {

Connection::Connection(const std::string& text) : handle_(mysql_init(nullptr)) {
    const azoth::Url url = azoth::Url::parse(text);
    const std::string host(url.host());
    const std::string password = url.password().value_or("");
    mysql_options(handle_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const unsigned protocol = MYSQL_PROTOCOL_TCP;  // "localhost" would be a unix socket
    mysql_options(handle_, MYSQL_OPT_PROTOCOL, &protocol);
    if (mysql_real_connect(handle_, host.c_str(), url.username().c_str(), password.c_str(), url.database().c_str(), url.port(), nullptr,
                           CLIENT_FOUND_ROWS) == nullptr) {
        const std::string words = mysql_error(handle_);
        mysql_close(handle_);
        throw std::runtime_error("Connector/C: " + words);
    }
}

void Connection::execute(const std::string& sql) {
    if (mysql_real_query(handle_, sql.data(), sql.size()) != 0) {
        throw std::runtime_error(std::string("Connector/C: ") + mysql_error(handle_) + ": " + sql);
    }
}

Statement::Statement(Connection& connection, std::string_view sql, const std::vector<Column>& columns) : handle_(mysql_stmt_init(connection.handle())) {
    if (mysql_stmt_prepare(handle_, sql.data(), sql.size()) != 0) {
        const std::string words = mysql_stmt_error(handle_);
        mysql_stmt_close(handle_);
        throw std::runtime_error("Connector/C: " + words + ": " + std::string(sql));
    }
    const std::size_t count = mysql_stmt_param_count(handle_);
    parameters_.resize(count);
    values_.resize(count);
    results_.resize(columns.size());
    cells_.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        MYSQL_BIND& result = results_[i];
        Cell& cell = cells_[i];
        result.length = &cell.length;
        switch (columns[i]) {
            case Column::integer: result.buffer_type = MYSQL_TYPE_LONGLONG; result.buffer = &cell.integer; break;
            case Column::small: result.buffer_type = MYSQL_TYPE_LONG; result.buffer = &cell.small; break;
            case Column::real: result.buffer_type = MYSQL_TYPE_DOUBLE; result.buffer = &cell.real; break;
            case Column::text:
                result.buffer_type = MYSQL_TYPE_STRING;
                result.buffer = cell.text.data();
                result.buffer_length = cell.text.size();
                break;
        }
    }
}

void Statement::fail() { throw std::runtime_error(std::string("Connector/C: ") + mysql_stmt_error(handle_)); }

void Statement::use_cursor(unsigned long rows) {
    unsigned long type = CURSOR_TYPE_READ_ONLY;
    if (mysql_stmt_attr_set(handle_, STMT_ATTR_CURSOR_TYPE, &type) || mysql_stmt_attr_set(handle_, STMT_ATTR_PREFETCH_ROWS, &rows)) fail();
}

void Statement::bind(std::size_t index, std::int64_t value) noexcept {
    values_[index].integer = value;
    parameters_[index].buffer_type = MYSQL_TYPE_LONGLONG;
    parameters_[index].buffer = &values_[index].integer;
}

void Statement::bind(std::size_t index, std::int32_t value) noexcept {
    values_[index].small = value;
    parameters_[index].buffer_type = MYSQL_TYPE_LONG;
    parameters_[index].buffer = &values_[index].small;
}

void Statement::bind(std::size_t index, double value) noexcept {
    values_[index].real = value;
    parameters_[index].buffer_type = MYSQL_TYPE_DOUBLE;
    parameters_[index].buffer = &values_[index].real;
}

void Statement::bind(std::size_t index, std::string_view value) noexcept {
    parameters_[index].buffer_type = MYSQL_TYPE_STRING;
    parameters_[index].buffer = const_cast<char*>(value.data());
    parameters_[index].buffer_length = value.size();
}

void Statement::execute() {
    if (!parameters_.empty() && mysql_stmt_bind_param(handle_, parameters_.data())) fail();
    if (mysql_stmt_execute(handle_) != 0) fail();
    // Bound anew only where the connector forgets it: once is enough for a statement whose columns stay the same.
    if (!results_.empty() && !bound_) {
        if (mysql_stmt_bind_result(handle_, results_.data())) fail();
        bound_ = true;
    }
}

bool Statement::fetch() {
    const int code = mysql_stmt_fetch(handle_);
    if (code == 0) return true;
    if (code != MYSQL_NO_DATA) fail();
    reset();
    return false;
}

std::uint64_t Statement::run() {
    execute();
    if (results_.empty()) return mysql_stmt_affected_rows(handle_);
    while (fetch()) {}
    return 0;
}

void Statement::reset() { mysql_stmt_free_result(handle_); }

}  // namespace benchmarks::floors::mysql

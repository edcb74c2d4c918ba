// Values on their way to the server.
#pragma once

#include <azoth/types/value_buffer.hpp>

#include <mysql.h>

#include <cstddef>
#include <span>
#include <vector>

namespace azoth::mysql::detail {

/// Bytes that the values of one execution take in a message, rounded up.
std::size_t message_size(std::span<const ValueView> values) noexcept;

/// Binds values without copying their bytes: they, and the binder, must stay where they are until the statement has been executed.
/// Errors: `DataError` and `NotSupportedError` for what cannot be stored, before anything is sent.
class Binder {
public:
    void bind(MYSQL_STMT* statement, std::span<const ValueView> values);

    /// Binds `count` rows as arrays. Returns false, with nothing bound, when a column holds values of different kinds.
    bool bind_rows(MYSQL_STMT* statement, const ValueBuffer& rows, std::size_t first, std::size_t count);
    /// The statement is executed with single values again.
    static void no_rows(MYSQL_STMT* statement) noexcept;

private:
    // One column of an array, in the form that its type needs.
    struct Array {
        std::vector<char> indicators;
        std::vector<long long> numbers;
        std::vector<double> reals;
        std::vector<MYSQL_TIME> times;
        std::vector<void*> pointers;
        std::vector<unsigned long> lengths;
    };
    bool fill(Array& array, MYSQL_BIND& bind, const ValueBuffer& rows, std::size_t column, std::size_t first, std::size_t count);

    std::vector<MYSQL_BIND> binds_;
    std::vector<MYSQL_TIME> times_;
    std::vector<Array> arrays_;
};

}  // namespace azoth::mysql::detail

// The floors' libpq: a blocking connection, prepared statements with binary results, parameters and cells in binary.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks::floors::postgresql {

/// Types of parameters, as in pg_type.
enum class Type : Oid { int8 = 20, int4 = 23, text = 25, float8 = 701, int4_array = 1007, text_array = 1009, int8_array = 1016, float8_array = 1022 };

template <class Number>
Number big_endian(Number number) noexcept {
    if constexpr (sizeof(Number) == 8) {
        return static_cast<Number>(__builtin_bswap64(static_cast<std::uint64_t>(number)));
    } else {
        return static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(number)));
    }
}

/// What PQgetResult gave, cleared at the end.
class Result {
public:
    Result() = default;
    explicit Result(PGresult* result) noexcept : handle_(result) {}

    int rows() const noexcept { return PQntuples(handle_.get()); }
    std::int64_t integer(int row, int column) const noexcept { return number<std::int64_t>(row, column); }
    std::int32_t small(int row, int column) const noexcept { return number<std::int32_t>(row, column); }
    double real(int row, int column) const noexcept { return std::bit_cast<double>(number<std::int64_t>(row, column)); }
    std::string text(int row, int column) const {
        return std::string(PQgetvalue(handle_.get(), row, column), static_cast<std::size_t>(PQgetlength(handle_.get(), row, column)));
    }
    PGresult* handle() const noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }

private:
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    template <class Number>
    Number number(int row, int column) const noexcept {
        Number number;
        std::memcpy(&number, PQgetvalue(handle_.get(), row, column), sizeof number);
        return big_endian(number);
    }
    std::unique_ptr<PGresult, Clear> handle_;
};

/// Binary parameters of one execution. Texts must live until they are sent.
class Parameters {
public:
    explicit Parameters(std::size_t count) : numbers_(count), values_(count), lengths_(count), formats_(count, 1) {}

    void set(std::size_t index, std::int64_t value) noexcept { store(index, big_endian(value)); }
    void set(std::size_t index, std::int32_t value) noexcept { store(index, big_endian(value)); }
    void set(std::size_t index, double value) noexcept { set(index, std::bit_cast<std::int64_t>(value)); }
    void set(std::size_t index, std::string_view value) noexcept {
        values_[index] = value.data();
        lengths_[index] = static_cast<int>(value.size());
    }

    int count() const noexcept { return static_cast<int>(values_.size()); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

private:
    template <class Number>
    void store(std::size_t index, Number number) noexcept {
        std::memcpy(numbers_[index].data(), &number, sizeof number);
        values_[index] = numbers_[index].data();
        lengths_[index] = static_cast<int>(sizeof number);
    }
    std::vector<std::array<char, 8>> numbers_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

/// Errors: `std::runtime_error` with libpq's words.
class Connection {
public:
    explicit Connection(const std::string& url);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { PQfinish(handle_); }

    PGconn* handle() const noexcept { return handle_; }
    /// Statements without parameters, one after another.
    void execute(const std::string& sql);
    void prepare(const char* name, const std::string& sql, const std::vector<Type>& types = {});
    /// Blocks for the whole answer of a prepared statement, in binary.
    Result run(const char* name, const Parameters& parameters);
    Result run(const char* name);
    /// Refuses a result that is an error.
    Result checked(PGresult* result);
    [[noreturn]] void fail(const char* what);

private:
    PGconn* handle_ = nullptr;
};

}  // namespace benchmarks::floors::postgresql

// RowStream: typed rows of a statement as they come, for connections.
#pragma once

#include <azoth/base/throw.hpp>
#include <azoth/engine/raw_result.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace azoth {

namespace detail {

/// An open cursor with the rows fetched last. Movable.
class RawStream {
public:
    RawStream(std::shared_ptr<ConnectionCore> core, PlanPtr plan, Cursor cursor);

    /// Makes sure that there is a row at `position()`. Returns false at the end.
    awaitable<bool> advance();
    const RowSource& rows() const noexcept { return rows_; }
    std::size_t take() noexcept { return position_++; }
    bool ready() const noexcept { return position_ < rows_.row_count; }
    void close() noexcept;

private:
    std::shared_ptr<ConnectionCore> core_;
    PlanPtr plan_;
    Cursor cursor_;
    RowSource rows_;
    std::size_t position_ = 0;
    bool ended_ = false;
};

awaitable<RawStream> open_stream(ConnectionCore& core, FlatStatement statement, ExecutionOptions options);

}  // namespace detail

/// Rows one after the other, in constant memory. Other statements may run on the connection in between.
/// Commit, rollback and close of the connection end it: `next()` then throws `ResourceClosedError`.
/// Thread safety: that of its connection.
template <class R>
class RowStream {
public:
    explicit RowStream(detail::RawStream raw) : raw_(std::move(raw)) {}

    /// The next row, or nothing at the end. Round trips: 1 per 1,000 rows.
    awaitable<std::optional<R>> next() {
        // g++ 12 miscompiles co_await as an operand of && and ||: each stands in a statement of its own.
        if (!raw_.ready()) {
            const bool more = co_await raw_.advance();
            if (!more) co_return std::nullopt;
        }
        co_return detail::RowReader<R>::read(raw_.rows(), raw_.take());
    }
    /// Up to `size` rows; none at the end.
    awaitable<std::vector<R>> next_partition(std::size_t size) {
        if (size == 0) detail::throw_argument_error("next_partition(0): a partition holds at least one row");
        std::vector<R> rows;
        while (rows.size() < size) {
            if (!raw_.ready()) {
                const bool more = co_await raw_.advance();
                if (!more) break;
            }
            rows.push_back(detail::RowReader<R>::read(raw_.rows(), raw_.take()));
        }
        co_return std::move(rows);
    }
    /// Lets go of the remaining rows.
    void close() noexcept { raw_.close(); }

private:
    detail::RawStream raw_;
};

}  // namespace azoth

// Stream: a session's query whose rows arrive in pieces, in constant memory.
#pragma once

#include <azoth/base/throw.hpp>
#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/connection_core.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/engine/row_source.hpp>
#include <azoth/engine/statement_cache.hpp>
#include <azoth/orm/graph.hpp>
#include <azoth/sql/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace azoth {

namespace detail {

struct SessionState;

/// The cursor of a stream, and the graph in which the entities of the rows fetched last lie.
class StreamCore {
public:
    static constexpr std::size_t rows_per_fetch = 1000;

    StreamCore(SessionState& state, FlatStatement statement, PlanPtr plan, Cursor cursor, RunOptions options);
    ~StreamCore();
    StreamCore(const StreamCore&) = delete;
    StreamCore& operator=(const StreamCore&) = delete;

    /// Lets go of the last partition and fetches the next one, at most `rows` rows. Returns false at the end.
    /// Errors: `ResourceClosedError` when the transaction in which the stream was opened has ended.
    awaitable<bool> fetch(std::size_t rows);
    /// Errors: as fetch().
    void check_open() const;
    const RowSource& rows() const noexcept { return rows_; }
    bool ready() const noexcept { return position_ < rows_.row_count; }
    std::size_t left() const noexcept { return rows_.row_count - position_; }
    std::size_t take() noexcept { return position_++; }
    void close() noexcept;

private:
    SessionState* state() const noexcept;
    void drop_partition() noexcept;

    std::shared_ptr<Graph> session_graph_;     ///< tells whether the session still is
    std::shared_ptr<ConnectionCore> connection_;
    std::shared_ptr<Graph> partition_;
    FlatStatement statement_;
    PlanPtr plan_;
    Cursor cursor_;
    RunOptions options_;
    RowSource rows_;
    std::size_t position_ = 0;
    std::uint64_t transaction_ = 0;
    bool ended_ = false;
};

/// What a stream gives: the item itself where there is one, else the row.
template <class R>
struct stream_item {
    using type = R;
    static type read(const RowSource& source, std::size_t row) { return RowReader<R>::read(source, row); }
};
template <class Only>
struct stream_item<Row<Only>> {
    using type = item_value_t<Only>;
    static type read(const RowSource& source, std::size_t row) { return std::get<0>(RowReader<Row<Only>>::read(source, row).as_tuple()); }
};

}  // namespace detail

/// From `session.stream(query)`. Rows come through a server-side cursor; other statements may run on the session in between.
///
/// The entities of one fetch lie in a graph of their own. When the next fetch is made, they leave the session and their memory is given
/// back, but for what a handle still holds, what was changed and not flushed, and what other entities have been linked to.
/// Eager loads run once a fetch.
///
/// Errors: `ResourceClosedError` from `next()` once the session has committed, rolled back or closed; as the session otherwise.
/// Lifetimes: may outlive the session, and then only throws.
/// Thread safety: that of its session.
template <class R>
class Stream {
    using item = detail::stream_item<R>;

public:
    using value_type = typename item::type;
    using next_type = typename detail::or_none<value_type>::type;

    explicit Stream(std::unique_ptr<detail::StreamCore> core) noexcept : core_(std::move(core)) {}

    /// The next item: a handle for one entity, else an optional; a null handle or an empty optional at the end (and for an item that is NULL:
    /// select two items, or nothing that can be NULL). Round trips: 1 per 1,000 rows, and those of eager loads.
    awaitable<next_type> next() {
        core_->check_open();
        if (!core_->ready()) {
            const bool more = co_await core_->fetch(detail::StreamCore::rows_per_fetch);
            if (!more) co_return next_type{};
        }
        co_return detail::or_none<value_type>::some(item::read(core_->rows(), core_->take()));
    }
    /// Up to `size` items; none at the end. Round trips: 1, and those of eager loads.
    awaitable<std::vector<value_type>> next_partition(std::size_t size) {
        if (size == 0) detail::throw_argument_error("next_partition(0): a partition holds at least one row");
        core_->check_open();
        std::vector<value_type> items;
        items.reserve(size);
        while (items.size() < size) {
            if (!core_->ready()) {  // g++ 12 miscompiles co_await as an operand of && and ||
                const bool more = co_await core_->fetch(size - items.size());
                if (!more) break;
            }
            while (core_->ready() && items.size() < size) items.push_back(item::read(core_->rows(), core_->take()));
        }
        co_return items;
    }
    /// Lets go of the remaining rows and of the last fetch's entities.
    void close() noexcept { core_->close(); }

private:
    std::unique_ptr<detail::StreamCore> core_;
};

}  // namespace azoth

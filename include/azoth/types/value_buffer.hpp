// ValueBuffer: rows of values in one piece of memory, used both for parameters on the way in and for rows on the way
// out.
#pragma once

#include <azoth/base/blocks.hpp>
#include <azoth/types/value_view.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace azoth {

/// A table of `ValueView`s with `columns()` cells a row, and the bytes they point at, copied into chunks that never
/// move. Movable, not copyable; views stay valid when the buffer is moved and until `clear()` or destruction. Thread
/// safety: none; a buffer is handed from one thread to another, never shared.
class ValueBuffer {
public:
    ValueBuffer() noexcept = default;
    explicit ValueBuffer(std::size_t columns) noexcept : columns_(columns) {}
    ValueBuffer(ValueBuffer&& other) noexcept;
    ValueBuffer& operator=(ValueBuffer&& other) noexcept;
    ValueBuffer(const ValueBuffer&) = delete;
    ValueBuffer& operator=(const ValueBuffer&) = delete;
    ~ValueBuffer() = default;

    std::size_t columns() const noexcept { return columns_; }
    /// Complete rows. A buffer without columns has none.
    std::size_t rows() const noexcept { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    bool empty() const noexcept { return cells_.empty(); }
    std::span<const ValueView> row(std::size_t index) const noexcept {
        return {cells_.data() + index * columns_, columns_};
    }
    std::span<const ValueView> cells() const noexcept { return cells_; }

    /// Drops all rows but keeps one chunk of memory; `columns` may change.
    void clear(std::size_t columns) noexcept;
    void reserve_rows(std::size_t rows) { cells_.reserve(rows * columns_); }

    /// Appends the next cell of the current row; bytes are copied.
    void append(ValueView value) {
        if (is_bytes(value.kind)) value.data = copy(value.data, value.size);
        cells_.push_back(value);
    }
    void append_null() { cells_.emplace_back(); }
    /// Appends a cell whose bytes the caller writes: room for `size` bytes that stay put.
    char* append_room(std::size_t size, ValueKind kind);

    /// Bytes held by text, blobs and the like (to bound a batch by size, not only by rows).
    std::size_t byte_size() const noexcept { return bytes_; }

private:
    const char* copy(const char* data, std::size_t size);
    char* allocate(std::size_t size);

    std::size_t columns_ = 0;
    std::vector<ValueView, detail::BlockAllocator<ValueView>> cells_;
    std::vector<detail::Block> chunks_;
    char* free_ = nullptr;
    std::size_t free_size_ = 0;
    std::size_t chunk_size_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace azoth

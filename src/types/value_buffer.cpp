// ValueBuffer's memory: chunks that double up to a megabyte, so that views never move.
#include <azoth/types/value_buffer.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace azoth {

namespace {
constexpr std::size_t first_chunk = 512;
constexpr std::size_t largest_chunk = std::size_t{1} << 20;
}  // namespace

ValueBuffer::ValueBuffer(ValueBuffer&& other) noexcept { *this = std::move(other); }

ValueBuffer& ValueBuffer::operator=(ValueBuffer&& other) noexcept {
    if (this == &other) return *this;
    columns_ = std::exchange(other.columns_, 0);
    cells_ = std::move(other.cells_);
    other.cells_.clear();
    chunks_ = std::move(other.chunks_);
    other.chunks_.clear();
    free_ = std::exchange(other.free_, nullptr);
    free_size_ = std::exchange(other.free_size_, 0);
    chunk_size_ = std::exchange(other.chunk_size_, 0);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
}

void ValueBuffer::clear(std::size_t columns) noexcept {
    columns_ = columns;
    cells_.clear();
    bytes_ = 0;
    if (chunks_.size() > 1) {
        chunks_.erase(chunks_.begin(),
                      chunks_.end() - 1);  // the last is the largest of the doubling series or a single big value
    }
    free_ = chunks_.empty() ? nullptr : reinterpret_cast<char*>(chunks_.back().data());
    free_size_ = chunks_.empty() ? 0 : chunks_.back().size();
}

char* ValueBuffer::append_room(std::size_t size, ValueKind kind) {
    char* room = allocate(size);
    cells_.push_back(ValueView::of_bytes({room, size}, kind));
    return room;
}

const char* ValueBuffer::copy(const char* data, std::size_t size) {
    char* room = allocate(size);
    if (size != 0) std::memcpy(room, data, size);
    return room;
}

char* ValueBuffer::allocate(std::size_t size) {
    if (size > free_size_ || free_ == nullptr) {
        const std::size_t next = std::clamp(chunk_size_ * 2, first_chunk, largest_chunk);
        const detail::Block& chunk = chunks_.emplace_back(std::max(next, size));
        chunk_size_ = free_size_ = chunk.size();
        free_ = reinterpret_cast<char*>(chunk.data());
    }
    char* room = free_;
    free_ += size;
    free_size_ -= size;
    bytes_ += size;
    return room;
}

}  // namespace azoth

// Blocks: the larger pieces of memory of results and sessions, which come and go with every query.
#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <utility>

namespace azoth::detail {

/// The sizes that are kept: powers of two from here ...
inline constexpr std::size_t smallest_block = std::size_t{8} << 10;
/// ... to here.
inline constexpr std::size_t largest_block = std::size_t{1} << 20;

/// How much memory a request gets: the next size that is kept, or exactly what was asked for where none is.
constexpr std::size_t block_size(std::size_t bytes) noexcept {
    if (bytes < smallest_block || bytes > largest_block) return bytes;
    std::size_t size = smallest_block;
    while (size < bytes) size *= 2;
    return size;
}

/// Memory for any fundamental type, of `block_size(bytes)`. A block of a kept size comes from the process's stock if there is one: given
/// back to malloc at the top of the heap, it would go to the system and have to be paged in again by the next query. Errors:
/// std::bad_alloc. Thread safety: safe.
void* take_block(std::size_t bytes);
/// Returns it, with the same `bytes`. The stock holds at most 8 MiB; what is more is freed. Thread safety: safe.
void give_block(void* block, std::size_t bytes) noexcept;

/// Owns one.
class Block {
public:
    Block() noexcept = default;
    explicit Block(std::size_t bytes) : data_(take_block(bytes)), size_(block_size(bytes)) {}
    Block(Block&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Block& operator=(Block&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() {
        if (data_ != nullptr) give_block(data_, size_);
    }

    std::byte* data() const noexcept { return static_cast<std::byte*>(data_); }
    std::size_t size() const noexcept { return size_; }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

/// For vectors that may become large.
template <class T>
struct BlockAllocator {
    using value_type = T;

    BlockAllocator() noexcept = default;
    template <class U>
    constexpr BlockAllocator(const BlockAllocator<U>&) noexcept {}

    T* allocate(std::size_t count) {
        static_assert(alignof(T) <= alignof(std::max_align_t));
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
        return static_cast<T*>(take_block(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t count) noexcept { give_block(memory, count * sizeof(T)); }

    friend constexpr bool operator==(const BlockAllocator&, const BlockAllocator&) noexcept { return true; }
};

}  // namespace azoth::detail

// The stock of blocks: one for the process, since a result is often filled by another thread than the one that reads and frees it.
#include <azoth/base/blocks.hpp>

#include <array>
#include <bit>
#include <mutex>

namespace azoth::detail {

namespace {

// AddressSanitizer is to see every access after a block was given back.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool keeps = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool keeps = false;
#else
constexpr bool keeps = true;
#endif
#else
constexpr bool keeps = true;
#endif

constexpr std::size_t most_bytes = std::size_t{8} << 20;
constexpr std::size_t sizes = static_cast<std::size_t>(std::countr_zero(largest_block) - std::countr_zero(smallest_block)) + 1;

/// Free blocks are linked through their own first bytes.
class Stock {
public:
    void* take(std::size_t size) noexcept {
        const std::lock_guard lock(mutex_);
        Link*& first = first_[place(size)];
        if (first == nullptr) return nullptr;
        Link* taken = first;
        first = taken->next;
        bytes_ -= size;
        return taken;
    }
    bool give(void* block, std::size_t size) noexcept {
        const std::lock_guard lock(mutex_);
        if (bytes_ + size > most_bytes) return false;
        Link*& first = first_[place(size)];
        first = ::new (block) Link{first};
        bytes_ += size;
        return true;
    }

private:
    struct Link {
        Link* next;
    };
    static std::size_t place(std::size_t size) noexcept { return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(smallest_block)); }

    std::mutex mutex_;
    std::array<Link*, sizes> first_{};
    std::size_t bytes_ = 0;
};

// Never destroyed: objects with static storage may give blocks back at the very end.
Stock& stock() {
    static Stock& one = *new Stock;
    return one;
}

bool kept(std::size_t size) noexcept { return keeps && size >= smallest_block && size <= largest_block; }

}  // namespace

void* take_block(std::size_t bytes) {
    const std::size_t size = block_size(bytes);
    if (kept(size)) {
        if (void* block = stock().take(size)) return block;
    }
    return ::operator new(size);
}

void give_block(void* block, std::size_t bytes) noexcept {
    const std::size_t size = block_size(bytes);
    if (kept(size) && stock().give(block, size)) return;
    ::operator delete(block, size);
}

}  // namespace azoth::detail

// Home: the context in which detached work of the pool runs, and the gate that keeps work from a context that is gone.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace azoth::detail {

/// Open as long as its execution context accepts work. A service of the context shuts it, and lets go of the executor: a strand must
/// not outlive its context.
struct ContextGate {
    explicit ContextGate(const boost::asio::execution_context& home) noexcept : context(&home) {}

    const boost::asio::execution_context* const context;
    std::mutex mutex;
    boost::asio::any_io_executor executor;
    std::atomic<bool> shut{false};  // written under the mutex
};

/// A context that may be gone. Regular value type.
class Home {
public:
    Home() = default;
    /// The context of an executor that is alive now.
    explicit Home(const boost::asio::any_io_executor& executor);

    explicit operator bool() const noexcept { return gate_ != nullptr; }
    /// Still open, and the context of this executor, which is alive.
    bool is_home_of(const boost::asio::any_io_executor& executor) const noexcept;
    /// Tells contexts apart; not to be dereferenced.
    const void* id() const noexcept { return gate_.get(); }

    /// Posts `function(executor)`. Returns false, and leaves the function as it is, when the context is gone or going.
    /// A function that is posted but never run is destroyed with the context. Thread safety: safe.
    template <class Function>
    bool post(Function& function) const {
        if (!gate_) return false;
        const std::lock_guard lock(gate_->mutex);
        if (gate_->shut) return false;
        boost::asio::post(gate_->executor, [function = std::move(function), executor = gate_->executor]() mutable { function(executor); });
        return true;
    }

private:
    std::shared_ptr<ContextGate> gate_;
};

}  // namespace azoth::detail

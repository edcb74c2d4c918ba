// Observers: the ones registered with an engine, and the way events reach them.
#pragma once

#include <azoth/driver/url.hpp>
#include <azoth/engine/events.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace azoth::detail {

/// Thread safety: everything may be called from any thread.
class Observers {
public:
    void add(std::shared_ptr<Observer> observer);
    /// False: nobody listens, and nothing need be prepared.
    bool any() const noexcept { return any_.load(std::memory_order_acquire); }

    void statement(const StatementEvent& event) const noexcept;
    void transaction(const TransactionEvent& event) const noexcept;
    void pool(const PoolEvent& event) const noexcept;
    /// Where a connect goes, after every observer. Errors: what an observer throws; `ArgumentError` for a URL that none can be, or another dialect's.
    Url prepared(const Url& url) const;

private:
    using List = std::vector<std::shared_ptr<Observer>>;
    std::shared_ptr<const List> list() const noexcept;
    template <class Event>
    void tell(void (Observer::*handler)(const Event&), const Event& event) const noexcept;

    mutable std::mutex mutex_;
    std::shared_ptr<const List> list_;
    std::atomic<bool> any_{false};
};

/// Prints statements as they run, and what becomes of transactions, to stderr.
std::shared_ptr<Observer> make_echo();

}  // namespace azoth::detail

// StatementCache: rendered statements by shape, least recently used ones dropped first.
#pragma once

#include <azoth/dialect/compiler.hpp>
#include <azoth/sql/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace azoth::detail {

/// What is known of a statement shape: its SQL, and whatever the layer that built it keeps beside it.
struct CachedPlan {
    CompiledQuery query;
    std::shared_ptr<const void> extra{};
};
using PlanPtr = std::shared_ptr<const CachedPlan>;

/// Thread safety: every function may be called from any thread; plans are built outside the lock.
class StatementCache {
public:
    using Build = PlanPtr (*)(const FlatStatement& statement, void* context);

    /// Capacity in shapes; 0 = keep none.
    explicit StatementCache(std::size_t capacity);
    ~StatementCache();
    StatementCache(const StatementCache&) = delete;
    StatementCache& operator=(const StatementCache&) = delete;

    /// Returns the plan of this shape, built by `build(statement, context)` when it is not there. The same shape built by layers with
    /// different `extra`s must not meet here: what decides about `extra` is part of the shape. Errors: those of `build`; nothing is kept then.
    PlanPtr lookup(const FlatStatement& statement, Build build, void* context);

    struct Statistics {
        std::uint64_t hits = 0;
        std::uint64_t misses = 0;
        std::size_t size = 0;
    };
    Statistics statistics() const;

private:
    struct State;
    const std::unique_ptr<State> state_;
};

}  // namespace azoth::detail

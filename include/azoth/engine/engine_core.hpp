// EngineCore: what an engine's handles, connections and sessions share.
#pragma once

#include <azoth/dialect/compiled_statement.hpp>
#include <azoth/driver/batch.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/driver/url.hpp>
#include <azoth/engine/options.hpp>
#include <azoth/engine/statement_cache.hpp>
#include <azoth/engine/transaction_state.hpp>

#include <memory>
#include <vector>

namespace azoth::detail {

class Home;
class Multiplexer;
class Observers;
class Pool;

/// Immutable but for the parts that guard themselves. Thread safety: safe.
class EngineCore {
public:
    /// Errors: `ArgumentError` for options that cannot be, and those of the driver about the URL.
    EngineCore(const Home& home, Url url, const EngineOptions& options);
    ~EngineCore();
    EngineCore(const EngineCore&) = delete;
    EngineCore& operator=(const EngineCore&) = delete;

    const Url& url() const noexcept { return url_; }
    const EngineOptions& options() const noexcept { return options_; }
    const Dialect& dialect() const noexcept { return dialect_; }
    Pool& pool() const noexcept { return *pool_; }
    Multiplexer& multiplexer() const noexcept { return *multiplexer_; }
    Observers& observers() const noexcept { return *observers_; }
    StatementCache& statements() noexcept { return statements_; }

    /// The plan of a statement that needs nothing beside its SQL. Errors: those of `compile`.
    PlanPtr plan(const FlatStatement& statement);

    /// Appends the statements of one step of transaction control.
    void append_step(std::vector<BatchItem>& items, Step step, const TransactionOptions& options) const;
    const CompiledPtr& commit_statement() const noexcept { return commit_; }
    const CompiledPtr& rollback_statement() const noexcept { return rollback_; }
    /// What a transaction begins with when nothing else is said.
    TransactionOptions default_transaction() const noexcept;
    bool autocommits() const noexcept { return options_.isolation_level == Isolation::autocommit; }

private:
    const Url url_;
    const EngineOptions options_;
    const Driver& driver_;
    const Dialect& dialect_;
    const std::shared_ptr<Observers> observers_;
    const std::shared_ptr<Pool> pool_;
    const std::unique_ptr<Multiplexer> multiplexer_;
    StatementCache statements_;
    std::vector<CompiledPtr> begin_;  // of the default transaction
    CompiledPtr commit_;
    CompiledPtr rollback_;
};

}  // namespace azoth::detail

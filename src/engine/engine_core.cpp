// What an engine is made of, and the SQL of transaction control.
#include <azoth/engine/engine_core.hpp>

#include "engine/home.hpp"
#include "engine/multiplexer.hpp"
#include "engine/observers.hpp"
#include "engine/pool.hpp"

#include <azoth/base/error.hpp>
#include <azoth/dialect/compiler.hpp>

#include <string>
#include <utility>

namespace azoth::detail {

namespace {

const Driver& checked_driver(const Url& url) {
    const Driver& driver = find_driver(url.dialect());
    driver.check(url);
    return driver;
}

EngineOptions checked(const EngineOptions& options) {
    // The pool's own are checked by its machine.
    if (options.connect_timeout.count() < 0) throw_argument_error("connect_timeout: must be 0 (no limit) or more");
    if (options.statement_timeout.count() < 0) throw_argument_error("statement_timeout: must be 0 (no limit) or more");
    return options;
}

// Sent once a transaction, so worth preparing.
CompiledPtr control(std::string sql) {
    auto statement = std::make_shared<CompiledStatement>();
    statement->id = next_statement_id();
    statement->sql = std::move(sql);
    statement->effect = Effect::transaction;
    return statement;
}

void append(std::vector<BatchItem>& items, CompiledPtr statement) {
    BatchItem item;
    item.statement = std::move(statement);
    items.push_back(std::move(item));
}

}  // namespace

EngineCore::EngineCore(const Home& home, Url url, const EngineOptions& options)
    : url_(std::move(url)),
      options_(checked(options)),
      driver_(checked_driver(url_)),
      dialect_(driver_.dialect()),
      observers_(std::make_shared<Observers>()),
      pool_(std::make_shared<Pool>(driver_, url_, options_, home, observers_)),
      multiplexer_(std::make_unique<Multiplexer>(*this, driver_, home)),
      statements_(options_.query_cache_size),
      commit_(control("COMMIT")),
      rollback_(control("ROLLBACK")) {
    for (std::string& sql : dialect_.begin(default_transaction())) begin_.push_back(control(std::move(sql)));
    if (options_.echo) observers_->add(make_echo());
}

EngineCore::~EngineCore() = default;

TransactionOptions EngineCore::default_transaction() const noexcept {
    TransactionOptions result;
    if (!autocommits()) result.isolation = options_.isolation_level;
    return result;
}

PlanPtr EngineCore::plan(const FlatStatement& statement) {
    return statements_.lookup(
        statement,
        [](const FlatStatement& flat, void* core) {
            auto plan = std::make_shared<CachedPlan>();
            plan->query = compile(flat, static_cast<EngineCore*>(core)->dialect_);
            return PlanPtr(std::move(plan));
        },
        this);
}

void EngineCore::append_step(std::vector<BatchItem>& items, Step step, const TransactionOptions& options) const {
    const auto name = [&] { return "azoth_savepoint_" + std::to_string(step.savepoint); };
    switch (step.kind) {
        case StepKind::begin:
            if (options == default_transaction()) {
                for (const CompiledPtr& statement : begin_) append(items, statement);
            } else {
                for (std::string& sql : dialect_.begin(options)) append(items, compile_plain(std::move(sql), Effect::transaction));
            }
            break;
        case StepKind::savepoint: append(items, compile_plain(dialect_.savepoint(name()), Effect::transaction)); break;
        case StepKind::release: append(items, compile_plain(dialect_.release(name()), Effect::transaction)); break;
        case StepKind::rollback_to: append(items, compile_plain(dialect_.rollback_to(name()), Effect::transaction)); break;
        case StepKind::rollback: append(items, rollback_); break;
    }
}

}  // namespace azoth::detail

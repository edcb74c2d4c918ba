// async_sessionmaker: makes sessions over one engine, or inside one connection, and runs units of work in them.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/engine/engine.hpp>
#include <azoth/orm/retry.hpp>
#include <azoth/orm/session.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

namespace detail {

template <class A>
struct awaited;
template <class T>
struct awaited<awaitable<T>> {
    using type = T;
};

}  // namespace detail

/// `auto session = async_session();` Cheap to copy. Thread safety: safe; each session belongs to one coroutine.
class async_sessionmaker {
public:
    explicit async_sessionmaker(const AsyncEngine& engine, SessionOptions options = {}) : engine_(engine.core()), options_(options) {}

    /// Sessions inside the transaction of a connection, for tests above all: what a session commits and rolls back is a savepoint there, and the
    /// connection's own rollback() undoes it all (SQLAlchemy's join_transaction_mode="create_savepoint"). A connection without a transaction
    /// begins one. Its sessions are used one at a time; `begin()` takes no options in them. Lifetimes: the connection must outlive their work.
    explicit async_sessionmaker(AsyncConnection& connection, SessionOptions options = {});

    AsyncSession operator()() const { return (*this)(options_); }
    AsyncSession operator()(SessionOptions options) const {
        auto core = connection_ ? std::make_unique<detail::SessionCore>(connection_, options) : std::make_unique<detail::SessionCore>(engine_, options);
        for (const auto& observer : observers_) core->observe(observer);
        for (const auto& criteria : criteria_) core->narrow(criteria);
        return AsyncSession(std::move(core));
    }

    /// Registers an observer of every session that this maker, or a copy made from now on, makes from now on.
    /// Thread safety: none, unlike the rest: register before the maker is shared.
    void observe(std::shared_ptr<SessionObserver> observer) { observers_.push_back(std::move(observer)); }
    /// Options of every query of every session that is made from now on: with_loader_criteria. Thread safety: as observe().
    template <class... O>
    void default_options(const O&... options) {
        static_assert((std::same_as<O, EntityCriteria> && ...), "azoth: default_options() takes with_loader_criteria<T>(...)");
        (criteria_.push_back(options), ...);
    }

    /// Runs `co_await work(session)` in a new session and commits. When that fails in a way that another run can help (`Error::retryable()`:
    /// serialization failures, deadlocks, locks not granted; and `ConnectionLost`, which certainly committed nothing) the whole unit is run again,
    /// in another new session, after a random pause whose bound doubles. Returns what `work` returned.
    /// `work` is called once a run, so it begins from nothing each time, and commits nothing itself but as its last step.
    /// Errors: the last run's; everything else at once, `CommitOutcomeUnknown` among it; `ArgumentError` for options that cannot be.
    /// Executor: everything runs on the awaiting coroutine's. Cancellation: ends the run, or the pause, with `operation_aborted`.
    /// Lifetimes: `work` is used where it lies and must stay until the end; a temporary in the `co_await` expression does.
    template <class Work>
    auto transact(Work&& work, Retry retry = {}) const {
        using Made = std::remove_cvref_t<std::invoke_result_t<Work&, AsyncSession&>>;
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
        static_assert(std::is_lvalue_reference_v<Work> || std::is_trivially_destructible_v<std::remove_reference_t<Work>>,
                      "azoth: g++ 12 destroys a temporary inside co_await twice: give transact() a named object, or a lambda that captures by reference");
#endif
        return run_unit<typename detail::awaited<Made>::type>(*this, work, retry);
    }

private:
    template <class T, class Work>
    static awaitable<T> run_unit(async_sessionmaker sessions, Work& work, Retry retry) {
        detail::Attempts attempts(retry);
        for (;;) {
            AsyncSession session = sessions();
            std::exception_ptr failure;
            try {
                if constexpr (std::is_void_v<T>) {
                    co_await work(session);
                    co_await session.commit();
                    co_return;
                } else {
                    T result = co_await work(session);
                    co_await session.commit();
                    co_return std::move(result);
                }
            } catch (const Error&) {
                failure = std::current_exception();
            }
            co_await attempts.failed(session, std::move(failure));
        }
    }

    std::shared_ptr<detail::EngineCore> engine_;
    std::shared_ptr<detail::ConnectionCore> connection_;  ///< or this
    SessionOptions options_;
    std::vector<std::shared_ptr<SessionObserver>> observers_;
    std::vector<EntityCriteria> criteria_;
};

}  // namespace azoth

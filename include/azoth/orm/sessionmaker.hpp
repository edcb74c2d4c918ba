// async_sessionmaker: makes sessions over one engine, and runs transactions again that another one came first to.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/engine/engine.hpp>
#include <azoth/orm/retry.hpp>
#include <azoth/orm/session.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace azoth {

/// `auto session = async_session();` Cheap to copy. Thread safety: safe; each session belongs to one coroutine.
class async_sessionmaker {
    template <class Awaitable>
    struct Awaited;
    template <class T>
    struct Awaited<awaitable<T>> {
        using type = T;
    };
    template <class Work>
    using result_of = typename Awaited<std::invoke_result_t<Work&, AsyncSession&>>::type;

public:
    explicit async_sessionmaker(const AsyncEngine& engine, SessionOptions options = {}) : engine_(engine.core()), options_(options) {}

    AsyncSession operator()() const { return (*this)(options_); }
    AsyncSession operator()(SessionOptions options) const { return AsyncSession(std::make_unique<detail::SessionCore>(engine_, options)); }

    /// Calls `work(session)` with a fresh session, then commits it. When another transaction came first (`Error::retryable()`), or the
    /// connection was lost before COMMIT was sent, everything is rolled back and done again after a pause.
    /// `work` returns an awaitable; what it gives is returned. It must not commit by itself, and what it does outside the database is done
    /// as often as it is called. Objects of its session stay readable.
    /// Errors: what the last run failed with; everything that another run cannot help with at once, `CommitOutcomeUnknown` among it.
    /// Cancellation: as of a session; a pause ends at once. Lifetimes: `work` must outlive the await.
    template <class Work>
        requires requires { typename result_of<Work>; }
    awaitable<result_of<Work>> transact(Work& work, Retry retry = Retry()) const {
        return run<result_of<Work>>(*this, work, retry);
    }
    /// The same with a lambda that captures nothing.
    template <class Work>
        requires(!std::is_lvalue_reference_v<Work>)
    auto transact(Work&&, Retry retry = Retry()) const {
        static_assert(std::is_empty_v<Work> && std::is_default_constructible_v<Work>,
                      "azoth: transact() runs its work several times: give the lambda a name first, and pass that");
        static Work work;
        return transact(work, retry);
    }

private:
    template <class T, class Work>
    static awaitable<T> run(async_sessionmaker make, Work& work, Retry retry) {
        detail::Attempts attempts(retry);
        for (;;) {
            AsyncSession session = make();
            std::conditional_t<std::is_void_v<T>, std::optional<bool>, std::optional<T>> result;
            try {
                if constexpr (std::is_void_v<T>) {
                    co_await work(session);
                    co_await session.commit();
                    result.emplace(true);
                } else {
                    T value = co_await work(session);
                    co_await session.commit();
                    result.emplace(std::move(value));
                }
            } catch (const Error& error) {
                if (!attempts.again(error)) throw;
            }
            if constexpr (std::is_void_v<T>) {
                if (result) co_return;
            } else {
                if (result) co_return std::move(*result);
            }
            co_await session.close();  // its locks are gone before the pause
            co_await attempts.pause();
        }
    }

    std::shared_ptr<detail::EngineCore> engine_;
    SessionOptions options_;
};

}  // namespace azoth

// docs/guide/cancellation.md: deadlines of statements, and cancelling from outside.
#include "guide.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdint>
#include <exception>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable;
using namespace azoth::literals;

namespace {

const char* const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS total FROM n";

// region: deadline
awaitable<void> deadline(async_sessionmaker async_session) {
    auto session = async_session();
    auto query = azoth::text(endless).columns(azoth::typed<std::int64_t>("total"_c));
    bool stopped = false;
    try {
        co_await session.execute(query.execution_options({.statement_timeout = std::chrono::milliseconds(20)}));
    } catch (const azoth::StatementTimeout&) {
        stopped = true;
    }
    expect(stopped, "ended by its deadline");
    co_await session.rollback();
}
// endregion

// region: cancel
awaitable<void> report(async_sessionmaker async_session) {
    auto session = async_session();
    co_await session.execute(azoth::text(endless).columns(azoth::typed<std::int64_t>("total"_c)));
}

awaitable<void> cancel(async_sessionmaker async_session) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::cancellation_signal stop;
    bool cancelled = false;
    boost::asio::co_spawn(executor, report(async_session), boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr error) {
        try {
            if (error) std::rethrow_exception(error);
        } catch (const boost::system::system_error& failure) {
            cancelled = failure.code() == boost::asio::error::operation_aborted;
        }
    }));
    co_await boost::asio::post(executor, boost::asio::use_awaitable);  // the report runs
    stop.emit(boost::asio::cancellation_type::terminal);
    while (!cancelled) co_await boost::asio::post(executor, boost::asio::use_awaitable);
}
// endregion

}  // namespace

awaitable<void> cancellation(azoth::AsyncEngine engine) {
    async_sessionmaker async_session(engine);
    co_await deadline(async_session);
    co_await cancel(async_session);
    auto session = async_session();  // the connection is clean, or another one
    auto one = co_await session.scalar(azoth::text("SELECT 1 AS one").columns(azoth::typed<std::int64_t>("one"_c)));
    expect(one == 1, "usable");
}

}  // namespace guide

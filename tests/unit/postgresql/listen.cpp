// listen() on a server.
#include "support.hpp"

#include <azoth/azoth.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <vector>

using namespace azoth::postgresql_test;
using namespace azoth::literals;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::Notification;

namespace {

awaitable<void> send(AsyncEngine engine, const char* payload) {
    auto connection = co_await engine.connect();
    co_await connection.run_text(std::string("NOTIFY \"Azoth Listen\", '") + payload + "'");
    co_await connection.commit();
    co_await connection.close();
}

awaitable<std::int64_t> listeners(AsyncEngine engine) {
    auto connection = co_await engine.connect();
    const auto query = azoth::text("SELECT count(*) AS n FROM pg_listening_channels()").columns(azoth::typed<std::int64_t>("n"_c));
    const std::int64_t count = co_await connection.scalar(query);
    co_return count;
}

}  // namespace

TEST_CASE("notifications are heard in order, across a cancelled wait", "[postgresql][listen]") {
    const std::string url = server();
    if (url.empty()) return;
    asio::io_context context;
    azoth::EngineOptions options;
    options.pool_size = 2;
    options.max_overflow = 0;
    const AsyncEngine engine = azoth::create_async_engine(context.get_executor(), url, options);
    std::vector<std::string> heard;
    bool cancelled = false;
    const auto work = [&]() -> awaitable<int> {
        auto stream = co_await engine.listen("Azoth Listen");
        co_await send(engine, "one");
        const Notification first = co_await stream.next();
        heard.push_back(first.payload);
        CHECK(first.channel == "Azoth Listen");
        CHECK(first.sender != 0);

        asio::cancellation_signal signal;
        bool done = false;
        const auto wait = [&]() -> awaitable<void> { co_await stream.next(); };
        asio::co_spawn(context, wait(), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
                           done = true;
                           cancelled = error != nullptr;
                       }));
        co_await send(engine, "");  // an empty payload is a notification as well: whoever gets it, it is not lost
        if (!done) signal.emit(asio::cancellation_type::terminal);
        co_await send(engine, "two");
        co_await send(engine, "three");
        for (int i = cancelled ? 0 : 1; i < 3; ++i) {
            const Notification next = co_await stream.next();
            heard.push_back(next.payload);
        }
        stream.close();
        co_return 0;
    };
    await(context, work());
    const std::vector<std::string> all{"one", "", "two", "three"};
    const std::vector<std::string> without{"one", "two", "three"};
    CHECK(heard == (cancelled ? all : without));
    CHECK(engine.pool().status().checked_out == 0);
    CHECK(await(context, listeners(engine)) == 0);
}

// docs/guide/multiplexing.md: reads of many coroutines over few connections.
#include "guide.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace guide {

using azoth::awaitable, azoth::col, azoth::select;
using shop::Author;

namespace {

awaitable<void> add_authors(azoth::AsyncEngine engine) {
    auto session = azoth::async_sessionmaker(engine)();
    for (int i = 1; i <= 100; ++i) session.add(Author{.name = "Author " + std::to_string(i), .born = 1900 + i});
    co_await session.commit();
}

// region: read
awaitable<std::string> name_of(azoth::Multiplexed reads, std::int64_t id) {
    const auto query = select(col<&Author::name>).where(col<&Author::id> == id);
    auto result = co_await reads.execute(query);
    co_return result.scalar_one();
}
// endregion

// region: many
awaitable<void> serve(azoth::Multiplexed reads, std::int64_t first, int& served) {
    for (std::int64_t id = first; id <= 100; id += 32) {
        const std::string name = co_await name_of(reads, id);
        expect(name == "Author " + std::to_string(id), "each has its own answer");
        ++served;
    }
}

awaitable<void> many(azoth::AsyncEngine engine) {
    const auto executor = co_await boost::asio::this_coro::executor;
    azoth::Multiplexed reads = engine.multiplexed();
    int served = 0;
    int running = 32;
    for (int i = 1; i <= 32; ++i) {
        boost::asio::co_spawn(executor, serve(reads, i, served), [&running](std::exception_ptr) { --running; });
    }
    while (running != 0) co_await boost::asio::post(executor, boost::asio::use_awaitable);
    expect(served == 100, "every author was read");
}
// endregion

// region: refused
awaitable<void> refused(azoth::Multiplexed reads) {
    std::string reason;
    try {
        const auto change = azoth::update<Author>().values(col<&Author::born> = 1900);
        co_await reads.execute(change);
    } catch (const azoth::ArgumentError& error) {
        reason = error.message();
    }
    expect(reason.find("writes or locks") != std::string::npos, "only reads share a connection");
}
// endregion

}  // namespace

awaitable<void> multiplexing(azoth::AsyncEngine engine) {
    co_await add_authors(engine);
    co_await many(engine);
    co_await refused(engine.multiplexed());
}

}  // namespace guide

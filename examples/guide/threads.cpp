// docs/guide/threads.md: an engine for several threads, a strand for every coroutine.
#include "guide.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <utility>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select;
using shop::Author;

namespace {

// region: handler
awaitable<void> handle_request(async_sessionmaker async_session, int number) {
    auto session = async_session();  // one session for one coroutine
    session.add(Author{.name = "Author " + std::to_string(number)});
    co_await session.commit();
}
// endregion

awaitable<void> create(azoth::AsyncEngine engine) {
    auto connection = co_await engine.begin();
    co_await connection.drop_all(shop::metadata);
    co_await connection.create_all(shop::metadata);
    co_await connection.commit();
}

awaitable<std::int64_t> count(async_sessionmaker async_session) {
    auto session = async_session();
    co_return co_await session.scalar(select(azoth::func::count(col<&Author::id>)));
}

// region: serve
void serve(const azoth::AsyncEngine& engine, boost::asio::thread_pool& pool, int requests, std::atomic<int>& failed) {
    async_sessionmaker async_session(engine);  // engine and sessionmaker are for all threads
    for (int i = 0; i < requests; ++i) {
        auto strand = boost::asio::make_strand(pool);  // a strand for each coroutine
        boost::asio::co_spawn(strand, handle_request(async_session, i), [&failed](std::exception_ptr error) {
            if (error) ++failed;
        });
    }
}
// endregion

// Runs one coroutine on the pool and waits for it.
template <class T>
auto wait_for(boost::asio::thread_pool& pool, awaitable<T> work) {
    return boost::asio::co_spawn(boost::asio::make_strand(pool), std::move(work), boost::asio::use_future).get();
}

}  // namespace

void threads(const std::string& directory) {
    const auto file = std::filesystem::absolute(std::filesystem::path(directory) / "azoth_guide_threads.db");
    boost::asio::thread_pool pool(4);
    auto engine = azoth::create_async_engine(pool.get_executor(), "sqlite:///" + file.string() + "?begin=immediate&busy_timeout=30000");
    wait_for(pool, create(engine));
    std::atomic<int> failed{0};
    serve(engine, pool, 50, failed);
    pool.join();
    expect(failed == 0, "all requests were served");

    boost::asio::thread_pool second(1);
    auto after = azoth::create_async_engine(second.get_executor(), "sqlite:///" + file.string());
    expect(wait_for(second, count(async_sessionmaker(after))) == 50, "every author is there");
    second.join();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

}  // namespace guide

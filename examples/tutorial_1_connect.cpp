// Tutorial, step 1: an engine, a connection, SQL by hand.
#include <azoth/azoth.hpp>
#include <azoth/sqlite.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

using namespace azoth::literals;  // "name"_c

// region: write
azoth::awaitable<void> write(azoth::AsyncEngine engine) {
    auto connection = co_await engine.connect();
    co_await connection.run_text("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
    auto insert = azoth::text("INSERT INTO notes (body) VALUES (:body)").bind("body"_c, "learn azoth");
    co_await connection.execute(insert);
    co_await connection.commit();
}
// endregion

// region: read
azoth::awaitable<void> read(azoth::AsyncEngine engine) {
    auto connection = co_await engine.connect();
    auto query = azoth::text("SELECT id, body FROM notes WHERE id >= :first")
                     .bind("first"_c, 1)
                     .columns(azoth::typed<std::int64_t>("id"_c), azoth::typed<std::string>("body"_c));
    auto notes = co_await connection.execute(query);
    for (const auto& note : notes) {
        const long long id = note["id"_c];
        std::printf("%lld: %s\n", id, note["body"_c].c_str());
    }
}
// endregion

// region: main
azoth::awaitable<void> run(azoth::AsyncEngine engine) {
    co_await write(engine);
    co_await read(engine);
    co_await engine.dispose();
}

int main() {
    boost::asio::io_context context;
    auto engine = azoth::create_async_engine(context.get_executor(), "sqlite:///:memory:");
    boost::asio::co_spawn(context, run(engine), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    context.run();
}
// endregion

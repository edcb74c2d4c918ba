// Runs every page of the guide, each on a fresh database. Argument: a directory for database files (default: the current one).
#include "guide.hpp"

#include <azoth/sqlite.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>

namespace {

using Page = azoth::awaitable<void> (*)(azoth::AsyncEngine);

azoth::awaitable<void> with_tables(azoth::AsyncEngine engine, Page page) {
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(shop::metadata);
        co_await connection.commit();
    }
    co_await page(engine);
}

void run(const char* name, Page page) {
    boost::asio::io_context context;
    auto engine = azoth::create_async_engine(context.get_executor(), "sqlite:///:memory:");
    boost::asio::co_spawn(context, with_tables(engine, page), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    context.run();
    std::printf("%s\n", name);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run("sessions", guide::sessions);
        run("events", guide::events);
        run("relationships", guide::relationships);
        run("columns", guide::members);
        run("criteria", guide::criteria);
        run("transactions", guide::transactions);
        run("errors", guide::errors);
        run("compilers", guide::compilers);
        run("cancellation", guide::cancellation);
        run("coming from SQLAlchemy", guide::coming_from_sqlalchemy);
        run("multiplexing", guide::multiplexing);
        run("pool", guide::pool);
        guide::queries();
        std::printf("queries\n");
        guide::threads(argc > 1 ? argv[1] : ".");
        std::printf("threads\nok\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

// A web service over any of azoth's databases.
//
// azoth_http_service URL [--port N] [--threads N] [--seed]     options.hpp lists the others
#include "models.hpp"
#include "options.hpp"
#include "router.hpp"
#include "seed.hpp"
#include "server.hpp"

#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif
#if __has_include(<azoth/postgresql.hpp>)
#include <azoth/postgresql.hpp>
#endif
#if __has_include(<azoth/sqlite.hpp>)
#include <azoth/sqlite.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

namespace {

using azoth::AsyncEngine, azoth::awaitable;

// Runs one coroutine to its end, on this thread.
void complete(boost::asio::io_context& context, awaitable<void> work) {
    boost::asio::co_spawn(context, std::move(work), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    context.restart();
    context.run();
}

// region: engine
AsyncEngine make_engine(boost::asio::io_context& context, const service::Options& options) {
    azoth::EngineOptions engine;
    engine.pool_size = options.pool_size;
    engine.max_overflow = 0;                      // more would only queue up inside the database
    engine.pool_timeout = options.pool_timeout;   // who waits longer is told to come back: 503
    engine.statement_timeout = options.deadline;  // and so is whose statement takes longer
    engine.pool_pre_ping = true;
    return azoth::create_async_engine(context.get_executor(), options.url, engine);
}
// endregion

// region: life
void serve(const service::Options& options) {
    boost::asio::io_context context;
    auto engine = make_engine(context, options);
    complete(context, service::create_tables(engine));
    if (options.seed) complete(context, service::seed(engine));

    const service::Router router(engine);
    service::Server server(options.port, options.threads,
                           [&](service::Request request) { return router.answer(std::move(request)); });
    std::printf("listening on 127.0.0.1:%d\n", server.port());
    std::fflush(stdout);
    server.run(options.grace);  // returns when it was told to stop and every request is answered

    complete(context, engine.dispose());
    std::puts("stopped");
}
// endregion

}  // namespace

int main(int argc, char** argv) {
    service::Options options;
    try {
        options = service::parse_options(argc, argv);
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "http_service: %s\n%s\n", error.what(), service::usage);
        return 2;
    }
    try {
        serve(options);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "http_service: %s\n", error.what());
        return 1;
    }
}

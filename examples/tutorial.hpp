// What the tutorial's programs share from step 2 on: the tables, and a main() around one coroutine.
#pragma once

#include "tutorial_models.hpp"

#include <azoth/azoth.hpp>
#include <azoth/sqlite.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>

// region: create_tables
inline azoth::awaitable<void> create_tables(azoth::AsyncEngine engine) {
    auto connection = co_await engine.begin();
    co_await connection.create_all(shop::metadata);
    co_await connection.commit();
}
// endregion

// region: run_program
inline int run_program(azoth::awaitable<void> (*program)(azoth::AsyncEngine)) {
    boost::asio::io_context context;
    auto engine = azoth::create_async_engine(context.get_executor(), "sqlite:///:memory:");
    int status = 0;
    boost::asio::co_spawn(context, program(engine), [&](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            status = 1;
        }
    });
    context.run();
    return status;
}
// endregion

// The engine of a workload; runs coroutines.
#include "fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace benchmarks {

namespace {

// As many connections as the busiest workload has coroutines; those beyond one are made only where they are used.
constexpr azoth::EngineOptions engine_options{.pool_size = 8, .max_overflow = 0};

}  // namespace

Fixture::Fixture(std::string mode, std::string url, std::string options)
    : mode_(std::move(mode)),
      url_(std::move(url)),
      context_(1),
      engine(azoth::create_async_engine(context_.get_executor(), url_ + options, engine_options)),
      sessions(engine) {}

Fixture::~Fixture() = default;

void Fixture::run(azoth::awaitable<void> work) {
    std::vector<azoth::awaitable<void>> one;
    one.push_back(std::move(work));
    run(std::move(one));
}

void Fixture::run(std::vector<azoth::awaitable<void>> work) {
    std::exception_ptr error;
    for (auto& each : work) {
        boost::asio::co_spawn(context_, std::move(each), [&](std::exception_ptr thrown) {
            if (thrown) error = std::move(thrown);
        });
    }
    context_.restart();
    // To the end: a ROLLBACK that still waits to ride would keep its transaction open beside the other side's work.
    context_.run();
    if (error) std::rethrow_exception(error);
}

}  // namespace benchmarks

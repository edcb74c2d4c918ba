// Makes the files; runs coroutines.
#include "fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

namespace benchmarks {

namespace {

std::string fresh(const Suite& suite, const char* name, const floors::Rows& rows) {
    std::string path = suite.options().folder + "/" + name;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::error_code ignored;
        std::filesystem::remove(path + suffix, ignored);
    }
    floors::fill(path, rows);
    return path;
}

}  // namespace

Fixture::Fixture(const Suite& suite, const std::string& mode, const floors::Rows& rows)
    : floor_path_(fresh(suite, "floor.db", rows)),
      ours_path_(fresh(suite, "ours.db", rows)),
      context_(1),
      floor(floor_path_),
      outside(ours_path_),
      engine(azoth::create_async_engine(
          context_.get_executor(),
          "sqlite:///" + ours_path_ + "?journal_mode=wal&synchronous=off&foreign_keys=on&execution=" + mode)),
      sessions(engine) {}

Fixture::~Fixture() = default;

void Fixture::run(azoth::awaitable<void> work) {
    std::exception_ptr error;
    bool done = false;
    boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr thrown) {
        error = std::move(thrown);
        done = true;
    });
    context_.restart();
    while (!done && context_.run_one() != 0) {}
    if (error) std::rethrow_exception(error);
}

}  // namespace benchmarks

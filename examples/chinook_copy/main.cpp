// azoth_chinook_copy SOURCE_URL TARGET_URL...             copies the Chinook shop, then compares the reports
// azoth_chinook_copy --compare SOURCE_URL TARGET_URL...   only compares
//
// Tables of Chinook's names in a target are dropped first. Ends with 1 when a report differs or something failed.
#include "compare.hpp"
#include "copy.hpp"

#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif
#if __has_include(<azoth/postgresql.hpp>)
#include <azoth/postgresql.hpp>
#endif
#include <azoth/sqlite.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using azoth::AsyncEngine, azoth::awaitable, azoth::Url;

awaitable<std::size_t> do_target(AsyncEngine source, const std::vector<chinook::Report>& expected, const Url& url,
                                 bool copy) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto target = azoth::create_async_engine(executor, url);
    std::printf("%s\n", url.to_string().c_str());  // the password is masked
    if (copy) {
        const auto rows = co_await chinook::copy_all(source, target);
        std::printf("  %lld rows copied\n", static_cast<long long>(rows));
    }
    const auto found = co_await chinook::run_reports(target);
    const auto different = chinook::compare(expected, found);
    co_await target.dispose();
    co_return different;
}

awaitable<void> run(Url source_url, std::vector<Url> targets, bool copy, std::size_t& different) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto source = azoth::create_async_engine(executor, source_url);
    const auto expected = co_await chinook::run_reports(source);
    for (const Url& target : targets) different += co_await do_target(source, expected, target, copy);
    co_await source.dispose();
}

// The source is only read, and must be there: a mistyped path shall not become an empty database.
Url source_of(std::string_view text) {
    Url url = Url::parse(text);
    if (url.dialect() == "sqlite" && !url.option("mode")) return url.with_option("mode", "ro");
    return url;
}

// Copying drops the target's tables, so the target must not be the source.
void check_different(const Url& source, const Url& target) {
    namespace fs = std::filesystem;
    const bool files = source.dialect() == "sqlite" && target.dialect() == "sqlite";
    const bool same = files ? fs::weakly_canonical(source.database()) == fs::weakly_canonical(target.database())
                            : source.to_string(true) == target.to_string(true);
    if (same) throw std::invalid_argument("the target is the source: " + target.to_string());
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const bool copy = arguments.empty() || arguments[0] != "--compare";
    if (!copy) arguments.erase(arguments.begin());
    if (arguments.size() < 2) {
        std::fprintf(stderr, "usage: %s [--compare] SOURCE_URL TARGET_URL...\n", argv[0]);
        return 2;
    }
    try {
        const Url source = source_of(arguments[0]);
        std::vector<Url> targets;
        for (std::size_t i = 1; i < arguments.size(); ++i) {
            targets.push_back(Url::parse(arguments[i]));
            check_different(source, targets.back());
        }
        boost::asio::io_context context;
        std::size_t different = 0;
        boost::asio::co_spawn(context, run(source, targets, copy, different), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        context.run();
        std::puts(different == 0 ? "ok" : "the reports differ");
        return different == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "chinook_copy: %s\n", error.what());
        return 1;
    }
}

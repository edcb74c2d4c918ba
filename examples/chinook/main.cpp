// azoth_chinook DATABASE                  prints the ten reports, long ones shortened
// azoth_chinook DATABASE --tsv REPORT     prints one report whole, its values separated by tabs: for other programs
// azoth_chinook --list                    prints the reports' names
#include "reports.hpp"

#include <azoth/sqlite.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using chinook::Report;

constexpr std::size_t shown_rows = 12;

// Characters, not bytes: a UTF-8 character begins with a byte that is not 10xxxxxx.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void print_line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string line = " ";
    for (std::size_t i = 0; i < cells.size(); ++i)
        line += " " + cells[i] + std::string(widths[i] - width_of(cells[i]) + 1, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    std::puts(line.c_str());
}

void print_table(const Report& report) {
    std::vector<std::size_t> widths;
    for (const auto& column : report.columns) widths.push_back(width_of(column));
    const std::size_t shown = std::min(report.rows.size(), shown_rows);
    for (std::size_t row = 0; row < shown; ++row) {
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(report.rows[row][i]));
    }
    std::printf("%s\n", report.title.c_str());
    print_line(report.columns, widths);
    for (std::size_t row = 0; row < shown; ++row) print_line(report.rows[row], widths);
    if (report.rows.size() > shown) std::printf("  ... and %zu more\n", report.rows.size() - shown);
    std::puts("");
}

void print_tsv(const Report& report) {
    for (const auto& row : report.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) std::printf("%s%s", i == 0 ? "" : "\t", row[i].c_str());
        std::puts("");
    }
}

// `name`: one report as TSV; empty: all of them to read.
azoth::awaitable<void> run(azoth::Url url, std::string_view name) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto engine = azoth::create_async_engine(executor, url);
    auto async_session = azoth::async_sessionmaker(engine);
    for (const auto& report : chinook::all_reports) {
        if (!name.empty() && report.name != name) continue;
        auto session = async_session();
        const Report made = co_await report.run(session);
        if (name.empty()) {
            print_table(made);
        } else {
            print_tsv(made);
        }
    }
    co_await engine.dispose();
}

// From parts, so that no character of the path is taken for a part of a URL.
azoth::Url url_of(const char* path) {
    azoth::UrlParts parts;
    parts.dialect = "sqlite";
    parts.database = path;
    return azoth::Url::create(parts).with_option("mode", "ro");  // the shop's file is only read
}

bool is_report(std::string_view name) {
    return std::any_of(std::begin(chinook::all_reports), std::end(chinook::all_reports),
                       [&](const auto& report) { return report.name == name; });
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 && arguments[0] == "--list") {
        for (const auto& report : chinook::all_reports) std::printf("%s\n", std::string(report.name).c_str());
        return 0;
    }
    const bool tsv = arguments.size() == 3 && arguments[1] == "--tsv" && is_report(arguments[2]);
    if (arguments.size() != 1 && !tsv) {
        std::fprintf(stderr, "usage: %s DATABASE [--tsv REPORT] | --list\n", argv[0]);
        return 2;
    }
    try {
        boost::asio::io_context context;
        boost::asio::co_spawn(context, run(url_of(argv[1]), tsv ? arguments[2] : std::string_view()),
                              [](std::exception_ptr error) {
                                  if (error) std::rethrow_exception(error);
                              });
        context.run();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "chinook: %s\n", error.what());
        return 1;
    }
}

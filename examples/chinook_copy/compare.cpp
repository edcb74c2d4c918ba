// Running and comparing the reports.
#include "compare.hpp"

#include "../chinook/reports.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace chinook {

namespace {

constexpr std::size_t shown_differences = 5;

std::string line(const Report& report, std::size_t row) {
    if (row >= report.rows.size()) return "(no such row)";
    std::string text;
    for (const auto& cell : report.rows[row]) text += (text.empty() ? "" : " | ") + cell;
    return text;
}

void print_differences(const Report& expected, const Report& found) {
    std::size_t shown = 0;
    const std::size_t rows = std::max(expected.rows.size(), found.rows.size());
    for (std::size_t row = 0; row < rows && shown < shown_differences; ++row) {
        const bool both = row < expected.rows.size() && row < found.rows.size();
        if (both && expected.rows[row] == found.rows[row]) continue;
        std::printf("    row %zu, source: %s\n    row %zu, target: %s\n", row + 1, line(expected, row).c_str(), row + 1,
                    line(found, row).c_str());
        ++shown;
    }
}

}  // namespace

azoth::awaitable<std::vector<Report>> run_reports(azoth::AsyncEngine engine) {
    azoth::async_sessionmaker async_session(engine);
    std::vector<Report> reports;
    for (const auto& report : all_reports) {
        auto session = async_session();
        reports.push_back(co_await report.run(session));
        co_await session.close();
    }
    co_return reports;
}

std::size_t compare(const std::vector<Report>& expected, const std::vector<Report>& found) {
    std::size_t different = 0;
    for (std::size_t i = 0; i < std::size(all_reports); ++i) {
        const bool same = expected[i].columns == found[i].columns && expected[i].rows == found[i].rows;
        std::printf("  %-18s %6zu rows  %s\n", std::string(all_reports[i].name).c_str(), found[i].rows.size(),
                    same ? "identical" : "DIFFERENT");
        if (same) continue;
        print_differences(expected[i], found[i]);
        ++different;
    }
    return different;
}

}  // namespace chinook

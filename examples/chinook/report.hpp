// A report: a title and a table of texts; and how the values of a result become text.
#pragma once

#include <azoth/azoth.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace chinook {

struct Report {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

inline std::string text(const std::string& value) { return value; }
inline std::string text(std::int64_t value) { return std::to_string(value); }
inline std::string text(const azoth::Decimal& money) { return azoth::to_string(money.round(2)); }
inline std::string text(azoth::DateTime day) { return azoth::to_string(day).substr(0, 10); }
template <class T>
std::string text(const std::optional<T>& value) {
    return value ? text(*value) : std::string();
}

// Every row of a result as text, under the names that the query gave its columns.
template <class... Items>
Report make_report(std::string title, const azoth::Result<azoth::Row<Items...>>& result) {
    Report report{std::move(title), result.keys(), {}};
    for (const auto& row : result) {
        std::apply([&](const auto&... values) { report.rows.push_back({text(values)...}); }, row.as_tuple());
    }
    return report;
}

}  // namespace chinook

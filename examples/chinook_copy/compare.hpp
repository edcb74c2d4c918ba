// The ten reports on two databases, compared to the cent and the character.
#pragma once

#include "../chinook/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace chinook {

/// All reports of examples/chinook, in their order.
azoth::awaitable<std::vector<Report>> run_reports(azoth::AsyncEngine engine);

/// Prints a line for each report and the first lines that differ. Returns how many reports differ.
std::size_t compare(const std::vector<Report>& expected, const std::vector<Report>& found);

}  // namespace chinook

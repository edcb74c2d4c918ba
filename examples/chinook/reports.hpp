// Ten questions of a shop owner. Each is one function: a query, and the table it gives.
#pragma once

#include "report.hpp"

#include <string_view>

namespace chinook {

azoth::awaitable<Report> top_artists(azoth::AsyncSession& session);
azoth::awaitable<Report> customers(azoth::AsyncSession& session);
azoth::awaitable<Report> revenue_by_month(azoth::AsyncSession& session);
azoth::awaitable<Report> playlists(azoth::AsyncSession& session);
azoth::awaitable<Report> never_sold(azoth::AsyncSession& session);
azoth::awaitable<Report> running_totals(azoth::AsyncSession& session);
azoth::awaitable<Report> genre_share(azoth::AsyncSession& session);
azoth::awaitable<Report> best_customers(azoth::AsyncSession& session);
azoth::awaitable<Report> employee_tree(azoth::AsyncSession& session);
azoth::awaitable<Report> large_invoices(azoth::AsyncSession& session);

struct NamedReport {
    std::string_view name;
    azoth::awaitable<Report> (*run)(azoth::AsyncSession& session);
};

inline constexpr NamedReport all_reports[] = {
    {"top_artists", &top_artists},       {"customers", &customers},           {"revenue_by_month", &revenue_by_month},
    {"playlists", &playlists},           {"never_sold", &never_sold},         {"running_totals", &running_totals},
    {"genre_share", &genre_share},       {"best_customers", &best_customers}, {"employee_tree", &employee_tree},
    {"large_invoices", &large_invoices},
};

}  // namespace chinook

// The queries behind the reports.
//
// Money: the file keeps NUMERIC(10, 2) as binary doubles. One amount reads back exact, by its shortest digits. A
// computed one, azoth rounds to the column's two places wherever it is selected, compared or ordered: exact for totals
// of up to 15 digits, and 0.1 + 0.2 ties with 0.3. Quotients (an average, a share) have no scale of their own:
// func::round gives it.
//
// Order: how text sorts is each database's own affair (its collation). Where a report is in the order of text, that is
// done here, by the bytes of its UTF-8; where text would only break ties, the key does.
#include "reports.hpp"

#include "models.hpp"

#include <algorithm>
#include <tuple>

namespace chinook {

using namespace azoth;
using namespace azoth::literals;

namespace {

auto revenue() { return func::sum(col<&InvoiceLine::unit_price> * col<&InvoiceLine::quantity>); }

// "2021-03" of an invoice's date.
auto month() { return func::substr(cast<std::string>(col<&Invoice::date>), 1, 7); }

auto customer_name() { return col<&Customer::first_name> + " " + col<&Customer::last_name>; }
auto employee_name() { return col<&Employee::first_name> + " " + col<&Employee::last_name>; }

template <class Person>
std::string full_name(const Person& person) {
    return person.first_name + " " + person.last_name;
}

}  // namespace

// Joins along relationships, GROUP BY, LIMIT.
awaitable<Report> top_artists(AsyncSession& session) {
    auto query = select(col<&Artist::name>.label("artist"_c),
                        func::sum(col<&InvoiceLine::quantity>).label("tracks_sold"_c), revenue().label("revenue"_c))
                     .join<&Artist::albums>()
                     .join<&Album::tracks>()
                     .join<&Track::sales>()
                     .group_by(col<&Artist::id>)
                     .order_by("revenue"_c.desc(), col<&Artist::id>)
                     .limit(10);
    auto result = co_await session.execute(query);
    co_return make_report("Top artists by revenue", result);
}

// Entities with what hangs on them, loaded by the same query: nothing is fetched in the loop.
awaitable<Report> customers(AsyncSession& session) {
    auto query = select<Customer>().options(joinedload<&Customer::support_rep>().joinedload<&Employee::manager>());
    auto result = co_await session.execute(query);
    auto everyone = result.scalars().all();
    std::sort(everyone.begin(), everyone.end(), [](const auto& a, const auto& b) {
        return std::tie(a->last_name, a->first_name, a->id) < std::tie(b->last_name, b->first_name, b->id);
    });
    Report report;
    report.title = "Customers, who looks after them, and that person's manager";
    report.columns = {"customer", "country", "support_rep", "manager"};
    for (const auto& customer : everyone) {
        const auto& rep = customer->support_rep;
        std::string rep_name, manager_name;
        if (rep) {
            rep_name = full_name(*rep);
            if (rep->manager) manager_name = full_name(*rep->manager);
        }
        report.rows.push_back({full_name(*customer), text(customer->country), rep_name, manager_name});
    }
    co_return report;
}

// Grouping by a computed value, through its label.
awaitable<Report> revenue_by_month(AsyncSession& session) {
    auto query = select(month().label("month"_c), func::count(col<&Invoice::id>).label("invoices"_c),
                        func::sum(col<&Invoice::total>).label("revenue"_c))
                     .group_by("month"_c)
                     .order_by("month"_c);
    auto result = co_await session.execute(query);
    co_return make_report("Revenue by month", result);
}

// An outer join to a subquery: playlists without a track count 0.
awaitable<Report> playlists(AsyncSession& session) {
    auto counts = select(col<&PlaylistTrack::playlist_id>, func::count().label("tracks"_c))
                      .group_by(col<&PlaylistTrack::playlist_id>)
                      .subquery("counts");
    auto query =
        select(col<&Playlist::name>.label("playlist"_c), func::coalesce(counts["tracks"_c], 0).label("tracks"_c))
            .outerjoin(counts, col<&Playlist::id> == counts[col<&PlaylistTrack::playlist_id>])
            .order_by("tracks"_c.desc(), col<&Playlist::id>);
    auto result = co_await session.execute(query);
    co_return make_report("Playlists and how many tracks they hold", result);
}

// What has no partner in an outer join. An album's columns are nullable() here: a single has none.
awaitable<Report> never_sold(AsyncSession& session) {
    auto query = select(col<&Track::name>.label("track"_c), nullable(col<&Album::title>).label("album"_c),
                        col<&Track::unit_price>.label("price"_c))
                     .outerjoin<&Track::album>()
                     .outerjoin<&Track::sales>()
                     .where(col<&InvoiceLine::id>.is_null())
                     .order_by(col<&Track::id>);
    auto result = co_await session.execute(query);
    co_return make_report("Tracks never sold", result);
}

// Windows over a subquery: all months so far, and those of the same year.
awaitable<Report> running_totals(AsyncSession& session) {
    auto months = select(month().label("month"_c), func::sum(col<&Invoice::total>).label("revenue"_c))
                      .group_by("month"_c)
                      .subquery("months");
    auto year = func::substr(months["month"_c], 1, 4);
    auto query =
        select(
            months["month"_c], months["revenue"_c],
            func::sum(months["revenue"_c]).over(partition_by(year).order_by(months["month"_c])).label("year_to_date"_c),
            func::sum(months["revenue"_c]).over(order_by(months["month"_c])).label("total_to_date"_c))
            .order_by("month"_c);
    auto result = co_await session.execute(query);
    co_return make_report("Running totals", result);
}

// A CTE that is read twice: once for its rows, once for their sum.
awaitable<Report> genre_share(AsyncSession& session) {
    auto genres = select(col<&Genre::id>, col<&Genre::name>.label("genre"_c), revenue().label("revenue"_c))
                      .join<&Genre::tracks>()
                      .join<&Track::sales>()
                      .group_by(col<&Genre::id>)
                      .cte("genres");
    auto everything = select(func::sum(genres["revenue"_c])).scalar_subquery();
    auto query = select(genres["genre"_c], genres["revenue"_c],
                        func::round(genres["revenue"_c] * 100 / everything, 2).label("percent"_c))
                     .order_by("revenue"_c.desc(), genres[col<&Genre::id>]);
    auto result = co_await session.execute(query);
    co_return make_report("Share of each genre in the revenue", result);
}

// A window function is filtered one query further out. Customers who spent the same share a place.
awaitable<Report> best_customers(AsyncSession& session) {
    auto spent = select(col<&Customer::country>, customer_name().label("customer"_c),
                        func::sum(col<&Invoice::total>).label("spent"_c))
                     .join<&Customer::invoices>()
                     .group_by(col<&Customer::id>)
                     .subquery("spent");
    auto place = func::rank().over(partition_by(spent["country"_c]).order_by(spent["spent"_c].desc()));
    auto ranked =
        select(spent["country"_c], spent["customer"_c], spent["spent"_c], place.label("place"_c)).subquery("ranked");
    auto query = select(ranked["country"_c], ranked["customer"_c], ranked["spent"_c]).where(ranked["place"_c] == 1);
    auto result = co_await session.execute(query);
    Report report = make_report("Best customers of each country", result);
    std::sort(report.rows.begin(), report.rows.end());  // by country, then customer
    co_return report;
}

// A recursive CTE walks down from those who report to nobody.
awaitable<Report> employee_tree(AsyncSession& session) {
    auto tree =
        select(col<&Employee::id>, employee_name().label("path"_c), col<&Employee::title>, literal(0).label("depth"_c))
            .where(col<&Employee::manager_id>.is_null())
            .recursive_cte("tree");
    tree.union_all(
        select(col<&Employee::id>, tree["path"_c] + " > " + employee_name(), col<&Employee::title>, tree["depth"_c] + 1)
            .join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
    auto query = select(tree["depth"_c], tree["path"_c], tree["title"_c]);
    auto result = co_await session.execute(query);
    Report report = make_report("Who reports to whom", result);
    std::sort(report.rows.begin(), report.rows.end(),
              [](const auto& a, const auto& b) { return a[1] < b[1]; });  // path
    co_return report;
}

// A scalar subquery: the average invoice, to the cent.
awaitable<Report> large_invoices(AsyncSession& session) {
    auto average = select(func::round(func::avg(col<&Invoice::total>), 2)).scalar_subquery();
    auto query = select(col<&Invoice::id>.label("invoice"_c), col<&Invoice::date>.label("date"_c),
                        customer_name().label("customer"_c), col<&Invoice::total>.label("total"_c))
                     .join<&Invoice::customer>()
                     .where(col<&Invoice::total> > average)
                     .order_by("total"_c.desc(), "invoice"_c);
    auto result = co_await session.execute(query);
    co_return make_report("Invoices above the average", result);
}

}  // namespace chinook

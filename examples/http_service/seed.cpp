// Tables and rows made at start-up.
#include "seed.hpp"

#include "models.hpp"

#include <random>
#include <vector>

namespace service {

using azoth::AsyncEngine, azoth::awaitable;

namespace {

std::vector<World> worlds() {
    std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<std::int32_t> number(1, world_rows);
    std::vector<World> rows;
    for (std::int32_t id = 1; id <= world_rows; ++id) rows.push_back(World{.id = id, .random_number = number(random)});
    return rows;
}

// As given by TechEmpower: the last two show whether text is escaped, and whether it is UTF-8 all the way.
std::vector<Fortune> fortunes() {
    return {
        {1, "fortune: No such file or directory"},
        {2, "A computer scientist is someone who fixes things that aren't broken."},
        {3, "After enough decimal places, nobody gives a damn."},
        {4, "A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1"},
        {5, "A computer program does what you tell it to do, not what you want it to do."},
        {6, "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen"},
        {7, "Any program that runs right is obsolete."},
        {8, "A list is only as strong as its weakest link. — Donald Knuth"},
        {9, "Feature: A bug with seniority."},
        {10, "Computers make very fast, very accurate mistakes."},
        {11, "<script>alert(\"This should not be displayed in a browser alert box.\");</script>"},
        {12, "フレームワークのベンチマーク"},
    };
}

}  // namespace

// region: tables
awaitable<void> create_tables(AsyncEngine engine) {
    auto connection = co_await engine.begin();
    co_await connection.create_all(metadata);
    co_await connection.commit();
}
// endregion

awaitable<void> seed(AsyncEngine engine) {
    const auto world = worlds();
    const auto fortune = fortunes();
    auto connection = co_await engine.begin();
    co_await connection.execute(azoth::delete_from<World>());
    co_await connection.execute(azoth::delete_from<Fortune>());
    co_await connection.execute(azoth::insert<World>(), world);
    co_await connection.execute(azoth::insert<Fortune>(), fortune);
    co_await connection.commit();
}

}  // namespace service

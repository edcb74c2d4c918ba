// TechEmpower's tests, by its rules: nothing is cached, and every row is asked for by a statement of its own.
#include "techempower.hpp"

#include "html.hpp"
#include "models.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

namespace service {

using azoth::AsyncSession, azoth::awaitable, azoth::col, azoth::select;
namespace json = boost::json;

namespace {

// A row's id, or a number for a row.
std::int32_t random_number() {
    thread_local std::minstd_rand engine{std::random_device{}()};
    return std::uniform_int_distribution<std::int32_t>(1, world_rows)(engine);
}

// "queries": 1 when it is missing, no number or less; 500 at most.
int number_of_queries(const Call& call) {
    const std::string_view text = call.target.parameter("queries").value_or("");
    int value = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (stop != end) return 1;
    if (error == std::errc::result_out_of_range) return text[0] == '-' ? 1 : 500;
    return error == std::errc() ? std::clamp(value, 1, 500) : 1;
}

json::object to_json(const World& world) { return {{"id", world.id}, {"randomNumber", world.random_number}}; }

Response json_response(const json::value& value) {
    Response response;
    response.body = json::serialize(value);
    return response;
}

// region: world
// Outside a transaction: the database commits nothing for it and the connection goes back at once.
auto random_world() {
    return select<World>().where(col<&World::id> == random_number()).execution_options({.autocommit = true});
}
// endregion

}  // namespace

awaitable<Response> plaintext(AsyncSession&, const Call&) {
    Response response;
    response.content_type = "text/plain";
    response.body = "Hello, World!";
    co_return response;
}

awaitable<Response> json_hello(AsyncSession&, const Call&) {
    const json::object hello{{"message", "Hello, World!"}};
    co_return json_response(hello);
}

awaitable<Response> db(AsyncSession& session, const Call&) {
    auto result = co_await session.execute(random_world().untracked());
    co_return json_response(to_json(result.scalar_one()));
}

// Untracked: a row that is drawn twice is read twice. A session would answer from its identity map.
awaitable<Response> queries(AsyncSession& session, const Call& call) {
    json::array worlds;
    for (int left = number_of_queries(call); left > 0; --left) {
        auto result = co_await session.execute(random_world().untracked());
        worlds.push_back(to_json(result.scalar_one()));
    }
    co_return json_response(worlds);
}

// region: updates
// Read one by one, changed as plain structs, written by one batch of UPDATEs: in the order of their keys, so that two
// requests never wait for each other in a circle.
awaitable<Response> updates(AsyncSession& session, const Call& call) {
    std::vector<std::shared_ptr<World>> worlds;
    for (int left = number_of_queries(call); left > 0; --left) {
        auto result = co_await session.execute(random_world());
        worlds.push_back(result.scalar_one());
    }
    for (const auto& world : worlds) world->random_number = random_number();
    co_await session.commit();
    json::array rows;
    for (const auto& world : worlds) rows.push_back(to_json(*world));
    co_return json_response(rows);
}
// endregion

// region: fortunes
awaitable<Response> fortunes(AsyncSession& session, const Call&) {
    auto result = co_await session.execute(select<Fortune>().untracked());
    std::vector<Fortune> rows = result.scalars().all();
    rows.push_back(Fortune{.id = 0, .message = "Additional fortune added at request time."});
    std::sort(rows.begin(), rows.end(), [](const Fortune& a, const Fortune& b) { return a.message < b.message; });
    Response response;
    response.content_type = html_type;
    response.body = fortunes_page(rows);
    co_return response;
}
// endregion

}  // namespace service

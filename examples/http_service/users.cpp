// The users' handlers.
#include "users.hpp"

#include "models.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace service {

using azoth::AsyncSession, azoth::awaitable, azoth::col, azoth::select;
namespace json = boost::json;

namespace {

constexpr std::int64_t default_limit = 100;
constexpr std::int64_t max_limit = 1000;

json::object to_json(const User& user) {
    std::string created = azoth::to_string(user.created_at);  // "2026-07-14 06:30:00Z"
    created[10] = 'T';                                        // as RFC 3339 wants it
    return {{"id", user.id}, {"email", user.email}, {"name", user.name}, {"created_at", created}};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

std::int64_t parameter(const Call& call, const char* name, std::int64_t otherwise, std::int64_t least,
                       std::int64_t most) {
    const auto text = call.target.parameter(name);
    if (!text) return otherwise;
    const auto value = whole_number(*text);
    if (!value || *value < least || *value > most) {
        throw BadRequest(std::string(name) + " must be a whole number from " + std::to_string(least) + " to " +
                         std::to_string(most));
    }
    return *value;
}

// Characters, not bytes: a UTF-8 character begins with a byte that is not 10xxxxxx.
std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// The database would refuse these too, but not in words for the sender.
std::string text_member(const json::object& object, std::string_view name, std::size_t most) {
    const json::value* value = object.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr || text->empty()) throw BadRequest(std::string(name) + " must be a text");
    if (length_of(*text) > most)
        throw BadRequest(std::string(name) + " is longer than " + std::to_string(most) + " characters");
    if (text->find('\0') != json::string::npos)
        throw BadRequest(std::string(name) + " must not contain a NUL character");
    return std::string(*text);
}

User user_from(const std::string& body) {
    boost::system::error_code error;
    const json::value value = json::parse(body, error);  // UTF-8 is checked, nesting is bounded
    if (error || !value.is_object()) throw BadRequest("the body must be a JSON object");
    User user;
    user.email = text_member(value.get_object(), "email", 255);
    user.name = text_member(value.get_object(), "name", 100);
    const auto at = user.email.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == user.email.size()) throw BadRequest("email must be an address");
    return user;
}

}  // namespace

// region: read
awaitable<Response> read_user(AsyncSession& session, const Call& call) {
    const auto id = whole_number(call.id);
    if (!id) throw BadRequest("a user's id is a whole number");
    auto user = co_await session.get<User>(*id);
    if (user == nullptr) co_return error_response(404, "there is no such user");
    Response response;
    response.body = json::serialize(to_json(*user));
    co_return response;
}
// endregion

// region: page
awaitable<Response> list_users(AsyncSession& session, const Call& call) {
    const auto skip = parameter(call, "skip", 0, 0, std::numeric_limits<std::int64_t>::max());
    const auto limit = parameter(call, "limit", default_limit, 1, max_limit);
    auto result = co_await session.execute(select<User>().order_by(col<&User::id>).offset(skip).limit(limit));
    json::array users;
    for (const auto& user : result.scalars()) users.push_back(to_json(*user));
    Response response;
    response.body = json::serialize(users);
    co_return response;
}
// endregion

// region: create
awaitable<Response> create_user(AsyncSession& session, const Call& call) {
    auto user = session.add(user_from(call.body));
    bool taken = false;
    try {
        co_await session.commit();
    } catch (const azoth::UniqueViolation&) {
        taken = true;
    }
    if (taken) co_return error_response(409, "this e-mail address is taken");
    Response response;
    response.status = 201;
    response.location = "/users/" + std::to_string(user->id);
    response.body = json::serialize(to_json(*user));
    co_return response;
}
// endregion

}  // namespace service

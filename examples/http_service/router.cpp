// Routes, and errors as HTTP sees them.
#include "router.hpp"

#include "techempower.hpp"
#include "users.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>

#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

namespace service {

using azoth::awaitable;

namespace {

struct Route {
    std::string_view method;
    std::string_view path;  ///< may end in {id}: one or more characters other than '/'
    Handler handler;
};

constexpr Route routes[] = {
    {"GET", "/users", &list_users},    {"POST", "/users", &create_user}, {"GET", "/users/{id}", &read_user},
    {"GET", "/plaintext", &plaintext}, {"GET", "/json", &json_hello},    {"GET", "/db", &db},
    {"GET", "/queries", &queries},     {"GET", "/fortunes", &fortunes},  {"GET", "/updates", &updates},
};

// What stands for {id}; "" for a route without; nothing when the path is another.
std::optional<std::string_view> match(std::string_view route, std::string_view path) {
    constexpr std::string_view placeholder = "{id}";
    if (!route.ends_with(placeholder)) return route == path ? std::optional(std::string_view()) : std::nullopt;
    route.remove_suffix(placeholder.size());
    if (!path.starts_with(route) || path.size() == route.size()) return std::nullopt;
    path.remove_prefix(route.size());
    if (path.find('/') != std::string_view::npos) return std::nullopt;
    return path;
}

struct Choice {
    Handler handler = nullptr;
    std::string id;
    std::string allow;  ///< the methods that the path has
};

Choice choose(std::string_view method, std::string_view path) {
    Choice choice;
    for (const Route& route : routes) {
        const auto id = match(route.path, path);
        if (!id) continue;
        choice.allow += (choice.allow.empty() ? "" : ", ") + std::string(route.method);
        if (route.method != method) continue;
        choice.handler = route.handler;
        choice.id = *id;
    }
    return choice;
}

Response unavailable() {
    Response response = error_response(503, "the service is busy; try again");
    response.retry = true;
    return response;
}

// What went wrong inside is for the log, never for the sender. Messages of azoth hold no values unless asked to.
Response failure(std::string_view target, std::exception_ptr error) {
    const std::string path(target.substr(0, target.find('?')));
    try {
        std::rethrow_exception(std::move(error));
    } catch (const BadRequest& refused) {
        return error_response(400, refused.what());
    } catch (const azoth::PoolTimeoutError& busy) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), busy.what());
        return unavailable();
    } catch (
        const azoth::OperationalError& busy) {  // StatementTimeout, LockTimeout, DeadlockDetected, ConnectionLost ...
        std::fprintf(stderr, "%s: %s\n", path.c_str(), busy.what());
        return unavailable();
    } catch (const std::exception& other) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), other.what());
        return error_response(500, "internal error");
    }
}

bool is_cancellation(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& failed) {
        return failed.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

// region: session
// A session for one request: it holds a connection from its first statement to its commit, rollback or close.
awaitable<Response> with_session(azoth::async_sessionmaker async_session, Handler handler, const Call& call) {
    auto session = async_session();
    Response response = co_await handler(session, call);
    co_await session.close();
    co_return response;
}
// endregion

}  // namespace

Response error_response(int status, std::string_view what) {
    const boost::json::object body{{"error", what}};
    Response response;
    response.status = status;
    response.body = boost::json::serialize(body);
    return response;
}

awaitable<Response> Router::answer(Request request) const {
    auto target = Target::parse(request.target);
    if (!target) co_return error_response(400, "not a path");
    Choice choice = choose(request.method, target->path());
    if (choice.allow.empty()) co_return error_response(404, "there is nothing here");
    if (choice.handler == nullptr) {
        Response response = error_response(405, "not with this method");
        response.allow = std::move(choice.allow);
        co_return response;
    }
    Call call;
    call.target = std::move(*target);
    call.id = std::move(choice.id);
    call.body = std::move(request.body);
    std::exception_ptr error;
    try {
        co_return co_await with_session(async_session_, choice.handler, call);
    } catch (...) {
        error = std::current_exception();
    }
    if (is_cancellation(error)) std::rethrow_exception(error);  // nobody waits for an answer any more
    co_return failure(request.target, error);
}

}  // namespace service

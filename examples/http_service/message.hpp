// What the server hands to the service and gets back: HTTP without sockets. Only server.cpp knows Beast.
#pragma once

#include <azoth/driver/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace service {

struct Request {
    std::string method;
    std::string target;  ///< as sent: "/users?skip=20"
    std::string body;
};

inline constexpr std::string_view json_type = "application/json";

struct Response {
    int status = 200;
    std::string_view content_type = json_type;
    std::string body{};
    std::string location{};  ///< of what was created; "" = none
    std::string allow{};     ///< the methods of a path, with 405; "" = none
    bool retry = false;      ///< it is worth while to ask again soon
};

/// Answers a request. Called on many threads at the same time. Never throws but for being cancelled.
using RequestHandler = std::function<azoth::awaitable<Response>(Request)>;

}  // namespace service

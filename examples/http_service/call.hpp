// One request on its way to its handler, and what handlers throw to refuse it.
#pragma once

#include "message.hpp"
#include "target.hpp"

#include <azoth/azoth.hpp>

#include <stdexcept>
#include <string>

namespace service {

struct Call {
    Target target;
    std::string id;  ///< what stands for {id} in the route's path
    std::string body;
};

/// Answers a request with a session of its own, which the caller closes.
using Handler = azoth::awaitable<Response> (*)(azoth::AsyncSession& session, const Call& call);

/// The request cannot be answered as it is, in words for its sender.
struct BadRequest : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `{"error": "..."}`
Response error_response(int status, std::string_view what);

}  // namespace service

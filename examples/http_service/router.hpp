// From a request to its handler, and from whatever happens there to a response.
#pragma once

#include "message.hpp"

#include <azoth/azoth.hpp>

namespace service {

/// Answers requests over one engine, with a session for each. Thread safety: safe.
class Router {
public:
    explicit Router(const azoth::AsyncEngine& engine) : async_session_(engine) {}

    azoth::awaitable<Response> answer(Request request) const;

private:
    azoth::async_sessionmaker async_session_;
};

}  // namespace service

// An HTTP/1.1 server that can be stopped politely.
//
// One io_context per thread: a connection lives on the thread it was given to, so nothing of it needs a lock or a
// strand, and the database connection it takes from the pool works on that thread too. With few threads and many
// connections their load evens out by itself; one io_context run by all threads would buy better balance with a strand
// for each connection and a lock on each wake-up.
#pragma once

#include "message.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace service {

class Server {
public:
    /// Listens at once. `port` 0: any free one.
    /// Errors: `boost::system::system_error` when the port cannot be had.
    Server(std::uint16_t port, int threads, RequestHandler handler);
    ~Server();

    std::uint16_t port() const;

    /// Serves until SIGTERM or SIGINT comes. Then no connection is accepted any more, idle ones are closed, requests
    /// under way are answered, and run() returns. What is not answered after `grace`, or when a second signal comes, is
    /// cancelled.
    void run(std::chrono::milliseconds grace);

private:
    struct Worker;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace service

// Canceller: asks the server to stop what a connection is doing. libpq's call blocks, so it runs on a thread of its own.
#pragma once

#include <azoth/driver/detail/threads.hpp>

#include <functional>
#include <memory>

struct pg_conn;

namespace azoth::postgresql::detail {

class Link;

/// One for each connection. Thread safety: none, but that the request outlives everything.
class Canceller {
public:
    Canceller(pg_conn* connection, std::shared_ptr<azoth::detail::ThreadQueue> threads);
    ~Canceller();

    /// Sends a cancel request; `link` is woken when the server has answered it.
    void request(const std::shared_ptr<Link>& link);
    /// Sends one whose answer nobody waits for: the connection is being closed.
    void request_and_forget() noexcept;
    /// A request has been sent and not answered: the connection must not run anything else.
    bool outstanding() const noexcept;

private:
    struct Shared;
    const std::shared_ptr<Shared> shared_;
    const std::shared_ptr<azoth::detail::ThreadQueue> threads_;
};

}  // namespace azoth::postgresql::detail

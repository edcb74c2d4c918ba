// getaddrinfo blocks, and so would libpq; Asio's own resolver makes the end of its context wait.
#include "resolve.hpp"

#include <azoth/base/error.hpp>
#include <azoth/driver/detail/mailbox.hpp>
#include <azoth/driver/detail/threads.hpp>

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

namespace azoth::postgresql::detail {

namespace {

struct Lookup final : azoth::detail::Waiter {
    std::string host;
    std::vector<std::string> addresses;
    std::string error;

    void run() {
        addrinfo hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* found = nullptr;
        const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
        if (code != 0) {
            error = gai_strerror(code);
            return;
        }
        for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
            char text[NI_MAXHOST];
            if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) continue;
            if (std::find(addresses.begin(), addresses.end(), text) == addresses.end()) addresses.emplace_back(text);
        }
        freeaddrinfo(found);
        if (addresses.empty()) error = "it has no address";
    }
};

}  // namespace

awaitable<std::vector<std::string>> resolve(std::string host) {
    auto lookup = std::make_shared<Lookup>();
    lookup->host = std::move(host);
    azoth::detail::run_on_thread([lookup] {
        lookup->run();
        lookup->complete();
    });
    co_await lookup->wait();
    if (!lookup->error.empty()) {
        throw ConnectionLost("cannot connect to PostgreSQL: the host name '" + lookup->host + "' cannot be resolved: " + lookup->error);
    }
    co_return std::move(lookup->addresses);
}

}  // namespace azoth::postgresql::detail

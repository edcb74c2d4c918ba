// Connecting without blocking: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS
#include "connect.hpp"

#include "connection.hpp"
#include "resolve.hpp"

#include <azoth/base/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace azoth::postgresql::detail {

namespace {

struct Endpoint {
    std::string host;
    std::string address;  // empty: a unix socket
    std::string port;
    const char* target = nullptr;  // target_session_attrs
};

using Keywords = std::vector<std::pair<std::string, std::string>>;

// One attempt at one address.
struct Attempt final : azoth::detail::Waiter {
    SocketWatch watch;
    ConnectionHandle connection;
    std::optional<Clock::time_point> deadline;
    std::string host;
    std::exception_ptr error;
    std::atomic<bool> given_up{false};

    void abandoned() noexcept override {
        given_up = true;
        watch.wake();
    }
};

std::exception_ptr timed_out(const std::string& host) {
    return std::make_exception_ptr(ConnectionLost("cannot connect to PostgreSQL" + (host.empty() ? std::string() : " at " + host) + ": no answer within connect_timeout"));
}

Job poll(std::shared_ptr<Attempt> attempt) {
    PGconn* const connection = attempt->connection.get();
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING) {
        attempt->watch.assign(PQsocket(connection));
        const unsigned interest = status == PGRES_POLLING_READING ? SocketWatch::readable : SocketWatch::writable;
        const SocketWatch::Event event = co_await attempt->watch.wait(interest, attempt->deadline);
        // libpq may close the socket and open another behind the same number.
        attempt->watch.assign(-1);
        if (attempt->given_up) {
            attempt->connection.reset();
            co_return;
        }
        if (event == SocketWatch::Event::context_gone) co_return;
        if (event == SocketWatch::Event::timeout) {
            attempt->error = timed_out(attempt->host);
            break;
        }
        status = PQconnectPoll(connection);
    }
    if (!attempt->error && status != PGRES_POLLING_OK) attempt->error = connect_error(connection, attempt->host);
    attempt->complete();
}

Keywords keywords(const Settings& settings, const ConnectOptions& options) {
    Keywords all{{"client_encoding", "UTF8"}, {"gssencmode", "disable"}, {"keepalives_idle", "60"}, {"keepalives_interval", "10"}, {"keepalives_count", "3"},
                 {"tcp_user_timeout", "60000"}, {"fallback_application_name", "azoth"}};
    for (const auto& given : settings.parameters) {
        const auto preset = std::find_if(all.begin(), all.end(), [&](const auto& pair) { return pair.first == given.first; });
        if (preset != all.end()) {
            preset->second = given.second;
        } else {
            all.push_back(given);
        }
    }
    if (!settings.user.empty()) all.emplace_back("user", settings.user);
    if (settings.password) all.emplace_back("password", *settings.password);
    if (!settings.database.empty()) all.emplace_back("dbname", settings.database);
    std::string session;
    // Proxies refuse "options"; there the same rides ahead of the first statement.
    if (settings.named_statements) {
        session = "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex";
        if (options.statement_timeout.count() > 0) session += " -c statement_timeout=" + std::to_string(options.statement_timeout.count());
    }
    if (!settings.options.empty()) session += (session.empty() ? "" : " ") + settings.options;
    if (settings.named_statements && options.read_only) session += " -c default_transaction_read_only=on";
    if (!session.empty()) all.emplace_back("options", session);
    return all;
}

awaitable<ConnectionHandle> connect_to(Endpoint endpoint, const Keywords& common, std::optional<Clock::time_point> deadline) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    const auto add = [&](const char* name, const char* value) {
        names.push_back(name);
        values.push_back(value);
    };
    for (const auto& [name, value] : common) add(name.c_str(), value.c_str());
    if (!endpoint.host.empty()) add("host", endpoint.host.c_str());
    if (!endpoint.address.empty()) add("hostaddr", endpoint.address.c_str());
    if (!endpoint.port.empty()) add("port", endpoint.port.c_str());
    if (endpoint.target != nullptr) add("target_session_attrs", endpoint.target);
    add(nullptr, nullptr);

    auto attempt = std::make_shared<Attempt>();
    attempt->deadline = deadline;
    attempt->host = endpoint.host.empty() ? endpoint.address : endpoint.host;
    if (!endpoint.port.empty()) attempt->host += ":" + endpoint.port;
    attempt->connection.reset(PQconnectStartParams(names.data(), values.data(), 0));
    if (!attempt->connection) throw std::bad_alloc();
    if (PQstatus(attempt->connection.get()) == CONNECTION_BAD) std::rethrow_exception(connect_error(attempt->connection.get(), attempt->host));
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    attempt->watch.adopt(executor);
    poll(attempt);
    co_await attempt->wait();
    if (attempt->error) std::rethrow_exception(attempt->error);
    co_return std::move(attempt->connection);
}

// Every address of every host, in order or shuffled; twice where a second choice is allowed.
awaitable<std::vector<Endpoint>> endpoints(const Settings& settings, std::exception_ptr& error) {
    std::vector<Endpoint> all;
    for (const UrlHost& host : settings.hosts) {
        Endpoint endpoint;
        endpoint.host = host.name;
        if (host.port != 0) endpoint.port = std::to_string(host.port);
        if (host.name.empty() || host.name.front() == '/' || host.name.front() == '@') {
            all.push_back(std::move(endpoint));
            continue;
        }
        std::vector<std::string> addresses;
        try {
            addresses = co_await resolve(host.name);
        } catch (const OperationalError&) {
            error = std::current_exception();
        }
        for (std::string& address : addresses) {
            endpoint.address = std::move(address);
            all.push_back(endpoint);
        }
    }
    if (settings.shuffle) {
        std::random_device seed;
        std::shuffle(all.begin(), all.end(), std::minstd_rand(seed()));
    }
    constexpr const char* names[] = {nullptr, "read-write", "read-only", "primary", "standby", "standby"};
    for (Endpoint& endpoint : all) endpoint.target = names[static_cast<std::size_t>(settings.target)];
    if (settings.target == Settings::Target::prefer_standby) {
        std::vector<Endpoint> any = all;
        for (Endpoint& endpoint : any) endpoint.target = nullptr;
        all.insert(all.end(), any.begin(), any.end());
    }
    co_return std::move(all);
}

bool is_lost(const Error& error) noexcept { return dynamic_cast<const ConnectionLost*>(&error) != nullptr; }

// A failed attempt is followed by the next; what is told in the end is why each failed.
std::exception_ptr joined(std::exception_ptr earlier, std::exception_ptr later) {
    if (!earlier) return later;
    try {
        std::rethrow_exception(earlier);
    } catch (const Error& first) {
        try {
            std::rethrow_exception(later);
        } catch (const Error& second) {
            ErrorDetail detail = second.detail();
            detail.retryable = detail.retryable || first.retryable();
            std::string message = first.message() + "; " + second.message();
            // Only where nobody answered at all.
            if (is_lost(first) && is_lost(second)) return std::make_exception_ptr(ConnectionLost(std::move(message), std::move(detail)));
            return std::make_exception_ptr(OperationalError(std::move(message), std::move(detail)));
        }
    }
}

std::shared_ptr<Link> ready(ConnectionHandle connection, const Settings& settings, const ConnectOptions& options, std::shared_ptr<azoth::detail::ThreadQueue> cancels) {
    PGconn* const raw = connection.get();
    if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1) std::rethrow_exception(connect_error(raw, ""));
    const int version = PQserverVersion(raw);
    auto link = std::make_shared<Link>(std::move(connection), settings, options, std::move(cancels));
    if (!settings.named_statements) {
        link->owe("SET TimeZone = 'UTC'");
        link->owe("SET DateStyle = 'ISO'");
    } else if (version >= 140000 && settings.options.find("client_connection_check_interval") == std::string::npos) {
        // A server that computes for a client that is gone finds out.
        link->owe("SET client_connection_check_interval = '10s'");
    }
    return link;
}

}  // namespace

awaitable<std::unique_ptr<DriverConnection>> connect(Settings settings, ConnectOptions options, std::shared_ptr<azoth::detail::ThreadQueue> cancels) {
    const auto limit = settings.connect_timeout_ms ? std::chrono::milliseconds(*settings.connect_timeout_ms) : options.connect_timeout;
    const auto begin = Clock::now();
    std::exception_ptr error;
    const std::vector<Endpoint> all = co_await endpoints(settings, error);
    const Keywords common = keywords(settings, options);
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::optional<Clock::time_point> deadline;
        if (limit.count() > 0) {  // an address that does not answer leaves time for the others
            const auto now = Clock::now();
            const auto left = std::max<Clock::duration>(begin + limit - now, Clock::duration::zero());
            deadline = now + left / static_cast<int>(all.size() - i);
        }
        ConnectionHandle connection;
        try {
            connection = co_await connect_to(all[i], common, deadline);
        } catch (const Error&) {
            error = joined(error, std::current_exception());
        }
        if (!connection) continue;
        auto link = ready(std::move(connection), settings, options, cancels);
        co_return std::make_unique<Connection>(std::move(link));
    }
    std::rethrow_exception(error);
}

}  // namespace azoth::postgresql::detail

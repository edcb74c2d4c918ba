// The server: Boost.Beast, a coroutine for each connection.
#include "server.hpp"

#include "date.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <csignal>
#include <exception>
#include <list>
#include <thread>
#include <utility>
#include <vector>

namespace service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp, azoth::awaitable;
using namespace std::chrono_literals;

namespace {

constexpr auto idle_timeout = 60s;      // between two requests of a connection
constexpr auto transfer_timeout = 30s;  // for a request to arrive whole, or an answer to be taken
constexpr auto linger_timeout = 2s;     // for the rest of a request that was refused
constexpr std::size_t linger_limit = 1024 * 1024;
constexpr std::size_t body_limit = 64 * 1024;
constexpr std::uint32_t header_limit = 16 * 1024;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct Connection {
    explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}

    beast::tcp_stream stream;
    asio::cancellation_signal cancel;
    bool busy = false;  // with a request, from its first byte to the last of its answer
};

int status_of(beast::error_code error) {
    if (error == http::error::body_limit) return 413;
    if (error == http::error::header_limit) return 431;
    return 400;
}

// Nothing was wrong with the request: it never came.
bool is_gone(beast::error_code error) {
    return error.category() != make_error_code(http::error::bad_method).category() ||
           error == http::error::end_of_stream || error == http::error::partial_message;
}

http::response<http::string_body> message_of(Response response, unsigned version, bool keep_alive, bool head,
                                             const std::string& date) {
    http::response<http::string_body> message(http::int_to_status(static_cast<unsigned>(response.status)), version);
    message.set(http::field::server, "azoth");
    message.set(http::field::date, date);
    message.set(http::field::content_type,
                beast::string_view(response.content_type.data(), response.content_type.size()));
    if (!response.location.empty()) message.set(http::field::location, response.location);
    if (!response.allow.empty()) message.set(http::field::allow, response.allow);
    if (response.retry) message.set(http::field::retry_after, "1");
    message.keep_alive(keep_alive);
    message.body() = std::move(response.body);
    message.prepare_payload();
    if (head) message.body().clear();  // with the length that it would have
    return message;
}

}  // namespace

// A thread, its io_context and its connections. Everything but the context is touched on this thread only.
struct Server::Worker {
    explicit Worker(const RequestHandler& on_request) : handler(on_request) {}

    const RequestHandler& handler;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
    std::list<Connection> connections;
    DateHeader date;
    bool stopping = false;
    std::thread thread;

    void open(tcp::socket socket) {
        const auto place = connections.emplace(connections.end(), std::move(socket));
        if (stopping) {  // accepted in the last moment
            connections.erase(place);
            return;
        }
        asio::co_spawn(context, serve(*place),
                       asio::bind_cancellation_slot(place->cancel.slot(), [this, place](std::exception_ptr) {
                           // Cancelled, or the peer is gone. Not now: the signal's slot is still in use.
                           asio::post(context, [this, place] { connections.erase(place); });
                       }));
    }

    // No more requests; those under way end as if nothing were.
    void stop() {
        stopping = true;
        work.reset();
        for (auto& connection : connections) {
            if (!connection.busy) connection.stream.cancel();
        }
    }

    void abort() {
        for (auto& connection : connections) {
            connection.cancel.emit(asio::cancellation_type::terminal);
            connection.stream.close();
        }
    }

    awaitable<void> serve(Connection& connection) {
        auto& stream = connection.stream;
        beast::flat_buffer buffer;
        bool keep_alive = true;
        beast::error_code ignored;
        stream.socket().set_option(tcp::no_delay(true), ignored);
        while (keep_alive) {
            if (buffer.size() == 0) {
                connection.busy = false;
                if (stopping) break;
                stream.expires_after(idle_timeout);
                const auto [error, size] = co_await stream.async_read_some(buffer.prepare(4096), as_result);
                if (error) break;
                buffer.commit(size);
            }
            connection.busy = true;
            keep_alive = co_await serve_one(stream, buffer);
        }
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    // Returns whether the connection goes on.
    awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(body_limit);
        parser.header_limit(header_limit);
        stream.expires_after(transfer_timeout);
        const auto [error, size] = co_await http::async_read(stream, buffer, parser, as_result);
        if (error && is_gone(error)) co_return false;

        bool keep_alive = false, head = false;
        unsigned version = 11;
        Response response;
        if (error) {
            response.status = status_of(error);
            response.body = R"({"error":"this is no request that can be read"})";
        } else {
            auto message = parser.release();
            keep_alive = message.keep_alive();
            version = message.version();
            head = message.method() == http::verb::head;
            Request request;
            request.method = head ? "GET" : std::string(message.method_string());
            request.target = std::string(message.target());
            request.body = std::move(message.body());
            stream.expires_never();  // the database has deadlines of its own
            response = co_await handler(std::move(request));
        }
        keep_alive = keep_alive && !stopping;
        const auto message = message_of(std::move(response), version, keep_alive, head, date.now());
        stream.expires_after(transfer_timeout);
        const auto [write_error, written] = co_await http::async_write(stream, message, as_result);
        if (error && !write_error) co_await linger(stream);
        co_return keep_alive && !write_error;
    }

    // Closing a socket with something unread resets it, and the answer may be lost on its way.
    static awaitable<void> linger(beast::tcp_stream& stream) {
        beast::error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream.expires_after(linger_timeout);
        char unread[4096];
        for (std::size_t total = 0; total < linger_limit;) {
            const auto [error, size] = co_await stream.async_read_some(asio::buffer(unread), as_result);
            if (error) break;
            total += size;
        }
    }
};

struct Server::State {
    RequestHandler handler;
    asio::io_context control{1};  // accepts and waits for signals, on the thread of run()
    tcp::acceptor acceptor{control};
    asio::signal_set signals{control, SIGTERM, SIGINT};
    asio::steady_timer grace_timer{control};
    std::vector<std::unique_ptr<Worker>> workers;
    std::size_t running = 0;

    awaitable<void> accept() {
        for (std::size_t next = 0; acceptor.is_open(); next = (next + 1) % workers.size()) {
            Worker& worker = *workers[next];
            auto [error, socket] = co_await acceptor.async_accept(worker.context, as_result);
            if (!error) {
                asio::post(worker.context,
                           [&worker, socket = std::move(socket)]() mutable { worker.open(std::move(socket)); });
            } else if (acceptor.is_open()) {  // out of descriptors: wait for some
                asio::steady_timer pause(control, 100ms);
                co_await pause.async_wait(as_result);
            }
        }
    }

    template <class Action>
    void everywhere(Action action) {
        for (auto& worker : workers) asio::post(worker->context, [&worker, action] { action(*worker); });
    }

    void stop(std::chrono::milliseconds grace) {
        beast::error_code ignored;
        acceptor.close(ignored);
        everywhere([](Worker& worker) { worker.stop(); });
        const auto abort = [this](beast::error_code error) {
            if (!error) everywhere([](Worker& worker) { worker.abort(); });
        };
        grace_timer.expires_after(grace);
        grace_timer.async_wait(abort);
        signals.async_wait([abort](beast::error_code error, int) { abort(error); });
    }

    void ended() {
        if (--running != 0) return;
        grace_timer.cancel();
        signals.cancel();
    }
};

Server::Server(std::uint16_t port, int threads, RequestHandler handler) : state_(std::make_unique<State>()) {
    state_->handler = std::move(handler);
    for (int i = 0; i < threads; ++i) state_->workers.push_back(std::make_unique<Worker>(state_->handler));
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    state_->acceptor.open(endpoint.protocol());
    state_->acceptor.set_option(tcp::acceptor::reuse_address(true));
    state_->acceptor.bind(endpoint);
    state_->acceptor.listen();
}

Server::~Server() = default;

std::uint16_t Server::port() const { return state_->acceptor.local_endpoint().port(); }

void Server::run(std::chrono::milliseconds grace) {
    State& state = *state_;
    state.running = state.workers.size();
    for (auto& worker : state.workers) {
        worker->thread = std::thread([&state, &worker] {
            worker->context.run();
            asio::post(state.control, [&state] { state.ended(); });
        });
    }
    asio::co_spawn(state.control, state.accept(), asio::detached);
    state.signals.async_wait([&state, grace](beast::error_code error, int) {
        if (!error) state.stop(grace);
    });
    state.control.run();
    for (auto& worker : state.workers) worker->thread.join();
}

}  // namespace service

// The gate's thread: two sockets and two pumps for each connection.
#include "support/gate.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <future>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace azoth::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

enum class End : std::uint8_t { hold, cut, reset };

/// What befalls one way.
struct Fault {
    std::size_t left = no_limit;  ///< bytes that pass before `end`
    End end = End::hold;
    bool swallow = false;
};

struct Rules {
    std::array<Fault, 2> ways;
    std::size_t segment = no_limit;
    milliseconds quiet{0};
    milliseconds delay{0};
    std::optional<std::string> answer;
    bool drop = false;
};

}  // namespace

// Everything but the counts belongs to the gate's thread.
class Gate::Impl : public std::enable_shared_from_this<Gate::Impl> {
public:
    Impl(const std::string& server, std::uint16_t port, const std::string& listen) : acceptor_(context_, tcp::endpoint(asio::ip::make_address(listen), 0)) {
        tcp::resolver resolver(context_);
        server_ = resolver.resolve(server, std::to_string(port));
    }

    std::uint16_t listening() const { return acceptor_.local_endpoint().port(); }
    void start() {
        accept();
        thread_ = std::thread([this] { context_.run(); });
    }
    void stop() {
        context_.stop();
        thread_.join();
    }

    /// Runs on the gate's thread; returns when it has.
    void tell(const std::function<void()>& what) {
        std::packaged_task<void()> task(what);
        auto told = task.get_future();
        asio::post(context_, [&task] { task(); });
        told.get();
    }

    template <class Change>
    void count(Change change) {
        {
            const std::lock_guard lock(mutex_);
            change(counts_);
        }
        changed_.notify_all();
    }

    struct Connection;
    struct Pump;

    void accept();
    void end_all(bool by_reset);
    void wake_all();

    asio::io_context context_;
    const asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
    tcp::acceptor acceptor_;
    tcp::resolver::results_type server_;
    Rules rules_;
    std::set<std::shared_ptr<Connection>> connections_;
    std::thread thread_;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    Counts counts_;
    std::vector<std::uint16_t> ports_;
};

/// One direction of one connection: reads, does what the rules say, writes.
struct Gate::Impl::Pump {
    Pump(Connection& owner, tcp::socket& source, tcp::socket& sink, Way direction) : connection(owner), from(source), to(sink), way(direction), timer(source.get_executor()) {}

    void read();
    void arrived(std::size_t size);
    void forward();
    void write(std::size_t size);

    Connection& connection;
    tcp::socket& from;
    tcp::socket& to;
    const Way way;
    asio::steady_timer timer;
    std::array<char, 65536> piece{};
    std::string pending;   // come, not passed on
    bool reading = false;
    bool writing = false;
    bool waiting = false;  // for the timer
    bool ready = false;    // the timer has been waited for
    bool ended = false;    // the source says nothing more
};

struct Gate::Impl::Connection : std::enable_shared_from_this<Connection> {
    Connection(Impl& owner, tcp::socket accepted)
        : gate(owner),
          client(std::move(accepted)),
          server(owner.context_),
          up(*this, client, server, Way::to_server),
          down(*this, server, client, Way::to_client) {}

    void start() {
        error_code ignored;
        client.set_option(tcp::no_delay(true), ignored);
        gate.count([](Counts& counts) { ++counts.open; });
        if (gate.rules_.answer) {
            reply = *gate.rules_.answer;
            up.read();
            return;
        }
        asio::async_connect(server, gate.server_, [self = shared_from_this()](const error_code& error, const tcp::endpoint&) {
            if (error || self->over) return self->end(false);
            error_code none;
            self->server.set_option(tcp::no_delay(true), none);
            const std::uint16_t port = self->server.local_endpoint(none).port();
            self->gate.count([&](Counts&) { self->gate.ports_.push_back(port); });
            self->up.read();
            self->down.read();
        });
    }
    void end(bool by_reset) {
        if (std::exchange(over, true)) return;
        error_code ignored;
        if (by_reset) client.set_option(asio::socket_base::linger(true, 0), ignored);
        client.close(ignored);
        server.close(ignored);
        up.timer.cancel();
        down.timer.cancel();
        gate.connections_.erase(shared_from_this());
        gate.count([](Counts& counts) { --counts.open; });
    }
    /// One side has closed, and all it said has been passed on.
    void half(tcp::socket& to) {
        error_code ignored;
        to.shutdown(tcp::socket::shutdown_send, ignored);
        if (up.ended && down.ended) end(false);
    }

    Impl& gate;
    tcp::socket client;
    tcp::socket server;
    Pump up;
    Pump down;
    std::optional<Way> last;           // who spoke
    std::optional<std::string> reply;  // instead of a server
    bool over = false;
};

void Gate::Impl::Pump::read() {
    // Beyond this the sender is made to wait, as by a real network.
    constexpr std::size_t most_pending = 1 << 20;
    if (reading || ended || connection.over || pending.size() > most_pending) return;
    reading = true;
    from.async_read_some(asio::buffer(piece), [this, self = connection.shared_from_this()](const error_code& error, std::size_t size) {
        reading = false;
        if (self->over) return;
        if (error == asio::error::eof) {
            ended = true;
            return forward();
        }
        if (error) return self->end(true);
        arrived(size);
    });
}

void Gate::Impl::Pump::arrived(std::size_t size) {
    Impl& gate = connection.gate;
    const bool turned = way == Way::to_server && connection.last != Way::to_server;
    connection.last = way;
    gate.count([&](Counts& counts) {
        (way == Way::to_server ? counts.to_server : counts.to_client) += size;
        if (turned) ++counts.turnarounds;
    });
    if (connection.reply) {
        pending.clear();
        if (auto reply = std::exchange(*connection.reply, {}); !reply.empty()) {
            auto text = std::make_shared<std::string>(std::move(reply));
            asio::async_write(connection.client, asio::buffer(*text), [text, self = connection.shared_from_this()](const error_code&, std::size_t) {});
        }
        return read();
    }
    pending.append(piece.data(), size);
    if (gate.rules_.quiet.count() > 0) {
        ready = false;
        waiting = false;
        timer.cancel();
    }
    forward();
    read();
}

// Passes on what the rules allow.
void Gate::Impl::Pump::forward() {
    if (connection.over || writing || waiting) return;
    Rules& rules = connection.gate.rules_;
    Fault& fault = rules.ways[static_cast<std::size_t>(way)];
    if (fault.swallow) pending.clear();
    if (pending.empty()) {
        if (ended && !fault.swallow) connection.half(to);
        return;
    }
    if (fault.left == 0) {
        if (fault.end != End::hold) connection.end(fault.end == End::reset);
        return;
    }
    const milliseconds pause = std::max(rules.quiet, rules.delay);
    if (pause.count() > 0 && !ready) {
        waiting = true;
        timer.expires_after(pause);
        timer.async_wait([this, self = connection.shared_from_this()](const error_code& error) {
            if (error || self->over) return;
            waiting = false;
            ready = true;
            forward();
        });
        return;
    }
    ready = false;
    const std::size_t size = std::min({pending.size(), fault.left, rules.segment});
    if (fault.left != no_limit) fault.left -= size;
    write(size);
}

void Gate::Impl::Pump::write(std::size_t size) {
    writing = true;
    auto text = std::make_shared<std::string>(pending.substr(0, size));
    pending.erase(0, size);
    asio::async_write(to, asio::buffer(*text), [this, text, self = connection.shared_from_this()](const error_code& error, std::size_t) {
        writing = false;
        if (self->over) return;
        if (error) return self->end(true);
        forward();
        read();
    });
}

void Gate::Impl::accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket client) {
        if (error) return;
        count([](Counts& counts) { ++counts.accepted; });
        if (!rules_.drop) {
            auto connection = std::make_shared<Connection>(*this, std::move(client));
            connections_.insert(connection);
            connection->start();
        }
        accept();
    });
}

void Gate::Impl::end_all(bool by_reset) {
    const auto all = connections_;
    for (const auto& connection : all) connection->end(by_reset);
}

void Gate::Impl::wake_all() {
    const auto all = connections_;
    for (const auto& connection : all) {
        connection->up.forward();
        connection->down.forward();
    }
}

Gate::Gate(std::string server, std::uint16_t port, std::string listen)
    : impl_(std::make_shared<Impl>(server, port, listen)), address_(std::move(listen)), port_(impl_->listening()) {
    impl_->start();
}
Gate::~Gate() {
    impl_->tell([this] {
        impl_->acceptor_.close();
        impl_->end_all(false);
    });
    impl_->stop();
}

void Gate::pass() {
    impl_->tell([this] {
        impl_->rules_ = Rules();
        impl_->wake_all();
    });
}
void Gate::hold(Way way) { hold_after(way, 0); }
void Gate::hold_after(Way way, std::size_t bytes) {
    impl_->tell([&] { impl_->rules_.ways[static_cast<std::size_t>(way)] = {bytes, End::hold, false}; });
}
void Gate::black_hole() {
    black_hole(Way::to_server);
    black_hole(Way::to_client);
}
void Gate::black_hole(Way way) {
    impl_->tell([&] { impl_->rules_.ways[static_cast<std::size_t>(way)].swallow = true; });
}
void Gate::chop(std::size_t bytes) {
    impl_->tell([&] { impl_->rules_.segment = bytes; });
}
void Gate::coalesce(milliseconds quiet) {
    impl_->tell([&] { impl_->rules_.quiet = quiet; });
}
void Gate::delay(milliseconds by) {
    impl_->tell([&] { impl_->rules_.delay = by; });
}
void Gate::cut_after(Way way, std::size_t bytes) {
    impl_->tell([&] { impl_->rules_.ways[static_cast<std::size_t>(way)] = {bytes, End::cut, false}; });
}
void Gate::reset_after(Way way, std::size_t bytes) {
    impl_->tell([&] { impl_->rules_.ways[static_cast<std::size_t>(way)] = {bytes, End::reset, false}; });
}
void Gate::answer(std::string bytes) {
    impl_->tell([&] { impl_->rules_.answer = std::move(bytes); });
}
void Gate::drop() {
    impl_->tell([&] { impl_->rules_.drop = true; });
}
void Gate::cut() {
    impl_->tell([&] { impl_->end_all(false); });
}
void Gate::reset() {
    impl_->tell([&] { impl_->end_all(true); });
}

Gate::Counts Gate::counts() const {
    const std::lock_guard lock(impl_->mutex_);
    return impl_->counts_;
}
bool Gate::wait(const std::function<bool(const Counts&)>& so) const {
    std::unique_lock lock(impl_->mutex_);
    return impl_->changed_.wait_for(lock, std::chrono::seconds(20), [&] { return so(impl_->counts_); });
}
std::vector<std::uint16_t> Gate::ports() const {
    const std::lock_guard lock(impl_->mutex_);
    return impl_->ports_;
}

Url through(const Gate& gate, const Url& url) {
    UrlParts parts = url.parts();
    parts.hosts = {{gate.address(), gate.port()}};
    return Url::create(std::move(parts));
}

}  // namespace azoth::test

// Listening on a channel, over a connection that is leased for it and closed afterwards.
#include <azoth/engine/listener.hpp>

#include "engine/connection_flight.hpp"
#include "engine/pool.hpp"

#include <azoth/base/error.hpp>
#include <azoth/base/throw.hpp>
#include <azoth/engine/engine.hpp>
#include <azoth/engine/engine_core.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace azoth {

namespace detail {

class Listening {
public:
    explicit Listening(Lease lease) noexcept : lease_(std::move(lease)) {}
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() { lease_.discard(); }

    DriverConnection& connection() const noexcept { return lease_.connection(); }
    bool closed() const noexcept { return closed_; }

    // An operation under way ends by itself, and lets go of the connection then.
    void close() noexcept {
        if (closed_.exchange(true)) return;
        if (busy_) {
            lease_.connection().close();
        } else {
            lease_.discard();
        }
    }

    class Use {
    public:
        explicit Use(Listening& listening) : listening_(listening) {
            if (listening.closed_) throw_resource_closed("this stream of notifications was closed, or its connection was lost");
            if (listening.busy_.exchange(true)) throw_concurrent_use("another coroutine waits for this stream's next notification");
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use() {
            listening_.busy_ = false;
            if (!listening_.connection().usable()) listening_.closed_ = true;
            if (listening_.closed_) listening_.lease_.discard();
        }

    private:
        Listening& listening_;
    };

private:
    Lease lease_;
    std::atomic<bool> busy_{false};
    std::atomic<bool> closed_{false};
};

namespace {

awaitable<NotificationStream> start_listening(std::shared_ptr<EngineCore> engine, std::string channel) {
    const Dialect& dialect = engine->dialect();
    if (dialect.name() != "postgresql") throw NotSupportedError("listen(): " + std::string(dialect.title()) + " has no notifications");
    // The server would cut it off and listen on another channel.
    const std::size_t longest = dialect.features().max_identifier;
    if (channel.size() > longest) throw_argument_error("listen(): the channel's name has more than " + std::to_string(longest) + " bytes");
    std::string sql = "LISTEN ";
    dialect.append_quoted(sql, channel);
    const CompiledPtr statement = compile_plain(std::move(sql), Effect::unknown);
    for (;;) {
        Lease lease = co_await engine->pool().acquire();
        const bool reused = lease.reused();
        Batch batch;
        if (lease.owes_rollback()) engine->append_step(batch.items, {StepKind::rollback}, {});
        batch.items.emplace_back();
        batch.items.back().statement = statement;
        const auto timeout = engine->options().statement_timeout;
        if (timeout.count() > 0) batch.deadline = std::chrono::steady_clock::now() + timeout;
        auto core = std::make_shared<Listening>(std::move(lease));
        batch = co_await core->connection().execute(std::move(batch));
        if (reused && is_lost(batch.error)) continue;  // it had died since others used it, unseen
        if (batch.error) std::rethrow_exception(with_statement(batch.error, statement->sql));
        co_return NotificationStream(std::move(core));
    }
}

awaitable<Notification> next_of(std::shared_ptr<Listening> core) {
    const Listening::Use use(*core);
    std::exception_ptr failure;
    Notification heard;
    try {
        heard = co_await core->connection().next_notification();
    } catch (const Error&) {
        failure = std::current_exception();
    }
    if (core->closed()) throw_resource_closed("this stream of notifications was closed");
    if (failure) std::rethrow_exception(failure);
    co_return heard;
}

}  // namespace

}  // namespace detail

NotificationStream::NotificationStream(std::shared_ptr<detail::Listening> listening) noexcept : listening_(std::move(listening)) {}
NotificationStream::NotificationStream(NotificationStream&& other) noexcept = default;
NotificationStream& NotificationStream::operator=(NotificationStream&& other) noexcept {
    if (this != &other) {
        close();
        listening_ = std::move(other.listening_);
    }
    return *this;
}
NotificationStream::~NotificationStream() { close(); }

awaitable<Notification> NotificationStream::next() {
    if (!listening_) detail::throw_resource_closed("this stream of notifications was moved from");
    return detail::next_of(listening_);
}

void NotificationStream::close() noexcept {
    if (listening_) listening_->close();
}

bool NotificationStream::closed() const noexcept { return !listening_ || listening_->closed(); }

awaitable<NotificationStream> AsyncEngine::listen(std::string_view channel) const { return detail::start_listening(core_, std::string(channel)); }

}  // namespace azoth

// The job: one loop in which everything waits. An operation's task stands at a call of the library, the socket, a deadline, a cancellation
// or the answer to a KILL moves it on.
#include "link.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <utility>

namespace azoth::mysql::detail {

namespace {

std::exception_ptr closed_error() {
    return std::make_exception_ptr(ConnectionLost("the connection was closed while the operation was under way"));
}

std::exception_ptr stopped_error(Stop why, bool connection_lost) noexcept {
    try {
        throw_stopped(why, {}, connection_lost);
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

/// In the job's frame. When the context ends, the frame is destroyed in the middle of whatever it does: then the connection is over.
class Link::Driving {
public:
    explicit Driving(Link& link) noexcept : link_(link) {}
    Driving(const Driving&) = delete;
    Driving& operator=(const Driving&) = delete;
    ~Driving() {
        if (!ended) link_.break_off(std::move(current));
    }

    std::shared_ptr<Operation> current;
    bool ended = false;

private:
    Link& link_;
};

/// The end of an operation that was told to stop: a KILL, another one when the first came before its statement, and the end of patience.
class Link::Stopping {
public:
    explicit Stopping(const std::shared_ptr<Link>& link) noexcept : link_(link) {}

    azoth::detail::SocketWatch::Deadline deadline(const Token& token) const noexcept {
        if (!kill_) return token.deadline();
        return answered() ? std::min(again_, patience_) : patience_;
    }
    /// Called when something has happened. Returns false when the patience is over.
    bool go_on(bool complete) noexcept {
        const auto now = Clock::now();
        if (!kill_) {
            if (complete) return true;  // the task finds out by itself, before it sends anything more
            patience_ = now + kill_grace;
        } else if (now >= patience_) {
            return false;
        } else if (complete || !kill_->answered() || now < again_) {
            return true;
        }
        kill_ = Kill::send(link_->settings_, link_->database_.facts(), link_);
        // The server may not have read the statement when the KILL came, and a KILL does nothing to a connection without one.
        wait_ *= 2;
        again_ = now + wait_;
        told_ = false;
        return true;
    }
    /// No KILL is on its way.
    bool answered() const noexcept { return !kill_ || kill_->answered(); }
    /// There was a KILL, and this is the first call since.
    bool first_answer() noexcept { return kill_ && !std::exchange(told_, true); }

private:
    const std::shared_ptr<Link>& link_;
    std::shared_ptr<Kill> kill_;
    Clock::time_point patience_;
    Clock::time_point again_;
    std::chrono::milliseconds wait_{25};
    bool told_ = false;
};

void Link::open(Connected connected) {
    database_.open(std::move(connected));
    watch.assign(database_.wire.descriptor());
}

bool Link::submit(std::shared_ptr<Operation> operation, const boost::asio::any_io_executor& executor) {
    operation->link = weak_from_this();
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return false;
        queue_.push_back(std::move(operation));
        if (driving_) return true;
        driving_ = true;
    }
    watch.adopt(executor);
    drive(shared_from_this());
    return true;
}

void Link::close() noexcept {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        if (driving_) {
            // The job closes the database.
            for (const auto& operation : queue_) operation->token.request(Stop::closed);
        } else {
            watch.assign(-1);
            database_.close();
        }
    }
    watch.wake();
}

bool Link::closing() noexcept {
    const std::lock_guard lock(mutex_);
    return closed_;
}

// Returns nothing when there is nothing to do: the job is over then, and the next submit() may start another.
std::shared_ptr<Operation> Link::next() noexcept {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
        if (closed_) {
            watch.assign(-1);
            database_.close();
        }
        driving_ = false;
        return nullptr;
    }
    auto operation = std::move(queue_.front());
    queue_.pop_front();
    return operation;
}

azoth::detail::Job Link::drive(std::shared_ptr<Link> self) {
    using Event = azoth::detail::SocketWatch::Event;
    Driving driving(*self);
    Wire& wire = self->database_.wire;
    while (true) {
        driving.current = self->next();
        const std::shared_ptr<Operation> operation = driving.current;
        if (!operation) break;
        Token& token = operation->token;
        if (!wire.usable() || token.stop() != Stop::none) {
            // It has not begun.
            operation->fail(wire.usable() ? stopped_error(token.stop(), false) : closed_error());
            self->finish(*operation);
            continue;
        }
        Task<> task = operation->run(self->database_);
        Stopping stopping(self);
        bool complete = false;  // the call under way; its coroutine waits for the KILL to be answered
        task.start();
        while (!task.done()) {
            const unsigned interest = complete ? 0U : wire.interest();
            const Event event = co_await self->watch.wait(interest, stopping.deadline(token));
            if (event == Event::context_gone) co_return;
            if (event == Event::ready) complete = wire.advance();
            if (self->closing()) {
                if (wire.usable()) Kill::forget(self->settings_, self->database_.facts());
                wire.give_up(closed_error());
                continue;
            }
            if (token.late()) token.request(Stop::deadline);
            if (token.stop() != Stop::none && !stopping.go_on(complete)) {
                wire.give_up(stopped_error(token.stop(), true));
                continue;
            }
            if (!complete || !stopping.answered()) continue;
            complete = false;
            if (stopping.first_answer()) self->database_.killed();
            wire.resume();  // with a KILL behind it: the driver's own tidying up, for which there is what is left of the grace
        }
        try {
            task.get();
        } catch (...) {
            operation->fail(std::current_exception());
        }
        if (!wire.usable()) {
            self->watch.assign(-1);
            self->database_.close();
        }
        self->finish(*operation);
    }
    driving.ended = true;
}

void Link::finish(Operation& operation) noexcept {
    operation.status = database_.status();
    operation.usable = database_.usable();
    const bool touches_transaction = operation.touches_transaction();  // once completed, the caller owns what it looks at
    if (operation.complete()) return;
    operation.discard();
    database_.disown(touches_transaction);
}

// The context has ended in the middle of an operation.
void Link::break_off(std::shared_ptr<Operation> current) noexcept {
    std::deque<std::shared_ptr<Operation>> waiting;
    if (current && database_.usable()) Kill::forget(settings_, database_.facts());
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        driving_ = false;
        waiting.swap(queue_);
        watch.assign(-1);
        database_.close();
    }
    // They may be awaited on contexts that live on.
    const auto end = [](Operation& operation) {
        operation.fail(closed_error());
        operation.usable = false;
        operation.complete();
    };
    if (current) end(*current);
    for (const auto& operation : waiting) end(*operation);
}

}  // namespace azoth::mysql::detail

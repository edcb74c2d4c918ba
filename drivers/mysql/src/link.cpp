// The job: one loop in which everything waits. An operation's task stands at a call of the library, the socket, a deadline, a cancellation
// or the answer to a KILL moves it on.
#include "link.hpp"

#include <azoth/base/error.hpp>

#include <utility>

namespace azoth::mysql::detail {

namespace {

std::exception_ptr closed_error() {
    return std::make_exception_ptr(ConnectionLost("the connection was closed while the operation was under way"));
}

std::exception_ptr stopped_error(Stop why) noexcept {
    try {
        throw_stopped(why, {}, true);
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
            operation->fail(wire.usable() ? stopped_error(token.stop()) : closed_error());
            self->finish(*operation);
            continue;
        }
        Task<> task = operation->run(self->database_);
        std::shared_ptr<Kill> kill;
        bool told = false;      // the database knows of it
        bool complete = false;  // the call under way; its coroutine waits for the KILL to be answered
        auto deadline = token.deadline();
        task.start();
        while (!task.done()) {
            const unsigned interest = complete ? 0U : wire.interest();
            const Event event = co_await self->watch.wait(interest, deadline);
            if (event == Event::context_gone) co_return;
            if (event == Event::ready) complete = wire.advance();
            if (self->closing()) {
                wire.give_up(closed_error());
                continue;
            }
            if (event == Event::timeout && kill) {
                wire.give_up(stopped_error(token.stop()));  // the grace is over
                continue;
            }
            if (event == Event::timeout) token.request(Stop::deadline);
            if (token.stop() != Stop::none && !kill && !complete) {
                kill = Kill::send(self->settings_, self->database_.facts(), self);
                deadline = Clock::now() + kill_grace;
            }
            if (!complete || (kill && !kill->answered())) continue;
            complete = false;
            if (kill && !std::exchange(told, true)) self->database_.killed();
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
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        driving_ = false;
        waiting.swap(queue_);
        watch.assign(-1);
        database_.close();
    }
    // They may be awaited on contexts that live on.
    if (current) waiting.push_front(std::move(current));
    for (const auto& operation : waiting) {
        operation->fail(closed_error());
        operation->usable = false;
        operation->complete();
    }
}

}  // namespace azoth::mysql::detail

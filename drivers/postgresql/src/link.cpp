// The line of operations: who performs them, how they are stopped, and how a connection ends.
#include "link.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <utility>

namespace azoth::postgresql::detail {

namespace {

// A server that has not stopped a statement this long after it was asked to will not.
constexpr std::chrono::seconds cancel_grace{5};
// A request that reaches the server before the statement does is forgotten there: it is made again.
constexpr std::chrono::milliseconds cancel_again{100};

void ignore_notice(void*, const PGresult*) {}

}  // namespace

void Operation::abandoned() noexcept {
    stop.store(Stop::cancelled, std::memory_order_release);
    if (const auto link = link_.lock()) link->wake();
}

Link::Link(ConnectionHandle connection, const Settings& settings, const ConnectOptions& options, std::shared_ptr<azoth::detail::ThreadQueue> cancels)
    : connection_(std::move(connection)),
      statements_(settings.statement_cache_size.value_or(options.statement_cache_size), settings.named_statements),
      canceller_(connection_.get(), std::move(cancels)),
      direct_(settings.named_statements),
      statement_timeout_(direct_ ? std::chrono::milliseconds(0) : options.statement_timeout),
      refuses_writes_(!direct_ && options.read_only) {
    PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
    watch_.assign(PQsocket(connection_.get()));
}

Link::~Link() { drop_connection(); }

void Link::drop_connection() noexcept {
    if (!connection_) return;
    watch_.assign(-1);  // before the number can be somebody else's
    connection_.reset();
}

// ---------------------------------------------------------------- the line

// What happens when the job's frame goes without having come to its end: the context has.
class Link::Running {
public:
    explicit Running(Link& link) noexcept : link_(link) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (ended_) return;
        // Closing alone would leave the statement running, with its locks.
        if (current && current->stops_on_server()) link_.canceller_.request_and_forget();
        link_.broke();
    }
    void end() noexcept { ended_ = true; }
    std::shared_ptr<Operation> current;

private:
    Link& link_;
    bool ended_ = false;
};

void Link::submit(std::shared_ptr<Operation> operation, const boost::asio::any_io_executor& executor) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) throw ResourceClosedError("the connection is closed");
        status_.store(TransactionStatus::unknown, std::memory_order_release);
        queue_.push_back(std::move(operation));
        if (running_) return;
        running_ = true;
    }
    watch_.adopt(executor);
    run(shared_from_this());
}

// Returns nothing when the job is over. `closing`: it has the connection to close; else whoever comes next may start another job.
std::shared_ptr<Operation> Link::next(bool& closing) {
    const std::lock_guard lock(mutex_);
    closing = closed_;
    if (closed_) return nullptr;
    if (queue_.empty()) {
        running_ = false;
        return nullptr;
    }
    auto operation = std::move(queue_.front());
    queue_.pop_front();
    return operation;
}

Job Link::run(std::shared_ptr<Link> self) {
    Running running(*self);
    bool closing = false;
    while ((running.current = self->next(closing))) {
        Operation& operation = *running.current;
        bool broken = false;
        std::exception_ptr error;
        // A caller that left before its turn wants nothing done.
        if (operation.stop.load(std::memory_order_acquire) == Stop::none) {
            try {
                co_await operation.run(*self);
            } catch (const Broken& end) {
                broken = true;
                error = end.error;
            } catch (...) {
                error = std::current_exception();
            }
        }
        if (error) operation.fail(error);
        if (broken) {
            running.end();
            self->broke();
            operation.complete();
            co_return;
        }
        self->update_status();
        if (!operation.complete()) operation.discard();
    }
    running.end();
    if (closing) self->broke();
}

void Link::fail(Operation& operation, std::exception_ptr error) noexcept {
    operation.fail(std::move(error));
    operation.complete();
}

// The connection is gone, with everything that waits for it.
void Link::broke() noexcept {
    std::deque<std::shared_ptr<Operation>> waiting;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        running_ = false;
        waiting.swap(queue_);
    }
    usable_.store(false, std::memory_order_release);
    status_.store(TransactionStatus::unknown, std::memory_order_release);
    drop_connection();
    for (const auto& operation : waiting) fail(*operation, connection_lost("an operation before this one ended it", ""));
}

void Link::close() noexcept {
    bool running = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        closed_ = true;
        running = running_;
        usable_.store(false, std::memory_order_release);
        status_.store(TransactionStatus::unknown, std::memory_order_release);
    }
    if (running) {
        watch_.wake();
    } else {
        drop_connection();
    }
}

// ---------------------------------------------------------------- waiting

void Link::request_cancel(Operation& operation, Stop stop) {
    operation.stop.store(stop, std::memory_order_release);
    operation.cancel_sent = true;
    next_cancel_ = Clock::now() + cancel_again;
    if (!grace_) grace_ = Clock::now() + cancel_grace;
    canceller_.request(shared_from_this());
}

Task<> Link::wait(Operation& operation, unsigned interest) {
    auto deadline = operation.deadline;
    if (operation.cancel_sent) deadline = canceller_.outstanding() ? *grace_ : std::min(*grace_, next_cancel_);
    const SocketWatch::Event event = co_await watch_.wait(interest, deadline);
    switch (event) {
        case SocketWatch::Event::ready: break;
        case SocketWatch::Event::timeout:
            if (operation.cancel_sent && Clock::now() >= *grace_) throw Broken{stopped(operation.stop.load(), "", true)};
            request_cancel(operation, operation.cancel_sent ? operation.stop.load() : Stop::deadline);
            break;
        case SocketWatch::Event::woken: {
            bool closed = false;
            {
                const std::lock_guard lock(mutex_);
                closed = closed_;
            }
            if (closed) {
                // Closing alone would leave the statement running, with its locks.
                canceller_.request_and_forget();
                throw Broken{stopped(Stop::closed, "", true)};
            }
            if (operation.stop.load(std::memory_order_acquire) == Stop::cancelled && !operation.cancel_sent && operation.stops_on_server()) {
                request_cancel(operation, Stop::cancelled);
            }
            break;
        }
        case SocketWatch::Event::context_gone: throw Broken{connection_lost("the execution context it was used on has ended", "")};
    }
}

Task<> Link::settle_cancel(Operation& operation) {
    if (!operation.cancel_sent) co_return;
    while (canceller_.outstanding()) co_await wait(operation, SocketWatch::nothing);
    grace_.reset();
    // A proxy passes cancel requests on in its own time: one could reach the server when another statement runs there.
    if (!direct_) throw Broken{stopped(operation.stop.load(), "", true)};
}

bool Link::consume() {
    const bool alive = PQconsumeInput(connection_.get()) == 1;
    while (PGnotify* notify = PQnotifies(connection_.get())) {
        Notification notification;
        notification.channel = notify->relname;
        notification.payload = notify->extra;
        notification.sender = notify->be_pid;
        PQfreemem(notify);
        notifications_.push_back(std::move(notification));
    }
    return alive;
}

// ---------------------------------------------------------------- states

bool Link::in_transaction() const noexcept {
    const PGTransactionStatusType now = PQtransactionStatus(connection_.get());
    return now == PQTRANS_INTRANS || now == PQTRANS_INERROR;
}

void Link::update_status() noexcept {
    TransactionStatus status = TransactionStatus::unknown;
    switch (PQtransactionStatus(connection_.get())) {
        case PQTRANS_IDLE: status = TransactionStatus::idle; break;
        case PQTRANS_INTRANS: status = TransactionStatus::active; break;
        case PQTRANS_INERROR: status = TransactionStatus::failed; break;
        default: break;
    }
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (status == TransactionStatus::idle) {
        transaction_.fetch_add(1, std::memory_order_acq_rel);
        transaction_id_.clear();
    }
    if (queue_.empty()) status_.store(status, std::memory_order_release);
}

std::string Link::transaction_id() const {
    const std::lock_guard lock(mutex_);
    return transaction_id_;
}

void Link::set_transaction_id(std::string id) {
    const std::lock_guard lock(mutex_);
    transaction_id_ = std::move(id);
}

std::uint64_t Link::cursor_generation() const {
    const std::lock_guard lock(mutex_);
    return cursor_generation_;
}

void Link::savepoint_rolled_back() {
    const std::lock_guard lock(mutex_);
    ++cursor_generation_;
    cursors_.clear();
}

void Link::give_up_cursor(std::string name, std::uint64_t transaction, std::uint64_t generation) {
    if (transaction == 0) return owe("CLOSE " + name);
    const std::lock_guard lock(mutex_);
    if (closed_ || generation != cursor_generation_ || transaction != transaction_.load(std::memory_order_acquire)) return;
    if (cursors_of_ != transaction) cursors_.clear();
    cursors_of_ = transaction;
    cursors_.push_back(std::move(name));
}

std::vector<std::string> Link::take_cursors() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> taken = std::exchange(cursors_, {});
    if (cursors_of_ != transaction_.load(std::memory_order_acquire)) taken.clear();
    return taken;
}

void Link::owe(std::string sql) {
    const std::lock_guard lock(mutex_);
    owed_.push_back(std::move(sql));
}

std::vector<std::string> Link::take_owed() {
    const std::lock_guard lock(mutex_);
    return std::exchange(owed_, {});
}

}  // namespace azoth::postgresql::detail

// SocketWatch: one descriptor and one timer, registered with the context in use, and the service that lets go of both when it ends.
#include <azoth/driver/detail/socket_watch.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <unordered_map>
#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

/// What of a watch lives on a context. The context's end, and the watch's, both go through the mutex, so neither overtakes the other:
/// descriptor and timer are destroyed while reactor and timer queue are there.
struct SocketWatch::Station {
    struct Members {
        std::mutex mutex;
        bool alive = true;
        std::unordered_map<Station*, std::shared_ptr<Station>> stations;
    };

    Station(const asio::any_io_executor& on, std::shared_ptr<Members> among)
        : context(&asio::query(on, asio::execution::context)), members(std::move(among)), executor(on) {
        descriptor.emplace(on);
        timer.emplace(on);
    }

    // The watch goes elsewhere, or the context ends. Returns the job that waited.
    std::coroutine_handle<> end() noexcept {
        const std::lock_guard lock(mutex);
        if (descriptor && descriptor->is_open()) descriptor->release();
        descriptor.reset();
        timer.reset();
        executor = asio::any_io_executor();  // under the lock: a strand must not outlive its context, whose end waits here
        ++turn;
        frame = {};
        return std::exchange(job, {});
    }

    void fire(std::uint64_t of_turn, Event event) noexcept {
        std::coroutine_handle<> resumed;
        {
            const std::lock_guard lock(mutex);
            if (of_turn != turn || !job) return;
            ++turn;
            if (timed) timer->cancel();
            boost::system::error_code ignored;  // what else was waited for must not pile up in the reactor
            if (waits > (event == Event::ready ? 1 : 0)) descriptor->cancel(ignored);
            resumed = std::exchange(frame, {});
            job = {};
            *result = event;
        }
        resumed.resume();
    }

    const asio::execution_context* const context;
    const std::shared_ptr<Members> members;
    std::mutex mutex;
    asio::any_io_executor executor;
    std::optional<asio::posix::stream_descriptor> descriptor;  // both empty once the station has ended
    std::optional<asio::steady_timer> timer;
    std::coroutine_handle<> frame;  // to resume
    std::coroutine_handle<> job;    // to destroy: the frame's outermost
    Event* result = nullptr;
    std::uint64_t turn = 0;  // of the wait under way: handlers of earlier ones do nothing
    bool timed = false;
    int waits = 0;  // on the descriptor

    struct Handler {
        std::shared_ptr<Station> station;
        std::uint64_t turn;
        Event event;

        void operator()() const { station->fire(turn, event); }
        void operator()(const boost::system::error_code& error) const {
            if (error != asio::error::operation_aborted) station->fire(turn, event);
        }
    };
};

/// The stations of one context. Shuts down before the reactor and the timers do.
class SocketWatch::Service final : public asio::execution_context::service {
public:
    using key_type = Service;
    static asio::execution_context::id id;

    explicit Service(asio::execution_context& context) : service(context) {}

    static const std::shared_ptr<Station::Members>& members_of(const asio::any_io_executor& executor) {
        auto& context = asio::query(executor, asio::execution::context);
        if (!asio::has_service<Service>(context)) {
            // Services shut down in reverse order of their making: the strands', the reactor and the timers must be the older ones.
            asio::make_strand(executor);
            const asio::posix::stream_descriptor reactor(executor);
            const asio::steady_timer timers(executor);
        }
        return asio::use_service<Service>(context).members_;
    }

    void shutdown() override {
        std::unordered_map<Station*, std::shared_ptr<Station>> ended;
        {
            const std::lock_guard lock(members_->mutex);
            members_->alive = false;
            ended.swap(members_->stations);
        }
        for (const auto& [address, station] : ended) {
            if (const auto job = station->end()) job.destroy();
        }
    }

private:
    const std::shared_ptr<Station::Members> members_ = std::make_shared<Station::Members>();
};

asio::execution_context::id SocketWatch::Service::id;

SocketWatch::SocketWatch() = default;
SocketWatch::~SocketWatch() { leave(); }

std::shared_ptr<SocketWatch::Station> SocketWatch::station() const noexcept {
    const std::lock_guard lock(mutex_);
    return station_;
}

void SocketWatch::leave() noexcept {
    std::shared_ptr<Station> left;
    {
        const std::lock_guard lock(mutex_);
        left = std::move(station_);
    }
    if (!left) return;
    left->end();
    const std::lock_guard lock(left->members->mutex);
    left->members->stations.erase(left.get());
}

void SocketWatch::adopt(const asio::any_io_executor& executor) {
    const auto current = station();
    if (current) {
        const std::lock_guard lock(current->mutex);
        // A dead context's address may be another's by now, but its stations have ended.
        if (current->descriptor && current->context == &asio::query(executor, asio::execution::context)) {
            current->executor = executor;
            return;
        }
    }
    leave();
    const auto& members = Service::members_of(executor);
    auto made = std::make_shared<Station>(executor, members);
    {
        const std::lock_guard lock(members->mutex);
        if (!members->alive) {
            made->end();
            return;
        }
        members->stations.emplace(made.get(), made);
    }
    {
        const std::lock_guard lock(mutex_);
        station_ = std::move(made);
    }
    assign(descriptor_);
}

void SocketWatch::assign(int descriptor) {
    descriptor_ = descriptor;
    const auto current = station();
    if (!current) return;
    const std::lock_guard lock(current->mutex);
    if (!current->descriptor) return;
    if (current->descriptor->is_open()) current->descriptor->release();
    if (descriptor >= 0) current->descriptor->assign(descriptor);
}

void SocketWatch::wake() noexcept {
    woken_.store(true, std::memory_order_release);
    const auto current = station();
    if (!current) return;
    const std::lock_guard lock(current->mutex);
    if (!current->job || !current->descriptor) return;
    woken_.store(false, std::memory_order_relaxed);
    // Under the lock: the context cannot end before it is done.
    asio::post(current->executor, Station::Handler{current, current->turn, Event::woken});
}

bool SocketWatch::arm(std::coroutine_handle<> frame, std::coroutine_handle<> job, unsigned interest, Deadline deadline) noexcept {
    const auto current = station();
    if (!current) {
        event_ = Event::context_gone;
        return false;
    }
    const std::lock_guard lock(current->mutex);
    if (!current->descriptor) {
        event_ = Event::context_gone;
        return false;
    }
    if (woken_.exchange(false, std::memory_order_acq_rel)) {
        event_ = Event::woken;
        return false;
    }
    const std::uint64_t turn = ++current->turn;
    const auto handler = [&](Event event) { return asio::bind_executor(current->executor, Station::Handler{current, turn, event}); };
    current->frame = frame;
    current->job = job;
    current->result = &event_;
    current->timed = deadline.has_value();
    current->waits = ((interest & readable) != 0 ? 1 : 0) + ((interest & writable) != 0 ? 1 : 0);
    if (deadline) {
        current->timer->expires_at(*deadline);
        current->timer->async_wait(handler(Event::timeout));
    }
    if ((interest & readable) != 0) current->descriptor->async_wait(asio::posix::stream_descriptor::wait_read, handler(Event::ready));
    if ((interest & writable) != 0) current->descriptor->async_wait(asio::posix::stream_descriptor::wait_write, handler(Event::ready));
    return true;
}

}  // namespace azoth::detail

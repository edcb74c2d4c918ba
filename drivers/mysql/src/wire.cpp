// Waiting calls, and closing in the middle of one.
#include "wire.hpp"

#include <azoth/driver/detail/socket_watch.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace azoth::mysql::detail {

namespace {
constexpr int socket_events = MYSQL_WAIT_READ | MYSQL_WAIT_WRITE | MYSQL_WAIT_EXCEPT;
}

void Wire::open(Handle handle) {
    handle_ = std::move(handle);
    descriptor_ = fcntl(mysql_get_socket(handle_.get()), F_DUPFD_CLOEXEC, 0);
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor left");
}

void Wire::sever() noexcept {
    // With something under way the farewell would be written into the middle of it, or wait for room in a full socket.
    if (descriptor_ >= 0 && (waiting_ || lost_)) ::shutdown(descriptor_, SHUT_RDWR);
    waiting_ = nullptr;
    handle_.reset();
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

// The library's own time-outs are not used: deadlines are the operation's.
unsigned Wire::interest() const noexcept {
    using azoth::detail::SocketWatch;
    const int status = waiting_ ? waiting_->status : 0;
    unsigned interest = SocketWatch::nothing;
    if ((status & (MYSQL_WAIT_READ | MYSQL_WAIT_EXCEPT)) != 0) interest |= SocketWatch::readable;
    if ((status & MYSQL_WAIT_WRITE) != 0) interest |= SocketWatch::writable;
    return interest;
}

bool Wire::advance() noexcept {
    waiting_->status = waiting_->go_on(waiting_->status & socket_events);
    return waiting_->status == 0;
}

void Wire::resume() { std::exchange(waiting_, nullptr)->coroutine.resume(); }

void Wire::give_up(std::exception_ptr reason) {
    Waiting* const call = waiting_;
    sever();
    if (!call) return;
    reason_ = std::move(reason);
    call->coroutine.resume();
}

}  // namespace azoth::mysql::detail

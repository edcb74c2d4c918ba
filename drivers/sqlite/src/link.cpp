// When to spin: waking a thread costs 25 µs and more, many statements cost one or two.
#include "link.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>

namespace azoth::sqlite::detail {

namespace {

// Other coroutines of the same thread get a turn at least this often.
constexpr std::uint32_t turns = 64;
// Waking the worker takes longer than it is worth to look for the answer. But now and then it is done all the same: if
// the next operation follows at once, both sides stay awake from there on. Less and less often while that does not
// happen.
constexpr int wake_factor = 5;
constexpr std::uint32_t rarest_try = 1024;

}  // namespace

bool Link::start(const std::shared_ptr<Operation>& operation) {
    const auto patience = spin_time();
    const bool quick = patience.count() != 0 && average_ns_ <= patience.count();
    operation->spinning = quick;
    const Worker::Submitted submitted = closed ? Worker::Submitted::refused : worker->submit(operation);
    if (submitted == Worker::Submitted::refused) throw ResourceClosedError("the connection is closed");
    status = TransactionStatus::unknown;
    ++hops;
    if (!quick) return false;

    if (submitted == Worker::Submitted::to_sleeping) {
        in_a_row_ = 0;
        if (++asleep_in_a_row_ < next_try_) return false;
        asleep_in_a_row_ = 0;
        next_try_ = std::min(next_try_ * 2, rarest_try);
        return look_for(*operation, patience * wake_factor);
    }
    next_try_ = 1;
    asleep_in_a_row_ = 0;
    if (++in_a_row_ == turns) {
        in_a_row_ = 0;
        return false;
    }
    return look_for(*operation, patience);
}

bool Link::look_for(const Operation& operation, std::chrono::nanoseconds patience) noexcept {
    const auto until = Clock::now() + patience;
    do {
        for (int turn = 0; turn < 16; ++turn) {
            if (operation.completed()) return true;
            relax();
        }
    } while (Clock::now() < until);
    return operation.completed();
}

void Link::finish(const Operation& operation) noexcept {
    status = operation.status;
    usable = operation.usable;
    average_ns_ += (operation.took.count() - average_ns_) / 4;
}

}  // namespace azoth::sqlite::detail

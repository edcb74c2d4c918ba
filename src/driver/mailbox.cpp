// The mailbox: suspended coroutines of one execution context, and the lock that keeps posting to a dying context apart
// from its end.
#include <azoth/driver/detail/mailbox.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

// A suspended coroutine, its executor and the work it counts for; all three must be gone before the context is.
struct Letter {
    Letter() = default;
    Letter(const Letter&) = delete;
    Letter& operator=(const Letter&) = delete;
    virtual ~Letter() = default;
    virtual void post() = 0;

    std::shared_ptr<Waiter> waiter;
    Letter* previous = nullptr;
    Letter* next = nullptr;
};

template <class Handler>
struct HandlerLetter final : Letter {
    HandlerLetter(Handler&& resumption, const asio::any_io_executor& executor)
        : handler(std::move(resumption)), work(asio::prefer(executor, asio::execution::outstanding_work.tracked)) {}
    void post() override { asio::post(work, std::move(handler)); }

    Handler handler;
    asio::any_io_executor work;
};

}  // namespace

class Mailbox {
public:
    using State = Waiter::State;

    static std::shared_ptr<Mailbox> of(const asio::any_io_executor& executor);

    template <class Handler>
    static void suspend(Handler&& handler, Waiter& waiter);

    // Posts the letter of a waiter whose state was just moved on from `waiting`. Returns false when it is gone.
    // The caller holds a reference to the waiter.
    bool deliver(Waiter& waiter) noexcept {
        // The post, and the end of the work count, happen under the lock: the context cannot end before either.
        const std::lock_guard lock(mutex_);
        const std::unique_ptr<Letter> letter(unlink(waiter));
        if (!letter) return false;
        letter->post();
        return true;
    }

    void shut_down() noexcept {
        Letter* letters = nullptr;
        {
            const std::lock_guard lock(mutex_);
            alive_ = false;
            letters = std::exchange(first_, nullptr);
            for (Letter* letter = letters; letter; letter = letter->next) letter->waiter->letter_ = nullptr;
        }
        // Coroutines are destroyed outside the lock: what they own may come back here.
        while (letters) {
            const std::unique_ptr<Letter> letter(std::exchange(letters, letters->next));
            abandon(*letter->waiter);
        }
    }

    static bool abandon(Waiter& waiter) noexcept {
        auto expected = State::waiting;
        if (!waiter.state_.compare_exchange_strong(expected, State::abandoned, std::memory_order_acq_rel)) return false;
        waiter.abandoned();
        return true;
    }

private:
    bool link(Letter* letter, Waiter& waiter) {
        const std::lock_guard lock(mutex_);
        if (!alive_) return false;
        letter->next = first_;
        if (first_) first_->previous = letter;
        first_ = letter;
        waiter.letter_ = letter;
        return true;
    }

    Letter* unlink(Waiter& waiter) noexcept {
        auto* letter = static_cast<Letter*>(std::exchange(waiter.letter_, nullptr));
        if (!letter) return nullptr;
        (letter->previous ? letter->previous->next : first_) = letter->next;
        if (letter->next) letter->next->previous = letter->previous;
        return letter;
    }

    std::mutex mutex_;
    bool alive_ = true;
    Letter* first_ = nullptr;
};

namespace {

class MailboxService final : public asio::execution_context::service {
public:
    using key_type = MailboxService;
    static asio::execution_context::id id;

    explicit MailboxService(asio::execution_context& context)
        : service(context), mailbox(std::make_shared<Mailbox>()) {}
    void shutdown() override { mailbox->shut_down(); }

    const std::shared_ptr<Mailbox> mailbox;
};

asio::execution_context::id MailboxService::id;

}  // namespace

std::shared_ptr<Mailbox> Mailbox::of(const asio::any_io_executor& executor) {
    auto& context = asio::query(executor, asio::execution::context);
    if (!asio::has_service<MailboxService>(context)) {
        // Services shut down in reverse order of their making. Strands have a service too, and posting to a strand
        // after its shutdown destroys the coroutine on the posting thread: let it be the older one.
        asio::make_strand(executor);
    }
    return asio::use_service<MailboxService>(context).mailbox;
}

template <class Handler>
void Mailbox::suspend(Handler&& handler, Waiter& waiter) {
    const std::shared_ptr<Waiter> self = waiter.shared_from_this();
    const asio::any_io_executor executor = asio::get_associated_executor(handler);
    const std::shared_ptr<Mailbox> mailbox = of(executor);
    auto slot = asio::get_associated_cancellation_slot(handler);

    auto letter = std::make_unique<HandlerLetter<std::decay_t<Handler>>>(std::forward<Handler>(handler), executor);
    letter->waiter = self;
    waiter.mailbox_ = mailbox;
    if (slot.is_connected()) {
        slot.assign([weak = std::weak_ptr<Waiter>(self)](asio::cancellation_type type) {
            if (type == asio::cancellation_type::none) return;
            const std::shared_ptr<Waiter> cancelled = weak.lock();
            if (cancelled && abandon(*cancelled)) cancelled->mailbox_->deliver(*cancelled);
        });
    }
    if (!mailbox->link(letter.get(), waiter)) return;  // the context is ending: the coroutine ends with it
    letter.release();
    auto expected = State::idle;
    // Completed already, between the caller's last look and now: nobody else will deliver.
    if (!waiter.state_.compare_exchange_strong(expected, State::waiting, std::memory_order_acq_rel))
        mailbox->deliver(waiter);
}

Waiter::~Waiter() = default;

bool Waiter::complete() noexcept {
    State state = State::idle;
    if (state_.compare_exchange_strong(state, State::completed, std::memory_order_acq_rel)) return true;
    if (state != State::waiting) return false;
    // The mailbox must outlive the call: the resumed coroutine may drop the last other reference.
    const std::shared_ptr<Waiter> self = shared_from_this();
    if (!state_.compare_exchange_strong(state, State::completed, std::memory_order_acq_rel)) return false;
    return mailbox_->deliver(*this);
}

awaitable<void> Waiter::wait() {
    const std::shared_ptr<Waiter> self = shared_from_this();
    if (!completed()) {
        co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
            [](auto&& handler, Waiter* waiter) { Mailbox::suspend(std::forward<decltype(handler)>(handler), *waiter); },
            asio::use_awaitable, this);
    }
    if (!completed()) throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace azoth::detail

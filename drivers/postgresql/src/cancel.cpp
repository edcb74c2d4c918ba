// PQcancel opens a connection of its own and waits for the server to close it, without any bound of time.
#include "cancel.hpp"

#include "link.hpp"

#include <libpq-fe.h>

#include <atomic>
#include <chrono>

namespace azoth::postgresql::detail {

struct Canceller::Shared {
    explicit Shared(PGcancel* key) noexcept : cancel(key) {}
    ~Shared() { PQfreeCancel(cancel); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    PGcancel* const cancel;
    std::atomic<int> outstanding{0};
};

Canceller::Canceller(pg_conn* connection, std::shared_ptr<azoth::detail::ThreadQueue> threads)
    : shared_(std::make_shared<Shared>(PQgetCancel(connection))), threads_(std::move(threads)) {}
Canceller::~Canceller() = default;

bool Canceller::outstanding() const noexcept { return shared_->outstanding.load(std::memory_order_acquire) != 0; }

void Canceller::request(const std::shared_ptr<Link>& link) {
    shared_->outstanding.fetch_add(1, std::memory_order_acq_rel);
    try {
        threads_->run([shared = shared_, weak = std::weak_ptr<Link>(link)] {
            char ignored[256];
            PQcancel(shared->cancel, ignored, sizeof ignored);
            shared->outstanding.fetch_sub(1, std::memory_order_acq_rel);
            if (const auto alive = weak.lock()) alive->wake();
        });
    } catch (...) {  // no thread: the grace will pass, and the connection will be closed
        shared_->outstanding.fetch_sub(1, std::memory_order_acq_rel);
    }
}

void Canceller::request_and_forget() noexcept {
    try {
        // The first may reach the server before the statement does, and be forgotten there.
        for (const int pause : {0, 50, 250}) {
            threads_->run_after(std::chrono::milliseconds(pause), [shared = shared_] {
                char ignored[256];
                PQcancel(shared->cancel, ignored, sizeof ignored);
            });
        }
    } catch (...) {  // the server finds out by itself (client_connection_check_interval)
    }
}

}  // namespace azoth::postgresql::detail

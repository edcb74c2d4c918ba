// The driver's entry in the registry.
#include "connect.hpp"
#include "settings.hpp"

#include <azoth/dialect/dialect.hpp>
#include <azoth/driver/detail/threads.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/postgresql.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace azoth::postgresql {

namespace {

// A server that does not answer cancel requests holds up no more than these threads, and no other server's.
constexpr std::size_t cancel_threads = 2;

class PostgresqlDriver final : public Driver {
public:
    const Dialect& dialect() const noexcept override { return postgresql_dialect(); }
    void check(const Url& url) const override { detail::Settings::from(url); }
    PoolKind pool_kind(const Url&) const override { return PoolKind::queue; }
    awaitable<std::unique_ptr<DriverConnection>> connect(const Url& url, const ConnectOptions& options) const override {
        return detail::connect(detail::Settings::from(url), options, cancels_for(url));
    }

private:
    std::shared_ptr<azoth::detail::ThreadQueue> cancels_for(const Url& url) const {
        std::string servers;
        for (const UrlHost& host : url.hosts()) servers += host.name + ':' + std::to_string(host.port) + ',';
        const std::lock_guard lock(mutex_);
        auto& known = cancels_[servers];
        auto queue = known.lock();
        if (!queue) known = queue = std::make_shared<azoth::detail::ThreadQueue>(cancel_threads);
        return queue;
    }

    mutable std::mutex mutex_;
    mutable std::map<std::string, std::weak_ptr<azoth::detail::ThreadQueue>> cancels_;
};

}  // namespace

void register_driver() {
    static const PostgresqlDriver& driver = *new PostgresqlDriver;  // immortal: engines may outlive static objects
    azoth::register_driver("postgresql", driver);
    azoth::register_driver("postgres", driver);
}

}  // namespace azoth::postgresql

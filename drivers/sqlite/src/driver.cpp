// The driver's entry in the registry.
#include "inline_connection.hpp"
#include "settings.hpp"
#include "worker_connection.hpp"

#include <azoth/base/error.hpp>
#include <azoth/dialect/dialect.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/sqlite.hpp>

#include <utility>

namespace azoth::sqlite {

namespace {

class SqliteDriver final : public Driver {
public:
    const Dialect& dialect() const noexcept override { return sqlite_dialect(); }
    void check(const Url& url) const override { detail::Settings::from(url); }
    PoolKind pool_kind(const Url& url) const override {
        return detail::Settings::from(url).memory ? PoolKind::single : PoolKind::queue;
    }
    awaitable<std::unique_ptr<DriverConnection>> connect(const Url& url, const ConnectOptions& options) const override {
        detail::Settings settings = detail::Settings::from(url);
        settings.refuse_writes = options.read_only;
        if (settings.inline_execution) return detail::InlineConnection::connect(std::move(settings), options);
        return detail::WorkerConnection::connect(std::move(settings), options);
    }
};

}  // namespace

void register_driver() {
    static const SqliteDriver driver;
    azoth::register_driver("sqlite", driver);
}

std::uint64_t hops(const DriverConnection& connection) {
    if (const auto* worker = dynamic_cast<const detail::WorkerConnection*>(&connection)) return worker->hops();
    if (dynamic_cast<const detail::InlineConnection*>(&connection)) return 0;
    throw ArgumentError("not a connection of the SQLite driver");
}

}  // namespace azoth::sqlite

// The engine's handle.
#include <azoth/engine/engine.hpp>

#include "engine/home.hpp"
#include "engine/multiplexer.hpp"
#include "engine/observers.hpp"
#include "engine/pool.hpp"

#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/engine/multiplexed.hpp>

#include <utility>

namespace azoth {

PoolView::PoolView(std::shared_ptr<detail::EngineCore> core) noexcept : core_(std::move(core)) {}
PoolStatus PoolView::status() const { return core_->pool().status(); }

AsyncEngine::AsyncEngine(std::shared_ptr<detail::EngineCore> core) noexcept : core_(std::move(core)) {}

namespace {

awaitable<AsyncConnection> connected(std::shared_ptr<detail::EngineCore> engine, std::optional<TransactionOptions> transaction) {
    auto core = std::make_shared<detail::ConnectionCore>(std::move(engine), detail::ConnectionCore::Hold::until_closed);
    co_await core->acquire();
    AsyncConnection connection(core);
    if (transaction) core->begin(*transaction);
    co_return std::move(connection);
}

awaitable<void> disposed(std::shared_ptr<detail::EngineCore> engine) {
    engine->pool().dispose();
    engine->multiplexer().dispose();
    co_return;
}

}  // namespace

awaitable<AsyncConnection> AsyncEngine::connect() const { return connected(core_, std::nullopt); }
awaitable<AsyncConnection> AsyncEngine::begin(TransactionOptions options) const { return connected(core_, options); }
Multiplexed AsyncEngine::multiplexed() const { return Multiplexed(core_); }
awaitable<void> AsyncEngine::dispose() const { return disposed(core_); }

PoolView AsyncEngine::pool() const { return PoolView(core_); }
const Url& AsyncEngine::url() const noexcept { return core_->url(); }
const Dialect& AsyncEngine::dialect() const noexcept { return core_->dialect(); }
const EngineOptions& AsyncEngine::options() const noexcept { return core_->options(); }
void AsyncEngine::observe(std::shared_ptr<Observer> observer) const { core_->observers().add(std::move(observer)); }

AsyncEngine create_async_engine(const boost::asio::any_io_executor& executor, std::string_view url, const EngineOptions& options) {
    return create_async_engine(executor, Url::parse(url), options);
}

AsyncEngine create_async_engine(const boost::asio::any_io_executor& executor, const Url& url, const EngineOptions& options) {
    return AsyncEngine(std::make_shared<detail::EngineCore>(detail::Home(executor), url, options));
}

}  // namespace azoth

// FakeDriver: a scripted database product. Records every batch, and can fail, hang, lose the connection or be cancelled at each step.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/dialect/dialect.hpp>
#include <azoth/driver/detail/mailbox.hpp>
#include <azoth/driver/driver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth::test {

/// What an error does to the transaction around it.
enum class ErrorEffect { undo_statement, fail_transaction, end_transaction };

/// One fake database: its script and what happened to it. Functions may be called from any thread; set the script before use.
class FakeServer {
public:
    int connect_hops = 1;         ///< suspensions while connecting
    int execute_hops = 1;         ///< suspensions of every batch and fetch; 0 = completes at once
    bool immediate = false;       ///< try_execute works
    bool single = false;          ///< PoolKind::single
    bool rollback_may_wait = false;
    std::string transaction_id;              ///< what a connection says its transaction's id is
    std::function<std::optional<bool>(const std::string& id)> outcome;  ///< what became of a transaction; may throw
    bool cancelled_batches_apply = false;  ///< BEGIN, COMMIT ... of a cancelled batch take effect all the same
    std::deque<Notification> notifications;  ///< for whoever waits next; when there are none, its connection is lost
    ErrorEffect error_effect = ErrorEffect::undo_statement;
    /// Called for every statement before it takes effect: may fill rows, or throw what the database would report.
    std::function<void(int connection, BatchItem& item)> on_statement;
    /// Called for every batch before anything of it.
    std::function<void(int connection, const Batch& batch)> before_batch;
    /// Called for every connect; may throw.
    std::function<void(int connection)> on_connect;

    /// One string a batch: "connection: sql; sql !" where ! marks a failed statement.
    std::vector<std::string> log() const { return locked(log_); }
    /// Every statement that any connection ran, in order.
    std::vector<std::string> statements() const { return locked(statements_); }
    void clear_log() {
        const std::lock_guard lock(mutex_);
        log_.clear();
        statements_.clear();
    }
    int connections_made() const { return made_.load(); }
    int connections_open() const { return open_.load(); }
    /// Batches that went by DriverConnection::copy.
    int copies() const { return copies_.load(); }
    /// Connections that were asked to refuse writes.
    int read_only_connections() const { return read_only_.load(); }
    /// Batches that were given to connections, ended or not.
    int batches_begun() const { return begun_.load(); }
    /// Statements other than ROLLBACK that met a transaction which somebody else had left open. Must stay 0.
    int unclean() const { return unclean_.load(); }

    /// The next operation hangs until it is cancelled or let go.
    void hang_next() { hang_ = true; }
    void let_go() {
        hang_ = false;
        std::shared_ptr<detail::Waiter> waiter;
        {
            const std::lock_guard lock(mutex_);
            waiter = std::move(hanging_);
        }
        if (waiter) waiter->complete();
    }

private:
    friend class FakeConnection;
    friend class FakeCursor;
    friend class FakeDriver;

    template <class T>
    T locked(const T& value) const {
        const std::lock_guard lock(mutex_);
        return value;
    }

    awaitable<void> pause(int hops) {
        for (int i = 0; i < hops; ++i) {
            auto waiter = std::make_shared<detail::Waiter>();
            const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
            boost::asio::post(executor, [waiter] { waiter->complete(); });
            co_await waiter->wait();
        }
        if (hang_.exchange(false)) {
            auto waiter = std::make_shared<detail::Waiter>();
            {
                const std::lock_guard lock(mutex_);
                hanging_ = waiter;
            }
            co_await waiter->wait();
        }
    }

    mutable std::mutex mutex_;
    std::vector<std::string> log_;
    std::vector<std::string> statements_;
    std::shared_ptr<detail::Waiter> hanging_;
    std::atomic<bool> hang_{false};
    std::atomic<int> made_{0}, open_{0}, unclean_{0}, copies_{0}, begun_{0}, read_only_{0};
};

class FakeCursor final : public DriverCursor {
public:
    FakeCursor(std::shared_ptr<FakeServer> server, ValueBuffer rows) : server_(std::move(server)), rows_(std::move(rows)) {}

    awaitable<ValueBuffer> fetch(std::size_t max_rows, ValueBuffer rows, Deadline) override {
        co_await server_->pause(server_->execute_hops);
        rows.clear(rows_.columns());
        for (; max_rows != 0 && next_ < rows_.rows(); --max_rows, ++next_) {
            for (const ValueView& value : rows_.row(next_)) rows.append(value);
        }
        co_return rows;
    }

private:
    std::shared_ptr<FakeServer> server_;
    ValueBuffer rows_;
    std::size_t next_ = 0;
};

class FakeConnection final : public DriverConnection {
public:
    FakeConnection(std::shared_ptr<FakeServer> server, int number) : server_(std::move(server)), number_(number) { ++server_->open_; }
    ~FakeConnection() override { FakeConnection::close(); }

    awaitable<Batch> execute(Batch batch) override {
        enter();
        begin(batch);
        Operation operation{*this, &batch};
        co_await server_->pause(server_->execute_hops);
        apply(batch);
        operation.batch = nullptr;
        co_return batch;
    }

    awaitable<Batch> copy(Batch batch) override {
        ++server_->copies_;
        return execute(std::move(batch));
    }

    bool try_execute(Batch& batch) override {
        if (!server_->immediate) return false;
        enter();
        begin(batch);
        apply(batch);
        busy_ = false;
        return true;
    }

    awaitable<std::unique_ptr<DriverCursor>> open_cursor(BatchItem item, Deadline deadline) override {
        Batch batch;
        batch.deadline = deadline;
        batch.items.push_back(std::move(item));
        batch = co_await execute(std::move(batch));
        batch.rethrow_error();
        co_return std::make_unique<FakeCursor>(server_, std::move(batch.items[0].rows));
    }

    awaitable<Notification> next_notification() override {
        enter();
        Operation operation{*this, nullptr};
        co_await server_->pause(server_->execute_hops);
        if (server_->notifications.empty()) {
            close();
            throw ConnectionLost("nobody sends anything any more");
        }
        Notification first = std::move(server_->notifications.front());
        server_->notifications.pop_front();
        co_return first;
    }

    TransactionStatus transaction_status() const noexcept override { return usable_ && !busy_ && !pending_ ? status_ : TransactionStatus::unknown; }
    bool usable() const noexcept override { return usable_; }
    bool rollback_may_wait() const noexcept override { return server_->rollback_may_wait; }
    std::string transaction_id() const override { return server_->transaction_id; }
    awaitable<std::optional<bool>> transaction_outcome(std::string id) override {
        co_await server_->pause(server_->execute_hops);
        co_return server_->outcome ? server_->outcome(id) : std::nullopt;
    }
    void close() noexcept override {
        if (std::exchange(usable_, false)) --server_->open_;
    }

private:
    // What a cancelled batch did is not known before the next operation.
    struct Operation {
        FakeConnection& connection;
        Batch* batch;
        ~Operation() {
            connection.busy_ = false;
            if (!batch) return;
            connection.pending_ = true;
            if (!connection.server_->cancelled_batches_apply) return;
            for (const BatchItem& item : batch->items) connection.control(item.statement->sql);
        }
    };

    void enter() {
        if (!usable_) throw InternalError("the fake connection was used after its end");
        if (std::exchange(busy_, true)) throw InternalError("two operations at a time on one fake connection");
        pending_ = false;
    }

    void begin(const Batch& batch) {
        if (server_->before_batch) server_->before_batch(number_, batch);
        ++server_->begun_;
    }

    void apply(Batch& batch) {
        std::string line = std::to_string(number_) + ":";
        for (std::size_t i = 0; i < batch.items.size() && !batch.error; ++i) {
            BatchItem& item = batch.items[i];
            line.append(i == 0 ? " " : "; ").append(item.statement->sql);
            try {
                run(item);
            } catch (const Error& error) {
                line += " !";
                if (error.connection_lost()) close();
                if (server_->error_effect == ErrorEffect::fail_transaction && status_ == TransactionStatus::active) status_ = TransactionStatus::failed;
                if (server_->error_effect == ErrorEffect::end_transaction) status_ = TransactionStatus::idle;
                batch.error = std::current_exception();
                batch.failed_item = i;
            }
        }
        const std::lock_guard lock(server_->mutex_);
        server_->log_.push_back(std::move(line));
    }

    void run(BatchItem& item) {
        const std::string& sql = item.statement->sql;
        {
            const std::lock_guard lock(server_->mutex_);
            server_->statements_.push_back(sql);
        }
        if (sql.starts_with("BEGIN") && status_ != TransactionStatus::idle) ++server_->unclean_;
        if (server_->on_statement) server_->on_statement(number_, item);
        if (status_ == TransactionStatus::failed && !sql.starts_with("ROLLBACK")) throw OperationalError("current transaction is aborted");
        control(sql);
        item.done = true;
        if (item.affected < 0 && item.statement->effect == Effect::write) item.affected = 1;
    }

    void control(std::string_view sql) noexcept {
        if (sql.starts_with("BEGIN") || sql.starts_with("START TRANSACTION") || sql.starts_with("ROLLBACK TO")) status_ = TransactionStatus::active;
        if (sql == "COMMIT" || sql == "ROLLBACK") status_ = TransactionStatus::idle;
    }

    std::shared_ptr<FakeServer> server_;
    const int number_;
    TransactionStatus status_ = TransactionStatus::idle;
    bool busy_ = false;
    bool usable_ = true;
    bool pending_ = false;
};

/// Reaches a FakeServer by the host name of its URL.
class FakeDriver final : public Driver {
public:
    /// Makes a server and returns its URL. `dialect`: the SQL it speaks.
    static std::string serve(const std::shared_ptr<FakeServer>& server, const Dialect& dialect = sqlite_dialect()) {
        FakeDriver& driver = instance(dialect);
        const std::string scheme = "fake" + std::string(dialect.name());
        const std::lock_guard lock(driver.mutex_);
        const std::string host = "server" + std::to_string(++driver.last_);
        driver.servers_[host] = server;
        register_driver(scheme, driver);
        return scheme + "://" + host;
    }

    const Dialect& dialect() const noexcept override { return dialect_; }
    void check(const Url& url) const override {
        if (!url.options().empty()) throw ArgumentError("the fake driver does not know the option '" + url.options()[0].key + "'");
        server(url);
    }
    PoolKind pool_kind(const Url& url) const override { return server(url)->single ? PoolKind::single : PoolKind::queue; }
    awaitable<std::unique_ptr<DriverConnection>> connect(const Url& url, const ConnectOptions& options) const override {
        return connect(server(url), options.read_only);
    }

private:
    explicit FakeDriver(const Dialect& dialect) : dialect_(dialect) {}
    static FakeDriver& instance(const Dialect& dialect) {
        static std::mutex mutex;
        static std::map<const Dialect*, FakeDriver*> drivers;  // immortal, as drivers are
        const std::lock_guard lock(mutex);
        FakeDriver*& driver = drivers[&dialect];
        if (driver == nullptr) driver = new FakeDriver(dialect);
        return *driver;
    }
    static awaitable<std::unique_ptr<DriverConnection>> connect(std::shared_ptr<FakeServer> server, bool read_only) {
        co_await server->pause(server->connect_hops);
        const int number = ++server->made_;
        if (read_only) ++server->read_only_;
        if (server->on_connect) server->on_connect(number);
        co_return std::make_unique<FakeConnection>(server, number);
    }
    std::shared_ptr<FakeServer> server(const Url& url) const {
        const std::lock_guard lock(mutex_);
        const auto found = servers_.find(url.host());
        const auto alive = found == servers_.end() ? nullptr : found->second.lock();
        if (!alive) throw ArgumentError("no fake server of that name");
        return alive;
    }

    const Dialect& dialect_;
    mutable std::mutex mutex_;
    int last_ = 0;
    std::map<std::string, std::weak_ptr<FakeServer>, std::less<>> servers_;
};

}  // namespace azoth::test

// The driver's entries in the registry: one a scheme, since each speaks another dialect.
#include "connection.hpp"
#include "settings.hpp"
#include "tls_errors.hpp"

#include <azoth/dialect/dialect.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/mysql.hpp>

#include <utility>

namespace azoth::mysql {

namespace {

class MysqlDriver final : public Driver {
public:
    explicit MysqlDriver(const Dialect& dialect) noexcept : dialect_(dialect) {}
    const Dialect& dialect() const noexcept override { return dialect_; }
    void check(const Url& url) const override { detail::Settings::from(url); }
    PoolKind pool_kind(const Url&) const override { return PoolKind::queue; }
    awaitable<std::unique_ptr<DriverConnection>> connect(const Url& url, const ConnectOptions& options) const override {
        detail::Settings settings = detail::Settings::from(url);
        settings.refuse_writes = options.read_only;
        return detail::Connection::connect(std::move(settings), options);
    }

private:
    const Dialect& dialect_;
};

}  // namespace

void register_driver() {
    detail::keep_tls_at_exit();
    static const MysqlDriver mysql(mysql_dialect());
    static const MysqlDriver mariadb(mariadb_dialect());
    azoth::register_driver("mysql", mysql);
    azoth::register_driver("mariadb", mariadb);
}

}  // namespace azoth::mysql

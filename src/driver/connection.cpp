// What a connection does unless its driver knows better.
#include <azoth/driver/connection.hpp>

#include <azoth/base/error.hpp>

namespace azoth {

namespace {

template <class T>
awaitable<T> unsupported(const char* what) {
    throw NotSupportedError(what);
    co_return T();
}

}  // namespace

awaitable<std::optional<bool>> DriverConnection::transaction_outcome(std::string id) {
    (void)id;
    return unsupported<std::optional<bool>>("this database cannot tell what became of a transaction");
}

awaitable<Notification> DriverConnection::next_notification() {
    return unsupported<Notification>("this database has no notifications: LISTEN is PostgreSQL's");
}

}  // namespace azoth

// async_sessionmaker over a connection.
#include <azoth/orm/sessionmaker.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/engine/connection.hpp>

namespace azoth {

async_sessionmaker::async_sessionmaker(AsyncConnection& connection, SessionOptions options) : connection_(connection.core_ptr()), options_(options) {
    if (connection_ == nullptr) detail::throw_resource_closed("this connection was moved from");
}

}  // namespace azoth

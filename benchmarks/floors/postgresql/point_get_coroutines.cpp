// Floor: send, wait until the socket is readable, take the result, copy.
#include "floors/postgresql/point_get_coroutines.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace benchmarks::floors::postgresql {

PointGetCoroutines::Lane::Lane(boost::asio::io_context& context, const std::string& url) : connection(url), socket(context) {
    connection.prepare("get", "SELECT id, name, quantity, price FROM items WHERE id = $1", {Type::int8});
    if (PQsetnonblocking(connection.handle(), 1) != 0) connection.fail("PQsetnonblocking");
    socket.assign(PQsocket(connection.handle()));
}

// The socket is libpq's to close.
PointGetCoroutines::Lane::~Lane() { socket.release(); }

PointGetCoroutines::PointGetCoroutines(boost::asio::io_context& context, const std::string& url, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) lanes_.push_back(std::make_unique<Lane>(context, url));
}

PointGetCoroutines::~PointGetCoroutines() = default;

boost::asio::awaitable<Item> PointGetCoroutines::get(std::size_t connection, std::int64_t id) {
    Lane& lane = *lanes_[connection];
    PGconn* const handle = lane.connection.handle();
    lane.parameters.set(0, id);
    const Parameters& parameters = lane.parameters;
    if (PQsendQueryPrepared(handle, "get", parameters.count(), parameters.values(), parameters.lengths(), parameters.formats(), 1) != 1) {
        lane.connection.fail("PQsendQueryPrepared");
    }
    // A query this small goes out whole: the socket's buffer is empty.
    if (PQflush(handle) != 0) lane.connection.fail("PQflush");
    do {
        co_await lane.socket.async_wait(boost::asio::posix::stream_descriptor::wait_read, boost::asio::use_awaitable);
        if (PQconsumeInput(handle) != 1) lane.connection.fail("PQconsumeInput");
    } while (PQisBusy(handle) != 0);
    const Result result = lane.connection.checked(PQgetResult(handle));
    if (result.rows() != 1) throw std::runtime_error("no item has id " + std::to_string(id));
    Item item = read_item(result, 0);
    if (const Result end{PQgetResult(handle)}; end) lane.connection.fail("a second result");
    co_return item;
}

}  // namespace benchmarks::floors::postgresql

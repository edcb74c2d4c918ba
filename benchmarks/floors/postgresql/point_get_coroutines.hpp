// Floor: items by key from many coroutines on one thread, each with a connection of its own (libpq and Asio, no pool, no transaction).
#pragma once

#include "floors/postgresql/read_item.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace benchmarks::floors::postgresql {

class PointGetCoroutines {
public:
    PointGetCoroutines(boost::asio::io_context& context, const std::string& url, std::size_t connections);
    ~PointGetCoroutines();

    /// One coroutine a connection at a time.
    boost::asio::awaitable<Item> get(std::size_t connection, std::int64_t id);

private:
    struct Lane {
        Lane(boost::asio::io_context& context, const std::string& url);
        ~Lane();
        Connection connection;
        boost::asio::posix::stream_descriptor socket;
        Parameters parameters{1};
    };
    std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace benchmarks::floors::postgresql

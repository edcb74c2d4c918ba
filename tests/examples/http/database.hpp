// The service's database, seen past the service: to check what it wrote, and to stand in its way.
#pragma once

#include <azoth/azoth.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace test {

class Database {
public:
    explicit Database(const std::string& url);

    /// Runs SQL text that gives nothing.
    void run(const std::string& sql);
    /// The first item of the first row.
    std::int64_t number(const std::string& sql);

    /// While locked, nobody else can write to users; reading goes on. Errors: those of the database.
    void lock_users();
    void unlock_users();

private:
    template <class T>
    T complete(azoth::awaitable<T> work);

    boost::asio::io_context context_;
    azoth::AsyncEngine engine_;
    std::unique_ptr<azoth::AsyncConnection> lock_;
};

}  // namespace test

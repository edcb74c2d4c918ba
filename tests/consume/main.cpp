// The smallest user of azoth; built by find_package, add_subdirectory and pkg-config alike.
#include <azoth/azoth.hpp>
#ifdef CONSUMER_SQLITE
#include <azoth/sqlite.hpp>
#endif
#ifdef CONSUMER_POSTGRESQL
#include <azoth/postgresql.hpp>
#endif
#ifdef CONSUMER_MYSQL
#include <azoth/mysql.hpp>
#endif

#include <boost/asio/io_context.hpp>

#include <cstdio>

int main() {
    // An engine is made without connecting; a scheme whose driver is not linked and registered throws.
    boost::asio::io_context context;
#ifdef CONSUMER_SQLITE
    (void)azoth::create_async_engine(context.get_executor(), "sqlite://");
#endif
#ifdef CONSUMER_POSTGRESQL
    (void)azoth::create_async_engine(context.get_executor(), "postgresql://localhost/db");
#endif
#ifdef CONSUMER_MYSQL
    (void)azoth::create_async_engine(context.get_executor(), "mariadb://localhost/db");
#endif
    try {
        throw azoth::ArgumentError("consumed");
    } catch (const azoth::Error& error) {
        std::puts(error.what());
    }
}

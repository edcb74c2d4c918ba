// CREATE DATABASE and DROP DATABASE.
#include "server_database.hpp"

#include "floors/mysql/connection.hpp"
#include "floors/postgresql/connection.hpp"

#include <azoth/driver/url.hpp>

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <utility>

namespace benchmarks {

namespace {

bool is_postgresql(const std::string& url) { return url.starts_with("postgres"); }

}  // namespace

ServerDatabase::ServerDatabase(std::string url) : server_(std::move(url)), name_("azoth_benchmarks_" + std::to_string(getpid())) {
    if (server_.empty()) return;
    execute("CREATE DATABASE " + name_);
    azoth::UrlParts parts = azoth::Url::parse(server_).parts();
    parts.database = name_;
    url_ = azoth::Url::create(std::move(parts)).to_string(true);
    if (is_postgresql(server_)) {
        const floors::postgresql::Connection connection(server_);
        version_ = std::string("PostgreSQL ") + PQparameterStatus(connection.handle(), "server_version");
    } else {
        const floors::mysql::Connection connection(server_);
        version_ = mysql_get_server_info(connection.handle());
    }
}

ServerDatabase::~ServerDatabase() {
    if (server_.empty()) return;
    try {
        execute("DROP DATABASE " + name_ + (is_postgresql(server_) ? " WITH (FORCE)" : ""));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "azoth_benchmarks: %s is left behind: %s\n", name_.c_str(), error.what());
    }
}

void ServerDatabase::execute(const std::string& sql) {
    if (is_postgresql(server_)) {
        floors::postgresql::Connection(server_).execute(sql);
    } else {
        floors::mysql::Connection(server_).execute(sql);
    }
}

}  // namespace benchmarks

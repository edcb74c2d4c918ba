// A database of this run's own on a server, gone at the end: the benchmarks make and drop tables.
#pragma once

#include <string>

namespace benchmarks {

class ServerDatabase {
public:
    /// `url`: any database of the server, with the right to make others; "" = no server, and then url() is "" too.
    explicit ServerDatabase(std::string url);
    ServerDatabase(const ServerDatabase&) = delete;
    ServerDatabase& operator=(const ServerDatabase&) = delete;
    ~ServerDatabase();

    /// With the password.
    const std::string& url() const noexcept { return url_; }
    /// "PostgreSQL 15.20"; "" without a server.
    const std::string& version() const noexcept { return version_; }

private:
    void execute(const std::string& sql);
    std::string server_;
    std::string name_;
    std::string url_;
    std::string version_;
};

}  // namespace benchmarks

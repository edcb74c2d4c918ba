// azoth_with_databases URL... -- COMMAND ARGUMENT...
//
// Makes an empty database on the server of each URL, runs the command with the URLs of these databases appended to its arguments, and
// drops them again. Empty URLs are left out; for sqlite: it is a file in a folder of its own. Exits as the command did. So tests share a
// server without meeting.
#include <azoth/azoth.hpp>

#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif
#if __has_include(<azoth/postgresql.hpp>)
#include <azoth/postgresql.hpp>
#endif
#if __has_include(<azoth/sqlite.hpp>)
#include <azoth/sqlite.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

azoth::awaitable<void> run_text(azoth::Url server, std::string sql) {
    const auto executor = co_await boost::asio::this_coro::executor;
    azoth::EngineOptions options;
    options.isolation_level = azoth::Isolation::autocommit;  // CREATE DATABASE takes no transaction
    auto engine = azoth::create_async_engine(executor, server, options);
    auto connection = co_await engine.connect();
    co_await connection.run_text(sql);
    co_await connection.close();
    co_await engine.dispose();
}

void run_on(const azoth::Url& server, std::string sql) {
    boost::asio::io_context context;
    boost::asio::co_spawn(context, run_text(server, std::move(sql)), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    context.run();
}

// One database for this process, for as long as it lives.
class PrivateDatabase {
public:
    explicit PrivateDatabase(std::string_view server)
        : server_(azoth::Url::parse(server)), name_("azoth_test_" + std::to_string(::getpid()) + "_" + std::to_string(++made_)) {
        if (file()) {
            folder_ = std::filesystem::temp_directory_path() / name_;
            std::filesystem::create_directory(folder_);
        } else {
            const bool postgresql = server_.dialect() == "postgresql";
            run_on(server_, "CREATE DATABASE " + name_ + (postgresql ? " TEMPLATE template0 ENCODING 'UTF8'" : " CHARACTER SET utf8mb4"));
        }
    }
    PrivateDatabase(const PrivateDatabase&) = delete;
    PrivateDatabase& operator=(const PrivateDatabase&) = delete;
    ~PrivateDatabase() {
        try {
            if (file()) {
                std::filesystem::remove_all(folder_);
            } else {
                run_on(server_, "DROP DATABASE " + name_ + (server_.dialect() == "postgresql" ? " WITH (FORCE)" : ""));
            }
        } catch (const std::exception& error) {
            std::fprintf(stderr, "with_databases: %s stays: %s\n", name_.c_str(), error.what());
        }
    }

    std::string url() const {
        auto parts = server_.parts();
        parts.database = file() ? (folder_ / "database.sqlite").string() : name_;
        return azoth::Url::create(std::move(parts)).to_string(true);
    }

private:
    bool file() const { return server_.dialect() == "sqlite"; }

    static inline int made_ = 0;

    azoth::Url server_;
    std::string name_;
    std::filesystem::path folder_;
};

int run_command(std::vector<std::string> command) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) {
        ::execvp(arguments[0], arguments.data());
        std::perror(arguments[0]);
        ::_exit(127);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error("lost the command");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        int at = 1;
        std::vector<std::string_view> servers;
        for (; at < argc && std::string_view(argv[at]) != "--"; ++at) {
            if (*argv[at] != '\0') servers.emplace_back(argv[at]);
        }
        std::vector<std::string> command;
        for (++at; at < argc; ++at) command.emplace_back(argv[at]);
        if (command.empty()) {
            std::fprintf(stderr, "usage: %s URL... -- COMMAND ARGUMENT...\n", argv[0]);
            return 2;
        }
        std::vector<std::unique_ptr<PrivateDatabase>> databases;
        for (const auto server : servers) {
            databases.push_back(std::make_unique<PrivateDatabase>(server));
            command.push_back(databases.back()->url());
        }
        return run_command(std::move(command));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "with_databases: %s\n", error.what());
        return 1;
    }
}

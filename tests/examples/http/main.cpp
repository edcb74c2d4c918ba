// azoth_http_service_test PROGRAM URL: drives the service over HTTP, on an empty database.
#include "answers.hpp"
#include "busy.hpp"
#include "expect.hpp"
#include "process.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace test;

void step(const char* name) {
    std::printf("%s\n", name);
    std::fflush(stdout);
}

void answers(const std::string& program, const std::string& url, Database& database) {
    ServiceProcess service({program, url, "--port", "0", "--threads", "2", "--seed"});
    expect(service.listens(), "started");
    Client client(service.port());
    step("hello");
    hello(client);
    step("worlds");
    worlds(client, database);
    step("fortunes");
    fortunes(client, database);
    step("users");
    users(client, database);
    step("pages");
    pages(client, database);
    step("paths");
    paths(client);
    step("protocol");
    protocol(service.port());

    step("a second start on the same tables and another port");
    const auto count = database.number("SELECT count(*) FROM users");
    ServiceProcess second({program, url, "--port", "0", "--seed"});
    expect(second.listens() && Client(second.port()).get("/db").status == 200, "started");
    expect(database.number("SELECT count(*) FROM users") == count, "users stay");
    ServiceProcess taken({program, url, "--port", std::to_string(service.port())});
    expect(!taken.listens() && taken.wait() == 1, "the port is taken");
    second.signal(SIGTERM);
    service.signal(SIGINT);
    expect(client.closed(), "closed");
    expect(second.wait() == 0 && service.wait() == 0, "both end");
}

void bad_starts(const std::string& program, const std::string& url) {
    const std::vector<std::string> wrong[] = {
        {program}, {program, url, url}, {program, url, "--port"}, {program, url, "--port", "65536"}, {program, url, "--threads", "0"},
        {program, url, "--threads", "two"}, {program, url, "--grace", "-1"}, {program, url, "--unknown", "1"},
    };
    for (const auto& command : wrong) {
        ServiceProcess service(command);
        expect(!service.listens() && service.wait() == 2, command.back());
    }
    for (const char* bad : {"nonsense", "oracle://localhost/x", "sqlite:////no/such/folder/x.db"}) {
        ServiceProcess service({program, bad, "--port", "0"});
        expect(!service.listens() && service.wait() == 1, bad);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s PROGRAM URL\n", argv[0]);
        return 2;
    }
    try {
        const std::string program = argv[1], url = argv[2];
        Database database(url);
        bad_starts(program, url);
        answers(program, url, database);
        step("deadlines");
        deadlines(program, url, database);
        step("exhaustion");
        exhaustion(program, url, database);
        step("graceful stop");
        graceful_stop(program, url, database);
        step("forced stop");
        forced_stop(program, url, database);
        step("ok");
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "http_service_test: %s\n", error.what());
        return 1;
    }
}

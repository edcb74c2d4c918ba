// A lock on the table of users holds a request where it is, so that nothing here depends on time: the request is known to be under way
// when the only connection of the pool is.
#include "busy.hpp"

#include "client.hpp"
#include "expect.hpp"
#include "process.hpp"

#include <csignal>
#include <vector>

namespace test {

namespace {

constexpr auto busy = "{\"error\":\"the service is busy; try again\"}";

std::string user(const char* name) { return std::string("{\"email\":\"") + name + "@example.com\",\"name\":\"B\"}"; }

std::int64_t count(Database& database, const char* name) {
    return database.number(std::string("SELECT count(*) FROM users WHERE email = '") + name + "@example.com'");
}

std::vector<std::string> command(const std::string& program, const std::string& url, const char* option, const char* value) {
    return {program, url, "--port", "0", "--pool-size", "1", "--pool-timeout", "50", "--deadline", "0", option, value};
}

// Sends a request that will wait for the lock. Returns when it holds the one connection of the pool: nobody else gets it.
void occupy(Client& writer, Client& other, const char* name) {
    writer.send("POST", "/users", user(name));
    while (true) {
        const Answer answer = other.get("/users?limit=1");
        if (answer.status == 503) {
            expect(answer.body == busy && answer.fields.at("retry-after") == "1", "in these words");
            return;
        }
        expect(answer.status == 200, "free or busy");
        if (writer.has_answer()) {  // it was the other one that got the connection, for too long
            expect(writer.receive().status == 503, "busy");
            writer.send("POST", "/users", user(name));
        }
    }
}

}  // namespace

void deadlines(const std::string& program, const std::string& url, Database& database) {
    ServiceProcess service(command(program, url, "--deadline", "100"));
    expect(service.listens(), "started");
    Client client(service.port());
    database.lock_users();
    const Answer late = client.post("/users", user("late"));
    expect(late.status == 503 && late.body == busy, "a statement past its deadline");
    expect(late.fields.at("retry-after") == "1" && late.keep_alive, "to be tried again");
    database.unlock_users();
    expect(count(database, "late") == 0, "it was not written");
    Answer again = client.post("/users", user("late"));
    while (again.status == 503) again = client.post("/users", user("late"));  // the connection may still be on its way back
    expect(again.status == 201 && count(database, "late") == 1, "the next one is");
}

void exhaustion(const std::string& program, const std::string& url, Database& database) {
    ServiceProcess service(command(program, url, "--threads", "2"));
    Client writer(service.port()), other(service.port());
    database.lock_users();
    occupy(writer, other, "patient");
    expect(other.get("/plaintext").status == 200, "what needs no database is answered");
    database.unlock_users();
    expect(writer.receive().status == 201 && count(database, "patient") == 1, "who waited is served");
    expect(other.get("/users?limit=1").status == 200, "and so are the others");
}

void graceful_stop(const std::string& program, const std::string& url, Database& database) {
    ServiceProcess service(command(program, url, "--grace", "3600000"));
    Client writer(service.port()), other(service.port()), silent(service.port());
    expect(silent.get("/plaintext").status == 200, "three connections");
    database.lock_users();
    occupy(writer, other, "last");
    service.signal(SIGTERM);
    expect(other.closed() && silent.closed(), "idle connections are closed");
    expect(!accepts(service.port()), "new ones are refused");
    database.unlock_users();
    const Answer last = writer.receive();
    expect(last.status == 201 && !last.keep_alive, "the request under way is answered, as the last of its connection");
    expect(writer.closed(), "which is closed");
    expect(service.wait() == 0 && service.output().ends_with("\nstopped\n"), "and the service ends by itself");
    expect(count(database, "last") == 1, "what it acknowledged is there");
}

// By the end of the grace, or by a second signal.
void forced_stop(const std::string& program, const std::string& url, Database& database) {
    for (const bool by_signal : {false, true}) {
        ServiceProcess service(command(program, url, "--grace", by_signal ? "3600000" : "20"));
        Client writer(service.port()), other(service.port());
        database.lock_users();
        occupy(writer, other, "never");
        service.signal(SIGINT);
        expect(other.closed(), "stopping");
        if (by_signal) service.signal(SIGINT);
        expect(writer.closed(), "given up without an answer");
        const int status = service.wait();
        database.unlock_users();
        expect(status == 0 && service.output().ends_with("\nstopped\n"), "an orderly end all the same");
    }
}

}  // namespace test

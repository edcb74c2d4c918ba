// The gate itself, between a blocking client and an echo server.
#include "support/gate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using azoth::test::Gate;
using Way = Gate::Way;

/// Sends back what it gets, one connection after the other, until one says "quit".
class EchoServer {
public:
    EchoServer() : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), thread_([this] { serve(); }) {}
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;
    ~EchoServer() {
        asio::io_context context;
        tcp::socket socket(context);
        boost::system::error_code ignored;
        socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port()), ignored);
        asio::write(socket, asio::buffer("quit", 4), ignored);
        thread_.join();
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    void serve() {
        for (;;) {
            tcp::socket socket = acceptor_.accept();
            boost::system::error_code error;
            char bytes[4096];
            for (;;) {
                const std::size_t size = socket.read_some(asio::buffer(bytes), error);
                if (error) break;
                if (std::string_view(bytes, size) == "quit") return;
                asio::write(socket, asio::buffer(bytes, size), error);
            }
        }
    }

    asio::io_context context_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

struct Client {
    explicit Client(const Gate& gate) : socket(context) { socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), gate.port())); }
    void send(const std::string& text) { asio::write(socket, asio::buffer(text)); }
    std::string receive(std::size_t size) {
        std::string text(size, '\0');
        asio::read(socket, asio::buffer(text));
        return text;
    }
    /// Reads to the end; returns how it ended.
    boost::system::error_code end(std::string* text = nullptr) {
        boost::system::error_code error;
        char bytes[4096];
        while (!error) {
            const std::size_t size = socket.read_some(asio::buffer(bytes), error);
            if (text != nullptr) text->append(bytes, size);
        }
        return error;
    }

    asio::io_context context;
    tcp::socket socket;
};

}  // namespace

TEST_CASE("gate: passes, counts bytes and round trips", "[gate]") {
    const EchoServer server;
    const Gate gate("127.0.0.1", server.port());
    Client client(gate);
    for (int i = 0; i < 3; ++i) {
        client.send("hello");
        CHECK(client.receive(5) == "hello");
    }
    const auto counts = gate.counts();
    CHECK(counts.accepted == 1);
    CHECK(counts.open == 1);
    CHECK(counts.to_server == 15);
    CHECK(counts.to_client == 15);
    CHECK(counts.turnarounds == 3);
    CHECK(gate.ports().size() == 1);
    client.socket.shutdown(tcp::socket::shutdown_send);
    CHECK(client.end() == asio::error::eof);
    CHECK(gate.wait([](const Gate::Counts& now) { return now.open == 0; }));
}

TEST_CASE("gate: small segments, delays and coalescing change no byte", "[gate]") {
    const EchoServer server;
    Gate gate("127.0.0.1", server.port());
    SECTION("one byte") { gate.chop(1); }
    SECTION("late") { gate.delay(std::chrono::milliseconds(1)); }
    SECTION("together") { gate.coalesce(std::chrono::milliseconds(1)); }
    Client client(gate);
    std::string text;
    for (int i = 0; i < 300; ++i) text += std::to_string(i);
    for (const char c : text) client.send(std::string(1, c));
    CHECK(client.receive(text.size()) == text);
}

TEST_CASE("gate: held bytes come later, in order", "[gate]") {
    const EchoServer server;
    Gate gate("127.0.0.1", server.port());
    Client client(gate);
    const Way way = GENERATE(Way::to_server, Way::to_client);
    gate.hold_after(way, 3);
    client.send("abc");
    CHECK(client.receive(3) == "abc");
    client.send("def");
    REQUIRE(gate.wait([&](const Gate::Counts& now) { return (way == Way::to_server ? now.to_server : now.to_client) == 6; }));
    CHECK(client.socket.available() == 0);
    gate.pass();
    CHECK(client.receive(3) == "def");
}

TEST_CASE("gate: cut and reset after k bytes", "[gate]") {
    const EchoServer server;
    Gate gate("127.0.0.1", server.port());
    Client client(gate);
    SECTION("cut on the way to the client") {
        gate.cut_after(Way::to_client, 4);
        client.send("abcdef");
        std::string got;
        CHECK(client.end(&got) == asio::error::eof);
        CHECK(got == "abcd");
    }
    SECTION("reset on the way to the server") {
        gate.reset_after(Way::to_server, 0);
        client.send("abcdef");
        std::string got;
        CHECK(client.end(&got) == asio::error::connection_reset);
        CHECK(got.empty());
        CHECK(gate.counts().to_client == 0);
    }
    CHECK(gate.wait([](const Gate::Counts& now) { return now.open == 0; }));
    gate.pass();
    Client second(gate);
    second.send("again");
    CHECK(second.receive(5) == "again");
}

TEST_CASE("gate: cut and reset at once", "[gate]") {
    const EchoServer server;
    Gate gate("127.0.0.1", server.port());
    Client client(gate);
    client.send("x");
    CHECK(client.receive(1) == "x");
    SECTION("cut") {
        gate.cut();
        CHECK(client.end() == asio::error::eof);
    }
    SECTION("reset") {
        gate.reset();
        CHECK(client.end() == asio::error::connection_reset);
    }
    CHECK(gate.counts().open == 0);
}

TEST_CASE("gate: a black hole takes everything and says nothing", "[gate]") {
    const EchoServer server;
    Gate gate("127.0.0.1", server.port());
    Client client(gate);
    gate.black_hole();
    client.send("lost");
    REQUIRE(gate.wait([](const Gate::Counts& now) { return now.to_server == 4; }));
    gate.pass();
    client.send("found");
    CHECK(client.receive(5) == "found");
    CHECK(gate.counts().to_client == 5);
}

TEST_CASE("gate: answers itself, or drops who comes", "[gate]") {
    const EchoServer server;
    Gate gate("127.0.0.1", server.port());
    gate.answer("N");
    Client client(gate);
    client.send("may I?");
    CHECK(client.receive(1) == "N");
    CHECK(gate.ports().empty());
    gate.pass();
    gate.drop();
    Client dropped(gate);
    CHECK(dropped.end() == asio::error::eof);
    CHECK(gate.counts().accepted == 2);
}

// Gate: a TCP proxy inside the test's process, between a client and a real server, that does to their connections what networks do.
#pragma once

#include <azoth/driver/url.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace azoth::test {

/// Listens on a free port of the loopback interface and passes everything on to one server, until told otherwise. It has a thread and a context of its own, so
/// it works beside any client, also one whose context stands still.
///
/// Functions that change what happens return when the change is in force. What they say holds for the connections there are and for those to come.
/// Thread safety: all functions may be called from any thread.
class Gate {
public:
    enum class Way : std::uint8_t { to_server, to_client };

    /// `server`: a name or address; connected to anew for each client. `listen`: the address of the loopback interface that clients know.
    Gate(std::string server, std::uint16_t port, std::string listen = "127.0.0.1");
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate();

    std::uint16_t port() const noexcept { return port_; }
    const std::string& address() const noexcept { return address_; }

    // ---- what happens to bytes

    /// Undoes everything below; bytes that were held are passed on.
    void pass();
    /// Keeps the bytes of this way, until pass().
    void hold(Way way);
    /// Keeps what comes after `bytes` further ones, until pass().
    void hold_after(Way way, std::size_t bytes);
    /// Takes the bytes of both ways and forgets them: a peer that has vanished without a word.
    void black_hole();
    /// Takes the bytes of one way and forgets them.
    void black_hole(Way way);
    /// Passes on segments of at most `bytes`.
    void chop(std::size_t bytes);
    /// Passes on what has come together only when this long nothing has followed it.
    void coalesce(std::chrono::milliseconds quiet);
    /// Lets this long pass before each piece is passed on.
    void delay(std::chrono::milliseconds by);
    /// Passes `bytes` further ones of this way, then closes both sides of the connection that has brought one more.
    void cut_after(Way way, std::size_t bytes);
    /// The same, with RST instead of FIN towards the client.
    void reset_after(Way way, std::size_t bytes);
    /// Answers the first bytes of every new connection with these, and no server hears of it.
    void answer(std::string bytes);
    /// Closes new connections as soon as they are accepted.
    void drop();

    // ---- at once, to the connections there are

    void cut();
    void reset();

    // ---- what has happened

    struct Counts {
        std::size_t accepted = 0;     ///< connections, those dropped included
        std::size_t open = 0;         ///< now
        std::size_t to_server = 0;    ///< bytes that came from clients
        std::size_t to_client = 0;    ///< bytes that came from the server
        std::size_t turnarounds = 0;  ///< a client spoke first, or after its server had: the round trips begun
    };
    Counts counts() const;
    /// Waits until the counts are so. Blocks this thread. Returns false when that takes too long (20 s).
    bool wait(const std::function<bool(const Counts&)>& so) const;
    /// The local ports of the connections to the server, past ones too: what the server knows its clients by.
    std::vector<std::uint16_t> ports() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
    const std::string address_;
    std::uint16_t port_ = 0;
};

/// The URL with the gate in place of its server.
Url through(const Gate& gate, const Url& url);

}  // namespace azoth::test

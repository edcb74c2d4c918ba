// A blocking HTTP client: one connection, as many requests as the server allows.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace test {

struct Answer {
    int status = 0;
    std::map<std::string, std::string> fields{};  ///< names in lower case
    std::string body{};
    bool keep_alive = false;
};

class Client {
public:
    /// Errors: `std::runtime_error` when nobody listens.
    explicit Client(unsigned short port);
    Client(Client&&) noexcept;
    ~Client();

    void send(std::string_view method, std::string_view target, std::string_view body = {});
    /// Bytes as they are.
    void send_raw(std::string_view bytes);
    /// The next answer; status 0 when the server has closed the connection instead. `head`: of a HEAD request.
    Answer receive(bool head = false);

    /// Whether receive() would find something.
    bool has_answer();

    Answer get(std::string_view target);
    Answer post(std::string_view target, std::string_view body);

    /// Whether the connection is closed by the server; waits for it, or for something that is no end.
    bool closed() { return receive().status == 0; }

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Whether anybody listens.
bool accepts(unsigned short port);

}  // namespace test

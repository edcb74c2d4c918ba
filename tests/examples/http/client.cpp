// The client: Boost.Beast, blocking.
#include "client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Client::State {
    asio::io_context context;
    tcp::socket socket{context};
    beast::flat_buffer buffer;
};

Client::Client(unsigned short port) : state_(std::make_unique<State>()) {
    beast::error_code error;
    state_->socket.connect({asio::ip::address_v4::loopback(), port}, error);
    if (error) throw std::runtime_error("cannot connect: " + error.message());
}
Client::Client(Client&&) noexcept = default;
Client::~Client() = default;

void Client::send(std::string_view method, std::string_view target, std::string_view body) {
    std::string request(method);
    request += ' ';
    request += target;
    request += " HTTP/1.1\r\nHost: localhost\r\n";
    if (!body.empty()) request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    request += "\r\n";
    request += body;
    send_raw(request);
}

void Client::send_raw(std::string_view bytes) {
    beast::error_code ignored;  // a server that has closed shows at receive()
    asio::write(state_->socket, asio::buffer(bytes.data(), bytes.size()), ignored);
}

Answer Client::receive(bool head) {
    http::response_parser<http::string_body> parser;
    parser.skip(head);
    beast::error_code error;
    http::read(state_->socket, state_->buffer, parser, error);
    Answer answer;
    if (error) return answer;
    const auto& message = parser.get();
    answer.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        answer.fields[name] = std::string(field.value());
    }
    answer.body = message.body();
    answer.keep_alive = message.keep_alive();
    return answer;
}

bool Client::has_answer() {
    beast::error_code ignored;
    return state_->buffer.size() != 0 || state_->socket.available(ignored) != 0;
}

Answer Client::get(std::string_view target) {
    send("GET", target);
    return receive();
}

Answer Client::post(std::string_view target, std::string_view body) {
    send("POST", target, body);
    return receive();
}

bool accepts(unsigned short port) {
    try {
        Client client(port);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace test

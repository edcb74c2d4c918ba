// PostgreSQL: every value as text without a type, so that the server must find the type from where the placeholder stands.
#include "postgresql_server.hpp"

#include <azoth/driver/url.hpp>
#include <azoth/types/temporal_text.hpp>
#include <azoth/types/uuid.hpp>

#include <libpq-fe.h>

#include <charconv>
#include <stdexcept>

#include <unistd.h>

namespace azoth::test {

namespace {

std::string as_text(ValueView value) {
    char room[64];
    switch (value.kind) {
        case ValueKind::boolean: return value.integer != 0 ? "t" : "f";
        case ValueKind::integer: return std::to_string(value.integer);
        case ValueKind::interval: return std::to_string(value.integer) + " microseconds";
        case ValueKind::real: return {room, std::to_chars(room, room + sizeof room, value.real).ptr};
        case ValueKind::timestamp: return std::string(room, azoth::detail::write_datetime(value.integer, room)) + "+00";
        case ValueKind::datetime: return {room, azoth::detail::write_datetime(value.integer, room)};
        case ValueKind::date: return {room, azoth::detail::write_date(value.integer, room)};
        case ValueKind::time: return {room, azoth::detail::write_time(value.integer, room)};
        case ValueKind::uuid: return type_traits<Uuid>::decode(value).to_string();
        case ValueKind::blob: {
            std::string hex = "\\x";
            for (const char c : value.text()) {
                hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
                hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
            }
            return hex;
        }
        default: return std::string(value.text());
    }
}

class PostgresqlServer final : public Server {
public:
    explicit PostgresqlServer(const std::string& address) : schema_("azoth_dialects_" + std::to_string(::getpid())) {
        const Url url = Url::parse(address);
        const std::string host(url.host()), port = url.port() == 0 ? "" : std::to_string(url.port()), password = url.password().value_or("");
        const char* keys[] = {"host", "port", "user", "password", "dbname", nullptr};
        const char* words[] = {host.c_str(), port.c_str(), url.username().c_str(), password.c_str(), url.database().c_str(), nullptr};
        link_ = PQconnectdbParams(keys, words, 0);
        if (PQstatus(link_) != CONNECTION_OK) fail();
        PQsetNoticeProcessor(link_, [](void*, const char*) {}, nullptr);
        Server::run("CREATE SCHEMA " + schema_);
        Server::run("SET search_path = " + schema_);
        Server::run("SET timezone = 'UTC'");  // as the driver does
    }
    ~PostgresqlServer() override {
        PQclear(PQexec(link_, ("DROP SCHEMA " + schema_ + " CASCADE").c_str()));
        PQfinish(link_);
    }

    const Dialect& dialect() const override { return postgresql_dialect(); }

    std::string run(const std::string& sql, std::span<const Value> values) override {
        std::vector<std::string> texts;
        for (const Value& value : values) texts.push_back(as_text(value.view()));
        std::vector<const char*> pointers;
        for (std::size_t i = 0; i < texts.size(); ++i) pointers.push_back(values[i].is_null() ? nullptr : texts[i].c_str());
        const std::unique_ptr<PGresult, void (*)(PGresult*)> result(
            PQexecParams(link_, sql.c_str(), static_cast<int>(pointers.size()), nullptr, pointers.data(), nullptr, nullptr, 0), &PQclear);
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail();
        std::string rows;
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            if (row != 0) rows += "; ";
            for (int column = 0; column < PQnfields(result.get()); ++column) {
                if (column != 0) rows += '|';
                rows += cell(*result, row, column);
            }
        }
        return rows;
    }

private:
    [[noreturn]] void fail() { throw std::runtime_error(PQerrorMessage(link_)); }

    static std::string cell(const PGresult& result, int row, int column) {
        if (PQgetisnull(&result, row, column)) return "NULL";
        const std::string_view text = PQgetvalue(&result, row, column);
        switch (PQftype(&result, column)) {
            case 16: return text == "t" ? "1" : "0";  // boolean
            case 20:
            case 21:
            case 23:
            case 700:
            case 701:
            case 1700: return plain_number(text);
            default: return std::string(text);
        }
    }

    PGconn* link_ = nullptr;
    std::string schema_;
};

}  // namespace

std::unique_ptr<Server> open_postgresql(const std::string& url) { return std::make_unique<PostgresqlServer>(url); }

}  // namespace azoth::test

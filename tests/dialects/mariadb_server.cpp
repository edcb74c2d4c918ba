// MariaDB: prepared statements with values of their own types, in the server mode that azoth's driver asks for.
#include "mariadb_server.hpp"

#include <azoth/driver/url.hpp>
#include <azoth/types/temporal_text.hpp>

#include <mysql.h>

#include <array>
#include <stdexcept>

#include <unistd.h>

namespace azoth::test {

namespace {

class MariadbServer final : public Server {
public:
    explicit MariadbServer(const std::string& address) : database_("azoth_dialects_" + std::to_string(::getpid())) {
        const Url url = Url::parse(address);
        link_ = mysql_init(nullptr);
        const std::string host(url.host());
        const unsigned tcp = MYSQL_PROTOCOL_TCP;  // else "localhost" means a unix socket
        mysql_options(link_, MYSQL_OPT_PROTOCOL, &tcp);
        if (mysql_real_connect(link_, host.c_str(), url.username().c_str(), url.password().value_or("").c_str(), nullptr, url.port(), nullptr, CLIENT_FOUND_ROWS) == nullptr) fail();
        direct("SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
               "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'");
        direct("CREATE DATABASE " + database_ + " CHARACTER SET utf8mb4");
        direct("USE " + database_);
    }
    ~MariadbServer() override {
        mysql_query(link_, ("DROP DATABASE " + database_).c_str());
        mysql_close(link_);
    }

    const Dialect& dialect() const override { return mariadb_dialect(); }

    std::string run(const std::string& sql, std::span<const Value> values) override {
        const std::unique_ptr<MYSQL_STMT, my_bool (*)(MYSQL_STMT*)> owner(mysql_stmt_init(link_), &mysql_stmt_close);
        MYSQL_STMT* statement = owner.get();
        if (mysql_stmt_prepare(statement, sql.data(), sql.size()) != 0) fail(statement);
        std::vector<MYSQL_BIND> binds(values.size());
        std::vector<std::string> texts(values.size());
        std::vector<std::int64_t> integers(values.size());
        std::vector<double> reals(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) bind(binds[i], values[i].view(), texts[i], integers[i], reals[i]);
        if (!binds.empty() && mysql_stmt_bind_param(statement, binds.data()) != 0) fail(statement);
        if (mysql_stmt_execute(statement) != 0) fail(statement);
        return rows(statement);
    }

private:
    [[noreturn]] void fail() { throw std::runtime_error(mysql_error(link_)); }
    [[noreturn]] static void fail(MYSQL_STMT* statement) { throw std::runtime_error(mysql_stmt_error(statement)); }
    void direct(const std::string& sql) {
        if (mysql_query(link_, sql.c_str()) != 0) fail();
    }

    static void bind(MYSQL_BIND& bind, ValueView value, std::string& text, std::int64_t& integer, double& real) {
        char room[azoth::detail::datetime_text_size];
        bind.buffer_type = MYSQL_TYPE_STRING;
        switch (value.kind) {
            case ValueKind::null: bind.buffer_type = MYSQL_TYPE_NULL; return;
            case ValueKind::boolean:
            case ValueKind::integer:
            case ValueKind::interval:
                integer = value.integer;
                bind.buffer_type = MYSQL_TYPE_LONGLONG;
                bind.buffer = &integer;
                return;
            case ValueKind::real:
                real = value.real;
                bind.buffer_type = MYSQL_TYPE_DOUBLE;
                bind.buffer = &real;
                return;
            case ValueKind::timestamp:
            case ValueKind::datetime: text.assign(room, azoth::detail::write_datetime(value.integer, room)); break;
            case ValueKind::date: text.assign(room, azoth::detail::write_date(value.integer, room)); break;
            case ValueKind::time: text.assign(room, azoth::detail::write_time(value.integer, room)); break;
            case ValueKind::decimal:
                bind.buffer_type = MYSQL_TYPE_NEWDECIMAL;
                text = value.text();
                break;
            case ValueKind::blob:
            case ValueKind::uuid:
                bind.buffer_type = MYSQL_TYPE_BLOB;
                text = value.text();
                break;
            default: text = value.text(); break;
        }
        bind.buffer = text.data();
        bind.buffer_length = text.size();
    }

    static std::string rows(MYSQL_STMT* statement) {
        const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> shape(mysql_stmt_result_metadata(statement), &mysql_free_result);
        if (shape == nullptr) return {};
        const unsigned columns = mysql_num_fields(shape.get());
        std::vector<MYSQL_BIND> binds(columns);
        std::vector<std::array<char, 8192>> texts(columns);
        std::vector<unsigned long> lengths(columns);
        std::vector<my_bool> nulls(columns);
        for (unsigned i = 0; i < columns; ++i) {
            binds[i].buffer_type = MYSQL_TYPE_STRING;
            binds[i].buffer = texts[i].data();
            binds[i].buffer_length = texts[i].size();
            binds[i].length = &lengths[i];
            binds[i].is_null = &nulls[i];
        }
        if (mysql_stmt_bind_result(statement, binds.data()) != 0 || mysql_stmt_store_result(statement) != 0) fail(statement);
        std::string out;
        int state = 0;
        while ((state = mysql_stmt_fetch(statement)) == 0) {
            if (!out.empty()) out += "; ";
            for (unsigned i = 0; i < columns; ++i) {
                if (i != 0) out += '|';
                const std::string_view text(texts[i].data(), lengths[i]);
                const bool number = IS_NUM(mysql_fetch_field_direct(shape.get(), i)->type);
                out += nulls[i] ? "NULL" : number ? plain_number(text) : std::string(text);
            }
        }
        if (state == 1) fail(statement);
        if (state == MYSQL_DATA_TRUNCATED) throw std::runtime_error("a cell is longer than this test has room for");
        return out;
    }

    MYSQL* link_ = nullptr;
    std::string database_;
};

}  // namespace

std::unique_ptr<Server> open_mariadb(const std::string& url) { return std::make_unique<MariadbServer>(url); }

}  // namespace azoth::test

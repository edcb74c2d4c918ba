// The order matters. Blocking mysql_real_connect, then O_NONBLOCK, then _start/_cont: in any other order a TLS connection blocks in every call.
#include "connect.hpp"

#include "errors.hpp"
#include "tls_errors.hpp"

#include <azoth/base/error.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

namespace azoth::mysql::detail {

namespace {

constexpr const char* not_empty(const std::string& text) noexcept { return text.empty() ? nullptr : text.c_str(); }

bool is_path(const UrlHost& host) noexcept { return host.name.starts_with('/'); }

std::string name_of(const UrlHost& host) {
    if (is_path(host)) return host.name;
    return host.name + ":" + std::to_string(host.port == 0 ? 3306 : host.port);
}

// The library counts whole seconds, and 0 is for ever.
unsigned to_seconds(std::chrono::milliseconds time) noexcept {
    return static_cast<unsigned>(std::max<std::int64_t>(1, (time.count() + 999) / 1000));
}

void set_tls(MYSQL* handle, const Settings& settings) {
    using Tls = Settings::Tls;
    const my_bool enforce = settings.tls >= Tls::required ? 1 : 0;
    const my_bool verify = settings.tls == Tls::verified ? 1 : 0;
    mysql_optionsv(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
    mysql_optionsv(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (settings.tls == Tls::disabled) return;
    // Given an authority the library checks the chain, asked or not.
    mysql_ssl_set(handle, not_empty(settings.ssl_key), not_empty(settings.ssl_cert), verify ? not_empty(settings.ssl_ca) : nullptr,
                  verify ? not_empty(settings.ssl_capath) : nullptr, not_empty(settings.ssl_cipher));
    if (!settings.tls_version.empty()) mysql_optionsv(handle, MARIADB_OPT_TLS_VERSION, settings.tls_version.c_str());
}

Handle open(const Settings& settings, const UrlHost& host, std::optional<std::chrono::milliseconds> patience) {
    clear_tls_errors();
    Handle handle(mysql_init(nullptr));
    if (!handle) throw std::bad_alloc();
    MYSQL* const raw = handle.get();
    mysql_optionsv(raw, MYSQL_OPT_NONBLOCK, nullptr);
    mysql_optionsv(raw, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const unsigned off = 0;
    mysql_optionsv(raw, MYSQL_OPT_LOCAL_INFILE, &off);  // a server could ask for any file of this machine
    if (patience) {
        const unsigned seconds = to_seconds(*patience);
        mysql_optionsv(raw, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
        mysql_optionsv(raw, MYSQL_OPT_READ_TIMEOUT, &seconds);
        mysql_optionsv(raw, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    }
    set_tls(raw, settings);
    if (!is_path(host)) {
        // Without this the library takes "localhost" for a unix socket, whatever the port.
        const unsigned tcp = MYSQL_PROTOCOL_TCP;
        mysql_optionsv(raw, MYSQL_OPT_PROTOCOL, &tcp);
    }
    const bool connected =
        mysql_real_connect(raw, is_path(host) ? nullptr : host.name.c_str(), not_empty(settings.username), settings.password.c_str(),
                           not_empty(settings.database), is_path(host) ? 0 : host.port, is_path(host) ? host.name.c_str() : nullptr, CLIENT_FOUND_ROWS) != nullptr;
    if (!connected) throw_connect_error(error_of(raw), name_of(host));
    if (settings.tls >= Settings::Tls::required && !mysql_get_ssl_cipher(raw))
        throw OperationalError("cannot connect to " + name_of(host) + ": TLS was asked for and the server does not offer it");
    return handle;
}

std::string session_settings(const Settings& settings, bool mariadb, std::chrono::milliseconds statement_timeout) {
    std::string sql = "SET NAMES utf8mb4";
    if (!settings.collation.empty()) sql += " COLLATE " + settings.collation;
    sql += ", autocommit=0, time_zone='+00:00', sql_mode='" + settings.sql_mode + "'";
    if (settings.lock_wait_timeout) sql += ", innodb_lock_wait_timeout=" + std::to_string(*settings.lock_wait_timeout);
    const auto limit = statement_timeout.count();
    if (limit > 0 && mariadb) {
        const std::string milliseconds = std::to_string(limit % 1000 + 1000).substr(1);
        sql += ", max_statement_time=" + std::to_string(limit / 1000) + "." + milliseconds;
    } else if (limit > 0) {
        sql += ", max_execution_time=" + std::to_string(limit);  // SELECT only
    }
    return sql;
}

void check(bool failed, MYSQL* handle, const std::string& sql) {
    if (failed) throw_server_error(error_of(handle), sql);
}

// Both travel together: one round trip.
void set_up(MYSQL* handle, const Settings& settings, std::chrono::milliseconds statement_timeout, ServerFacts& facts) {
    const std::string set = session_settings(settings, facts.mariadb, statement_timeout);
    const std::string ask = "SELECT @@max_allowed_packet, @@innodb_rollback_on_timeout";
    check(mysql_send_query(handle, set.data(), set.size()) != 0, handle, set);
    check(mysql_send_query(handle, ask.data(), ask.size()) != 0, handle, ask);
    const bool refused = mysql_read_query_result(handle) != 0;
    ServerError refusal;
    if (refused) refusal = error_of(handle);
    if (refused && loses_connection(refusal.code)) throw_server_error(std::move(refusal), set);
    check(mysql_read_query_result(handle) != 0, handle, ask);
    const StoredResult result(mysql_store_result(handle));
    if (refused) throw_server_error(std::move(refusal), set);
    const MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr;
    if (!row || !row[0]) throw InternalError("the server does not say how large a message may be");
    facts.max_packet = std::strtoull(row[0], nullptr, 10);
    facts.rollback_on_timeout = row[1] && row[1][0] == '1';
    if (settings.refuse_writes) {
        const std::string read_only = "SET SESSION TRANSACTION READ ONLY";
        check(mysql_real_query(handle, read_only.data(), read_only.size()) != 0, handle, read_only);
    }
    if (settings.init_command.empty()) return;
    check(mysql_real_query(handle, settings.init_command.data(), settings.init_command.size()) != 0, handle, settings.init_command);
    do {
        const StoredResult ignored(mysql_store_result(handle));
    } while (mysql_next_result(handle) == 0);
}

void tune_socket(int socket) noexcept {
    // A peer that has vanished is noticed within two minutes, also by a statement without a deadline.
    const int on = 1;
    const int idle = 60;
    const int interval = 15;
    const int probes = 4;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    const int flags = fcntl(socket, F_GETFL);
    fcntl(socket, F_SETFL, flags | O_NONBLOCK);
}

std::optional<std::chrono::milliseconds> left(std::optional<Clock::time_point> deadline) {
    if (!deadline) return std::nullopt;
    return std::max(std::chrono::milliseconds(1), std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now()));
}

Connected connect_to(const Settings& settings, const UrlHost& host, std::chrono::milliseconds statement_timeout,
                     std::optional<std::chrono::milliseconds> patience) {
    Connected result;
    result.handle = open(settings, host, patience);
    MYSQL* const handle = result.handle.get();
    ServerFacts& facts = result.facts;
    facts.host = host;
    facts.thread_id = mysql_thread_id(handle);
    facts.mariadb = mariadb_connection(handle) != 0;
    if (settings.mariadb && !facts.mariadb) {
        throw OperationalError("the server at " + name_of(host) + " is MySQL " + mysql_get_server_info(handle) +
                               ", not MariaDB: write mysql:// in the URL, their SQL differs");
    }
    unsigned int extended = 0;
    mariadb_get_infov(handle, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended);
    facts.arrays = settings.array_binding && facts.mariadb && (extended & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
    set_up(handle, settings, statement_timeout, facts);
    tune_socket(mysql_get_socket(handle));
    return result;
}

}  // namespace

Connected connect_now(const Settings& settings, std::chrono::milliseconds statement_timeout, std::optional<Clock::time_point> deadline) {
    for (const UrlHost& host : settings.hosts) {
        const bool last = &host == &settings.hosts.back();
        auto patience = left(deadline);
        if (patience && !last) *patience /= 2;  // leave some for the next
        try {
            return connect_to(settings, host, statement_timeout, patience);
        } catch (const DatabaseError&) {
            if (last) throw;
        }
    }
    throw InternalError("no host to connect to");
}

bool kill_now(const Settings& settings, const ServerFacts& facts, KillWhat what, std::chrono::milliseconds patience) noexcept {
    try {
        const Handle handle = open(settings, facts.host, patience);
        const std::string sql = (what == KillWhat::statement ? "KILL QUERY " : "KILL CONNECTION ") + std::to_string(facts.thread_id);
        // Refused counts as answered: the connection, or the right to kill, is not there, so nothing will be hit.
        return mysql_real_query(handle.get(), sql.data(), sql.size()) == 0 || !loses_connection(static_cast<int>(mysql_errno(handle.get())));
    } catch (...) {
        return false;  // whoever waits for it closes the connection instead
    }
}

}  // namespace azoth::mysql::detail

// Connecting, preparing and running with blocking libpq.
#include "floors/postgresql/connection.hpp"

#include <stdexcept>
#include <utility>

namespace benchmarks::floors::postgresql {

Connection::Connection(const std::string& url) : handle_(PQconnectdb(url.c_str())) {
    if (PQstatus(handle_) == CONNECTION_OK) return;
    const std::string words = PQerrorMessage(handle_);
    PQfinish(handle_);
    throw std::runtime_error("libpq: " + words);
}

void Connection::fail(const char* what) { throw std::runtime_error(std::string("libpq: ") + PQerrorMessage(handle_) + ": " + what); }

Result Connection::checked(PGresult* result) {
    Result owned(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC) {
        throw std::runtime_error(std::string("libpq: ") + PQresultErrorMessage(result));
    }
    return owned;
}

void Connection::execute(const std::string& sql) { checked(PQexec(handle_, sql.c_str())); }

void Connection::prepare(const char* name, const std::string& sql, const std::vector<Type>& types) {
    std::vector<Oid> oids;
    for (const Type type : types) oids.push_back(static_cast<Oid>(type));
    checked(PQprepare(handle_, name, sql.c_str(), static_cast<int>(oids.size()), oids.data()));
}

Result Connection::run(const char* name, const Parameters& parameters) {
    return checked(PQexecPrepared(handle_, name, parameters.count(), parameters.values(), parameters.lengths(), parameters.formats(), 1));
}

Result Connection::run(const char* name) { return checked(PQexecPrepared(handle_, name, 0, nullptr, nullptr, nullptr, 1)); }

}  // namespace benchmarks::floors::postgresql

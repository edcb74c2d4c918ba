// Sending without waiting, and taking answers: https://www.postgresql.org/docs/15/libpq-pipeline-mode.html
#include "pipeline.hpp"

#include "read.hpp"

#include <azoth/base/error.hpp>

#include <cstring>

namespace azoth::postgresql::detail {

namespace {

// Unsent bytes beyond which answers are taken first. Without a bound, 294 MB were queued where the server had stopped reading.
constexpr std::size_t most_unsent = std::size_t{256} << 10;

bool ends_connection(const PGresult* result) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity != nullptr && (std::strcmp(severity, "FATAL") == 0 || std::strcmp(severity, "PANIC") == 0);
}

}  // namespace

void Pipeline::check_sent(int ok, std::size_t tag) {
    if (ok == 1) return;
    if (PQstatus(link_.connection()) == CONNECTION_BAD) throw Link::Broken{connection_lost(PQerrorMessage(link_.connection()), receiver_.sql(tag))};
    throw Link::Broken{std::make_exception_ptr(OperationalError(std::string("libpq could not send a statement: ") + PQerrorMessage(link_.connection())))};
}

bool Pipeline::send(const std::string& sql, const std::shared_ptr<Prepared>& prepared, const Parameters& parameters, std::size_t tag) {
    if (!prepared || !link_.named_statements()) return send_once(sql, prepared, parameters, tag);
    PGconn* const connection = link_.connection();
    if (prepared->state == Prepared::State::absent) {
        prepared->name = link_.statements().next_name();
        check_sent(PQsendPrepare(connection, prepared->name.c_str(), sql.c_str(), 0, nullptr), tag);
        prepared->state = Prepared::State::pending;
        answers_.push_back({Answer::Kind::parse, tag, prepared});
        unsent_ += sql.size();
    }
    check_sent(PQsendQueryPrepared(connection, prepared->name.c_str(), parameters.count(), parameters.values(), parameters.lengths(), parameters.formats(),
                                   prepared->binary ? 1 : 0),
               tag);
    return sent(prepared, parameters, tag);
}

bool Pipeline::send_once(const std::string& sql, const std::shared_ptr<Prepared>& known, const Parameters& parameters, std::size_t tag) {
    check_sent(PQsendQueryParams(link_.connection(), sql.c_str(), parameters.count(), nullptr, parameters.values(), parameters.lengths(), parameters.formats(),
                                 known && known->binary ? 1 : 0),
               tag);
    unsent_ += sql.size();
    return sent(known, parameters, tag);
}

bool Pipeline::sent(const std::shared_ptr<Prepared>& prepared, const Parameters& parameters, std::size_t tag) {
    answers_.push_back({Answer::Kind::execute, tag, prepared});
    unsent_ += parameters.size() + 32;
    return unsent_ > most_unsent;
}

void Pipeline::send_ignored(const std::string& sql) {
    check_sent(PQsendQueryParams(link_.connection(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0), 0);
    answers_.push_back({Answer::Kind::ignored});
}

void Pipeline::sync() {
    check_sent(PQpipelineSync(link_.connection()), 0);
    answers_.push_back({Answer::Kind::sync});
}

void Pipeline::flush_request() { check_sent(PQsendFlushRequest(link_.connection()), 0); }

void Pipeline::throw_lost(const PGresult* result) {
    const std::string_view sql = next_ < answers_.size() ? receiver_.sql(answers_[next_].tag) : std::string_view();
    const Stop stop = operation_.stop.load();
    if (result != nullptr) throw Link::Broken{error_of(result, sql, stop, true)};
    throw Link::Broken{connection_lost(PQerrorMessage(link_.connection()), sql)};
}

// One answer: whose it is follows from the order.
void Pipeline::answer(ResultHandle handle) {
    const PGresult* const result = handle.get();
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
        throw Link::Broken{std::make_exception_ptr(NotSupportedError("COPY cannot be run as a statement; use bulk_copy(), or COPY to a file on the server"))};
    }
    if (status == PGRES_FATAL_ERROR && (PQstatus(link_.connection()) == CONNECTION_BAD || ends_connection(result))) throw_lost(result);
    if (next_ == answers_.size()) return;
    Answer& expected = answers_[next_];
    const bool failed = status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
    switch (expected.kind) {
        case Answer::Kind::sync:
            if (status != PGRES_PIPELINE_SYNC) {  // an error at the end of an implicit transaction: a deferred constraint
                if (failed && next_ > 0) receiver_.failed(answers_[next_ - 1].tag, result);
                return;
            }
            culprit_.reset();
            break;
        case Answer::Kind::parse:
            expected.prepared->state = status == PGRES_COMMAND_OK ? Prepared::State::ready : Prepared::State::absent;
            if (failed) receiver_.failed(expected.tag, result);
            break;
        case Answer::Kind::ignored:
            if (failed) culprit_ = std::move(handle);
            break;
        case Answer::Kind::execute:
            if (status == PGRES_PIPELINE_ABORTED && culprit_) {
                receiver_.failed(expected.tag, std::exchange(culprit_, nullptr).get());
            } else if (status == PGRES_PIPELINE_ABORTED) {
                receiver_.aborted(expected.tag);
            } else if (failed) {
                receiver_.failed(expected.tag, result);
            } else {
                if (status == PGRES_TUPLES_OK && expected.prepared) expected.prepared->binary = all_binary(result);
                receiver_.succeeded(expected.tag, result);
            }
            break;
    }
    ++next_;
}

// Takes what can be taken without waiting. Returns true when nothing is left to be answered.
bool Pipeline::take() {
    int empty = 0;
    while (next_ < answers_.size()) {
        if (PQisBusy(link_.connection()) == 1) return false;
        ResultHandle result(PQgetResult(link_.connection()));
        if (!result) {  // between two statements
            if (++empty > 2) throw_lost(nullptr);
            continue;
        }
        empty = 0;
        answer(std::move(result));
    }
    return true;
}

// The connection has ended: what the server said before is still there to be read, and says why.
void Pipeline::take_last() {
    for (int empty = 0; empty < 3 && next_ < answers_.size();) {
        ResultHandle result(PQgetResult(link_.connection()));
        if (result) {
            answer(std::move(result));
        } else {
            ++empty;
        }
    }
    if (next_ < answers_.size()) throw_lost(nullptr);
}

Task<> Pipeline::relieve() {
    for (;;) {
        const int unsent = PQflush(link_.connection());
        if (unsent < 0) take_last();
        if (unsent <= 0) break;
        co_await link_.wait(operation_, SocketWatch::readable | SocketWatch::writable);
        if (!link_.consume()) take_last();
        take();
    }
    unsent_ = 0;
}

Task<> Pipeline::drain() {
    while (!take()) {
        const int unsent = PQflush(link_.connection());
        if (unsent < 0) {
            take_last();
            break;
        }
        co_await link_.wait(operation_, unsent == 0 ? SocketWatch::readable : SocketWatch::readable | SocketWatch::writable);
        if (!link_.consume()) take_last();
    }
    unsent_ = 0;
    co_await link_.settle_cancel(operation_);
    answers_.clear();
    next_ = 0;
}

}  // namespace azoth::postgresql::detail

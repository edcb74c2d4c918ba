// COPY FROM STDIN: rows as text, outside the pipeline. https://www.postgresql.org/docs/15/libpq-copy.html
#include "batch_run.hpp"

#include <azoth/base/error.hpp>

#include <string>

namespace azoth::postgresql::detail {

namespace {

constexpr std::size_t piece_bytes = std::size_t{128} << 10;

void write_row(const BatchItem& item, std::size_t row, std::string& out) {
    bool first = true;
    for (const ValueView& value : item.parameters.row(row)) {
        if (!first) out += '\t';
        first = false;
        write_copy(value, out);
    }
    out += '\n';
}

}  // namespace

Task<> BatchRun::copy_item(std::size_t index) {
    BatchItem& item = batch_.items[index];
    PGconn* const connection = link_.connection();
    const auto check = [&](bool fine) {
        if (!fine) throw Link::Broken{connection_lost(PQerrorMessage(connection), item.statement->copy_sql)};
    };
    check(PQexitPipelineMode(connection) == 1);
    check(PQsendQuery(connection, item.statement->copy_sql.c_str()) == 1);

    // Until the next result is there.
    const auto next_result = [&]() -> Task<ResultHandle> {
        for (;;) {
            const int unsent = PQflush(connection);
            check(unsent >= 0);
            if (unsent == 0 && PQisBusy(connection) == 0) break;
            co_await link_.wait(operation_, unsent == 0 ? SocketWatch::readable : SocketWatch::readable | SocketWatch::writable);
            check(link_.consume() || PQisBusy(connection) == 0);
        }
        co_return ResultHandle(PQgetResult(connection));
    };

    std::string piece;
    std::exception_ptr refused;
    std::size_t refused_row = 0;
    for (;;) {
        const ResultHandle result = co_await next_result();
        if (!result) break;
        switch (PQresultStatus(result.get())) {
            case PGRES_COPY_IN: {
                for (std::size_t row = 0; row < item.executions && !refused; ++row) {
                    try {
                        write_row(item, row, piece);
                    } catch (const Error&) {
                        refused = std::current_exception();
                        refused_row = row;
                        break;
                    }
                    if (piece.size() < piece_bytes && row + 1 < item.executions) continue;
                    int put = 0;
                    while ((put = PQputCopyData(connection, piece.data(), static_cast<int>(piece.size()))) == 0) {
                        co_await link_.wait(operation_, SocketWatch::readable | SocketWatch::writable);
                        check(link_.consume());
                    }
                    piece.clear();
                    if (put < 0) break;  // the result says why
                    while (PQflush(connection) == 1) {
                        co_await link_.wait(operation_, SocketWatch::readable | SocketWatch::writable);
                        check(link_.consume());
                    }
                    if (operation_.cancel_sent) break;
                }
                const char* const give_up = refused ? "a row could not be written" : operation_.cancel_sent ? "cancelled" : nullptr;
                int end = 0;
                while ((end = PQputCopyEnd(connection, give_up)) == 0) {
                    co_await link_.wait(operation_, SocketWatch::readable | SocketWatch::writable);
                    check(link_.consume());
                }
                break;
            }
            case PGRES_COMMAND_OK:
                sent_.push_back({index, 0, item.executions});
                succeeded(sent_.size() - 1, result.get());
                break;
            default: {
                const bool lost = PQstatus(connection) == CONNECTION_BAD;
                const auto error = refused ? azoth::detail::with_statement(refused, item.statement->sql) : error_of(result.get(), item.statement->copy_sql, operation_.stop.load(), lost);
                if (lost) throw Link::Broken{error};
                record(error, index, refused_row);
                break;
            }
        }
    }
    check(PQenterPipelineMode(connection) == 1);
    co_await link_.settle_cancel(operation_);
}

}  // namespace azoth::postgresql::detail

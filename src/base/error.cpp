// The exception tree's bodies; the vtable and type information of every class live here.
#include <azoth/base/error.hpp>

#include <utility>

namespace azoth {

struct Error::Payload {
    std::string message;
    ErrorDetail detail;
    std::string text;  // what what() shows

    Payload(std::string shown, ErrorDetail facts) : message(std::move(shown)), detail(std::move(facts)), text(message) {
        if (!detail.statement.empty()) {
            text += "\n[SQL: ";
            text += detail.statement;
            text += ']';
        }
    }
};

namespace {

ErrorDetail lost(ErrorDetail detail) {
    detail.connection_lost = true;
    return detail;
}

ErrorDetail worth_retrying(ErrorDetail detail) {
    detail.retryable = true;
    return detail;
}

// Running a transaction again that may have been committed would apply it twice.
ErrorDetail never_retried(ErrorDetail detail) {
    detail.retryable = false;
    return detail;
}

}  // namespace

Error::Error(std::string message) : Error(std::move(message), ErrorDetail{}) {}
Error::Error(std::string message, ErrorDetail detail)
    : payload_(std::make_shared<const Payload>(std::move(message), std::move(detail))) {}
Error::Error(const Error& other) noexcept = default;
Error& Error::operator=(const Error& other) noexcept = default;
Error::~Error() = default;

const char* Error::what() const noexcept { return payload_->text.c_str(); }
const std::string& Error::message() const noexcept { return payload_->message; }
const ErrorDetail& Error::detail() const noexcept { return payload_->detail; }

void Error::adopt(PayloadPtr payload) noexcept { payload_ = std::move(payload); }

void Error::raise() const { std::rethrow_exception(rebuilt(payload_)); }

std::exception_ptr Error::with_statement(std::string_view sql) const {
    if (!statement().empty() || sql.empty()) return rebuilt(payload_);
    ErrorDetail facts = detail();
    facts.statement.assign(sql);
    return with_detail(std::move(facts));
}

std::exception_ptr Error::with_detail(ErrorDetail facts) const {
    return rebuilt(std::make_shared<const Payload>(message(), std::move(facts)));
}

ConnectionLost::ConnectionLost(std::string message) : ConnectionLost(std::move(message), ErrorDetail{}) {}
ConnectionLost::ConnectionLost(std::string message, ErrorDetail detail)
    : OperationalError(std::move(message), lost(std::move(detail))) {}

SerializationFailure::SerializationFailure(std::string message)
    : SerializationFailure(std::move(message), ErrorDetail{}) {}
SerializationFailure::SerializationFailure(std::string message, ErrorDetail detail)
    : OperationalError(std::move(message), worth_retrying(std::move(detail))) {}

DeadlockDetected::DeadlockDetected(std::string message) : DeadlockDetected(std::move(message), ErrorDetail{}) {}
DeadlockDetected::DeadlockDetected(std::string message, ErrorDetail detail)
    : OperationalError(std::move(message), worth_retrying(std::move(detail))) {}

CommitOutcomeUnknown::CommitOutcomeUnknown(std::string message)
    : CommitOutcomeUnknown(std::move(message), ErrorDetail{}) {}
CommitOutcomeUnknown::CommitOutcomeUnknown(std::string message, ErrorDetail detail)
    : Error(std::move(message), never_retried(std::move(detail))) {}

#define AZOTH_REBUILT(CLASS)                                      \
    std::exception_ptr CLASS::rebuilt(PayloadPtr payload) const { \
        CLASS copy(*this);                                        \
        copy.adopt(std::move(payload));                           \
        return std::make_exception_ptr(copy);                     \
    }

AZOTH_REBUILT(Error)
AZOTH_REBUILT(DatabaseError)
AZOTH_REBUILT(IntegrityError)
AZOTH_REBUILT(UniqueViolation)
AZOTH_REBUILT(ForeignKeyViolation)
AZOTH_REBUILT(NotNullViolation)
AZOTH_REBUILT(CheckViolation)
AZOTH_REBUILT(OperationalError)
AZOTH_REBUILT(ConnectionLost)
AZOTH_REBUILT(SerializationFailure)
AZOTH_REBUILT(DeadlockDetected)
AZOTH_REBUILT(LockTimeout)
AZOTH_REBUILT(StatementTimeout)
AZOTH_REBUILT(ProgrammingError)
AZOTH_REBUILT(DataError)
AZOTH_REBUILT(InternalError)
AZOTH_REBUILT(NotSupportedError)
AZOTH_REBUILT(ArgumentError)
AZOTH_REBUILT(NoResultFound)
AZOTH_REBUILT(MultipleResultsFound)
AZOTH_REBUILT(StaleDataError)
AZOTH_REBUILT(NotLoadedError)
AZOTH_REBUILT(DetachedInstanceError)
AZOTH_REBUILT(PoolTimeoutError)
AZOTH_REBUILT(ConcurrentUseError)
AZOTH_REBUILT(CommitOutcomeUnknown)
AZOTH_REBUILT(InvalidRequestError)
AZOTH_REBUILT(PendingRollbackError)
AZOTH_REBUILT(ResourceClosedError)

#undef AZOTH_REBUILT

namespace detail {

std::exception_ptr with_statement(std::exception_ptr error, std::string_view sql) {
    if (!error) return error;
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        if (!known.statement().empty() || sql.empty()) return error;
        return known.with_statement(sql);
    } catch (...) {
        return error;
    }
}

void throw_argument_error(std::string message) { throw ArgumentError(std::move(message)); }
void throw_no_result_found(std::string message) { throw NoResultFound(std::move(message)); }
void throw_multiple_results_found(std::string message) { throw MultipleResultsFound(std::move(message)); }
void throw_stale_data(std::string message) { throw StaleDataError(std::move(message)); }
void throw_not_loaded(std::string message) { throw NotLoadedError(std::move(message)); }
void throw_detached_instance(std::string message) { throw DetachedInstanceError(std::move(message)); }
void throw_pool_timeout(std::string message) { throw PoolTimeoutError(std::move(message)); }
void throw_concurrent_use(std::string message) { throw ConcurrentUseError(std::move(message)); }
void throw_commit_outcome_unknown(std::string message) { throw CommitOutcomeUnknown(std::move(message)); }
void throw_invalid_request(std::string message) { throw InvalidRequestError(std::move(message)); }
void throw_pending_rollback(std::string message) { throw PendingRollbackError(std::move(message)); }
void throw_resource_closed(std::string message) { throw ResourceClosedError(std::move(message)); }
void throw_data_error(std::string message) { throw DataError(std::move(message)); }
void throw_programming_error(std::string message) { throw ProgrammingError(std::move(message)); }
void throw_internal_error(std::string message) { throw InternalError(std::move(message)); }
void throw_not_supported(std::string message) { throw NotSupportedError(std::move(message)); }

void throw_data_error(std::string message, std::string column) {
    ErrorDetail facts;
    facts.column = std::move(column);
    throw DataError(std::move(message), std::move(facts));
}

void throw_not_null_violation(std::string message, std::string table, std::string column) {
    ErrorDetail facts;
    facts.table = std::move(table);
    facts.column = std::move(column);
    throw NotNullViolation(std::move(message), std::move(facts));
}

}  // namespace detail

}  // namespace azoth

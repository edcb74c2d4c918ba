// The exception tree: Error, what the database reports (DatabaseError and below) and what azoth itself refuses.
#pragma once

#include <azoth/base/error_detail.hpp>
#include <azoth/base/throw.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace azoth {

/// Root of everything azoth throws.
///
/// `what()` is the message, followed by "\n[SQL: ...]" when the statement is known. Values bound to a statement never
/// appear in it. Copies share one immutable payload, so copying is cheap and does not throw.
/// Thread safety: distinct copies may be read from different threads.
class Error : public std::exception {
public:
    explicit Error(std::string message);
    Error(std::string message, ErrorDetail detail);
    // Copies only: a moved-from exception would have nothing to say in what().
    Error(const Error& other) noexcept;
    Error& operator=(const Error& other) noexcept;
    ~Error() override;

    const char* what() const noexcept override;
    /// The message without the statement.
    const std::string& message() const noexcept;
    const ErrorDetail& detail() const noexcept;

    const std::string& sqlstate() const noexcept { return detail().sqlstate; }
    int native_code() const noexcept { return detail().native_code; }
    const std::string& server_message() const noexcept { return detail().server_message; }
    const std::string& hint() const noexcept { return detail().hint; }
    const std::string& constraint() const noexcept { return detail().constraint; }
    const std::string& table() const noexcept { return detail().table; }
    const std::string& column() const noexcept { return detail().column; }
    const std::string& statement() const noexcept { return detail().statement; }
    bool connection_lost() const noexcept { return detail().connection_lost; }
    bool retryable() const noexcept { return detail().retryable; }

    /// Throws a copy of this error with its dynamic type.
    [[noreturn]] void raise() const;
    /// Returns an error of the same dynamic type that carries `sql` as its statement. A statement that is already
    /// there stays: the one closest to the failure is the one to show.
    std::exception_ptr with_statement(std::string_view sql) const;
    /// Returns an error of the same dynamic type with the same message and other facts.
    std::exception_ptr with_detail(ErrorDetail detail) const;

protected:
    struct Payload;
    using PayloadPtr = std::shared_ptr<const Payload>;
    void adopt(PayloadPtr payload) noexcept;

private:
    // The dynamic type with another payload. Every class of the tree overrides it; a class derived elsewhere that
    // does not is copied as its nearest base in the tree.
    virtual std::exception_ptr rebuilt(PayloadPtr payload) const;

    PayloadPtr payload_;
};

// ---- what the database reports ----

/// The database refused or failed a statement. Named as in DB-API and SQLAlchemy.
class DatabaseError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A constraint would have been violated.
class IntegrityError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A unique constraint, unique index or primary key holds that value already.
class UniqueViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A referenced row is missing, or a row is still referenced.
class ForeignKeyViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// NULL for a column that does not take it. Also thrown before anything is sent, when a flush can see it.
class NotNullViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A CHECK constraint failed.
class CheckViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// The database could not do its work now: connections, locks, limits, resources.
class OperationalError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// The connection broke, or could not be made. `connection_lost()` is always true.
class ConnectionLost : public OperationalError {
public:
    explicit ConnectionLost(std::string message);
    ConnectionLost(std::string message, ErrorDetail detail);

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// Concurrent transactions could not be ordered. `retryable()` is always true.
class SerializationFailure : public OperationalError {
public:
    explicit SerializationFailure(std::string message);
    SerializationFailure(std::string message, ErrorDetail detail);

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// The server broke a deadlock at this transaction's cost. `retryable()` is always true.
class DeadlockDetected : public OperationalError {
public:
    explicit DeadlockDetected(std::string message);
    DeadlockDetected(std::string message, ErrorDetail detail);

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A lock was not granted in time, or at all with NOWAIT.
class LockTimeout : public OperationalError {
public:
    using OperationalError::OperationalError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A statement ran past its deadline and was cancelled.
class StatementTimeout : public OperationalError {
public:
    using OperationalError::OperationalError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// The SQL is wrong for this database: syntax, missing table or column, wrong number of parameters.
class ProgrammingError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A value does not fit: out of range, not valid text, NULL read into a member that cannot hold it.
class DataError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// The database, or azoth, met a state that should not exist.
class InternalError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// The database or its driver cannot do this.
class NotSupportedError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

// ---- what azoth itself refuses ----

/// A call, a mapping or a URL that cannot be right, whatever the data.
class ArgumentError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A row was required and there was none.
class NoResultFound : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// One row at most was allowed and there were more.
class MultipleResultsFound : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// An UPDATE or DELETE of the session matched fewer rows than it should have.
class StaleDataError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A relationship or deferred member was read that had not been loaded.
class NotLoadedError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// An entity is not, or no longer, managed by the session it is used with.
class DetachedInstanceError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// No connection became free within `pool_timeout`.
class PoolTimeoutError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// Two coroutines used one session or connection at the same time.
class ConcurrentUseError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// COMMIT was sent and its answer never came: it may or may not have happened. `retryable()` is always false.
class CommitOutcomeUnknown : public Error {
public:
    explicit CommitOutcomeUnknown(std::string message);
    CommitOutcomeUnknown(std::string message, ErrorDetail detail);

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A session, connection or transaction was used in a state that does not allow it.
class InvalidRequestError : public Error {
public:
    using Error::Error;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A flush or the transaction failed before; nothing works until `rollback()`.
class PendingRollbackError : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

/// A result, stream, transaction, connection or session was used after it was closed.
class ResourceClosedError : public InvalidRequestError {
public:
    using InvalidRequestError::InvalidRequestError;

private:
    std::exception_ptr rebuilt(PayloadPtr payload) const override;
};

namespace detail {

/// Attaches the SQL text to an error on its way out of the driver. Exceptions that are not azoth's, and errors that
/// name their statement already, come back unchanged.
std::exception_ptr with_statement(std::exception_ptr error, std::string_view sql);

}  // namespace detail

}  // namespace azoth

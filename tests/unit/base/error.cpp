// The exception tree: ancestry, messages, and keeping the dynamic type while facts are added.
#include <azoth/base/error.hpp>

#include <catch2/catch.hpp>

#include <stdexcept>
#include <type_traits>
#include <utility>

using namespace azoth;

namespace {

template <class T>
void keeps_its_type() {
    static_assert(std::is_nothrow_copy_constructible_v<T>);
    static_assert(std::is_base_of_v<Error, T>);
    const T original("something failed");
    const Error& as_error = original;
    CHECK_THROWS_AS(as_error.raise(), T);
    bool caught = false;
    try {
        std::rethrow_exception(as_error.with_statement("SELECT ?"));
    } catch (const Error& error) {
        caught = true;
        CHECK(typeid(error) == typeid(T));
        CHECK(std::string(error.what()) == "something failed\n[SQL: SELECT ?]");
        CHECK(error.message() == "something failed");
        CHECK(error.connection_lost() == original.connection_lost());
        CHECK(error.retryable() == original.retryable());
    }
    CHECK(caught);
}

}  // namespace

TEST_CASE("every class keeps its dynamic type when a statement is attached", "[base][error]") {
    keeps_its_type<Error>();
    keeps_its_type<DatabaseError>();
    keeps_its_type<IntegrityError>();
    keeps_its_type<UniqueViolation>();
    keeps_its_type<ForeignKeyViolation>();
    keeps_its_type<NotNullViolation>();
    keeps_its_type<CheckViolation>();
    keeps_its_type<OperationalError>();
    keeps_its_type<ConnectionLost>();
    keeps_its_type<SerializationFailure>();
    keeps_its_type<DeadlockDetected>();
    keeps_its_type<LockTimeout>();
    keeps_its_type<StatementTimeout>();
    keeps_its_type<ProgrammingError>();
    keeps_its_type<DataError>();
    keeps_its_type<InternalError>();
    keeps_its_type<NotSupportedError>();
    keeps_its_type<ArgumentError>();
    keeps_its_type<NoResultFound>();
    keeps_its_type<MultipleResultsFound>();
    keeps_its_type<StaleDataError>();
    keeps_its_type<NotLoadedError>();
    keeps_its_type<DetachedInstanceError>();
    keeps_its_type<PoolTimeoutError>();
    keeps_its_type<ConcurrentUseError>();
    keeps_its_type<CommitOutcomeUnknown>();
    keeps_its_type<InvalidRequestError>();
    keeps_its_type<PendingRollbackError>();
    keeps_its_type<ResourceClosedError>();
}

TEST_CASE("the tree is shaped like DB-API's", "[base][error]") {
    STATIC_REQUIRE(std::is_base_of_v<Error, DatabaseError>);
    STATIC_REQUIRE(std::is_base_of_v<DatabaseError, IntegrityError>);
    STATIC_REQUIRE(std::is_base_of_v<IntegrityError, UniqueViolation>);
    STATIC_REQUIRE(std::is_base_of_v<IntegrityError, ForeignKeyViolation>);
    STATIC_REQUIRE(std::is_base_of_v<IntegrityError, NotNullViolation>);
    STATIC_REQUIRE(std::is_base_of_v<IntegrityError, CheckViolation>);
    STATIC_REQUIRE(std::is_base_of_v<DatabaseError, OperationalError>);
    STATIC_REQUIRE(std::is_base_of_v<OperationalError, ConnectionLost>);
    STATIC_REQUIRE(std::is_base_of_v<OperationalError, SerializationFailure>);
    STATIC_REQUIRE(std::is_base_of_v<OperationalError, DeadlockDetected>);
    STATIC_REQUIRE(std::is_base_of_v<OperationalError, LockTimeout>);
    STATIC_REQUIRE(std::is_base_of_v<OperationalError, StatementTimeout>);
    STATIC_REQUIRE(std::is_base_of_v<DatabaseError, ProgrammingError>);
    STATIC_REQUIRE(std::is_base_of_v<DatabaseError, DataError>);
    STATIC_REQUIRE(std::is_base_of_v<DatabaseError, InternalError>);
    STATIC_REQUIRE(std::is_base_of_v<DatabaseError, NotSupportedError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, ArgumentError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, NoResultFound>);
    STATIC_REQUIRE(std::is_base_of_v<Error, MultipleResultsFound>);
    STATIC_REQUIRE(std::is_base_of_v<Error, StaleDataError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, NotLoadedError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, DetachedInstanceError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, PoolTimeoutError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, ConcurrentUseError>);
    STATIC_REQUIRE(std::is_base_of_v<Error, CommitOutcomeUnknown>);
    STATIC_REQUIRE(std::is_base_of_v<Error, InvalidRequestError>);
    STATIC_REQUIRE(std::is_base_of_v<InvalidRequestError, PendingRollbackError>);
    STATIC_REQUIRE(std::is_base_of_v<InvalidRequestError, ResourceClosedError>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<DatabaseError, CommitOutcomeUnknown>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<DatabaseError, ArgumentError>);
}

TEST_CASE("an error carries the server's facts but shows only message and statement", "[base][error]") {
    ErrorDetail facts;
    facts.sqlstate = "23505";
    facts.native_code = 7;
    facts.server_message = "duplicate key value";
    facts.detail = "Key (email)=(canary) already exists.";
    facts.hint = "use another";
    facts.constraint = "users_email_key";
    facts.table = "users";
    facts.column = "email";
    facts.statement = "INSERT INTO users VALUES ($1)";
    const UniqueViolation error("duplicate value", facts);
    CHECK(std::string(error.what()) == "duplicate value\n[SQL: INSERT INTO users VALUES ($1)]");
    CHECK(error.sqlstate() == "23505");
    CHECK(error.native_code() == 7);
    CHECK(error.server_message() == "duplicate key value");
    CHECK(error.detail().detail == "Key (email)=(canary) already exists.");
    CHECK(error.hint() == "use another");
    CHECK(error.constraint() == "users_email_key");
    CHECK(error.table() == "users");
    CHECK(error.column() == "email");
    CHECK(error.statement() == "INSERT INTO users VALUES ($1)");
    CHECK_FALSE(error.connection_lost());
    CHECK_FALSE(error.retryable());
}

TEST_CASE("facts that a class implies cannot be forgotten", "[base][error]") {
    CHECK(ConnectionLost("gone").connection_lost());
    CHECK(SerializationFailure("again").retryable());
    CHECK(DeadlockDetected("again").retryable());
    ErrorDetail facts;
    facts.retryable = true;
    CHECK_FALSE(CommitOutcomeUnknown("unknown", facts).retryable());
    CHECK(LockTimeout("locked", facts).retryable());
}

TEST_CASE("copies share what they say, and a moved-from error still says it", "[base][error]") {
    DataError first("bad value");
    const DataError second(first);
    CHECK(first.what() == second.what());
    DataError third(std::move(first));
    CHECK(std::string(first.what()) == "bad value");  // NOLINT: this is the point of the test
    third = DataError("other");
    CHECK(std::string(third.what()) == "other");
}

TEST_CASE("the innermost statement wins, and strangers pass unchanged", "[base][error]") {
    ErrorDetail facts;
    facts.statement = "inner";
    const auto named = std::make_exception_ptr(ProgrammingError("no such table", facts));
    CHECK(detail::with_statement(named, "outer") == named);
    const auto foreign = std::make_exception_ptr(std::runtime_error("not ours"));
    CHECK(detail::with_statement(foreign, "outer") == foreign);
    CHECK(detail::with_statement(nullptr, "outer") == nullptr);
    const auto bare = std::make_exception_ptr(ProgrammingError("no such table"));
    CHECK_THROWS_AS(std::rethrow_exception(detail::with_statement(bare, "outer")), ProgrammingError);
    CHECK_THROWS_WITH(std::rethrow_exception(detail::with_statement(bare, "outer")), "no such table\n[SQL: outer]");
}

TEST_CASE("throw helpers throw what they are named after", "[base][error]") {
    CHECK_THROWS_AS(detail::throw_argument_error("m"), ArgumentError);
    CHECK_THROWS_AS(detail::throw_no_result_found("m"), NoResultFound);
    CHECK_THROWS_AS(detail::throw_multiple_results_found("m"), MultipleResultsFound);
    CHECK_THROWS_AS(detail::throw_stale_data("m"), StaleDataError);
    CHECK_THROWS_AS(detail::throw_not_loaded("m"), NotLoadedError);
    CHECK_THROWS_AS(detail::throw_detached_instance("m"), DetachedInstanceError);
    CHECK_THROWS_AS(detail::throw_pool_timeout("m"), PoolTimeoutError);
    CHECK_THROWS_AS(detail::throw_concurrent_use("m"), ConcurrentUseError);
    CHECK_THROWS_AS(detail::throw_commit_outcome_unknown("m"), CommitOutcomeUnknown);
    CHECK_THROWS_AS(detail::throw_invalid_request("m"), InvalidRequestError);
    CHECK_THROWS_AS(detail::throw_pending_rollback("m"), PendingRollbackError);
    CHECK_THROWS_AS(detail::throw_resource_closed("m"), ResourceClosedError);
    CHECK_THROWS_AS(detail::throw_data_error("m"), DataError);
    CHECK_THROWS_AS(detail::throw_programming_error("m"), ProgrammingError);
    CHECK_THROWS_AS(detail::throw_internal_error("m"), InternalError);
    CHECK_THROWS_AS(detail::throw_not_supported("m"), NotSupportedError);
    try {
        detail::throw_not_null_violation("m", "posts", "author_id");
    } catch (const NotNullViolation& error) {
        CHECK(error.table() == "posts");
        CHECK(error.column() == "author_id");
    }
    try {
        detail::throw_data_error("m", "age");
    } catch (const DataError& error) {
        CHECK(error.column() == "age");
    }
}

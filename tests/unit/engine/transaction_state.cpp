// The transaction of a connection as a state machine: every step, every failure, and random walks against a model of the database.
#include <azoth/engine/transaction_state.hpp>

#include <azoth/base/error.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace {

using azoth::TransactionStatus;
using azoth::detail::Doom;
using azoth::detail::Step;
using azoth::detail::StepKind;
using azoth::detail::TransactionState;
using azoth::detail::TransactionToken;
using Phase = TransactionState::Phase;
using Outcome = TransactionState::Outcome;

const std::exception_ptr some_error = std::make_exception_ptr(azoth::OperationalError("it broke"));

std::string text(const TransactionState& state) {
    std::string out;
    for (const Step step : state.queue()) {
        constexpr const char* names[] = {"begin", "savepoint", "release", "rollback_to", "rollback"};
        if (!out.empty()) out += ' ';
        out += names[static_cast<int>(step.kind)];
        if (step.savepoint != 0) out += std::to_string(step.savepoint);
    }
    return out;
}

void succeed(TransactionState& state, TransactionState::Commit commit = TransactionState::Commit::not_sent) {
    Outcome outcome;
    outcome.steps_done = state.queue().size();
    outcome.commit = commit;
    outcome.status = commit == TransactionState::Commit::done ? TransactionStatus::idle : TransactionStatus::active;
    state.sent(outcome);
}

void fail(TransactionState& state, TransactionStatus status, std::size_t steps_done = 99) {
    Outcome outcome;
    outcome.steps_done = steps_done;
    outcome.status = status;
    outcome.error = some_error;
    state.sent(outcome);
}

TransactionState active() {
    TransactionState state;
    state.autobegin({});
    succeed(state);
    return state;
}

}  // namespace

TEST_CASE("a transaction begins with the first statement and ends with commit", "[engine][transaction]") {
    TransactionState state;
    CHECK(state.phase() == Phase::idle);
    CHECK_FALSE(state.commit());
    CHECK_FALSE(state.rollback_needed());

    state.autobegin({});
    CHECK(state.phase() == Phase::begun);
    CHECK(text(state) == "begin");
    state.autobegin({});
    CHECK(text(state) == "begin");
    succeed(state);
    CHECK(state.phase() == Phase::active);
    CHECK(text(state).empty());
    CHECK(state.commit());
    succeed(state, TransactionState::Commit::done);
    CHECK(state.phase() == Phase::idle);
}

TEST_CASE("begin() after work has begun is refused", "[engine][transaction]") {
    TransactionState state;
    const TransactionToken token = state.begin({});
    CHECK(state.is_active(token));
    CHECK_THROWS_AS(state.begin({}), azoth::InvalidRequestError);
    TransactionState autobegun = active();
    CHECK_THROWS_AS(autobegun.begin({}), azoth::InvalidRequestError);
}

TEST_CASE("a transaction that never reached the database costs nothing", "[engine][transaction]") {
    TransactionState state;
    const TransactionToken token = state.begin({});
    CHECK_FALSE(state.commit());
    CHECK_FALSE(state.is_open(token));
    state.begin({});
    CHECK_FALSE(state.rollback_needed());
    state.rollback();
    CHECK(state.phase() == Phase::idle);
    CHECK(text(state).empty());
}

TEST_CASE("savepoints ride with the next statement, and vanish when nothing ran in them", "[engine][transaction]") {
    TransactionState state;
    CHECK_THROWS_AS(state.begin_nested(), azoth::InvalidRequestError);
    state.autobegin({});
    const TransactionToken outer = state.begin_nested();
    const TransactionToken inner = state.begin_nested();
    CHECK(text(state) == "begin savepoint1 savepoint2");
    SECTION("released") {
        state.release(outer);
        CHECK(text(state) == "begin");
        CHECK_FALSE(state.is_active(inner));
        CHECK_THROWS_AS(state.release(inner), azoth::InvalidRequestError);
    }
    SECTION("rolled back") {
        CHECK_FALSE(state.rollback_to(inner));
        CHECK(text(state) == "begin savepoint1");
        CHECK_FALSE(state.rollback_to(inner));
    }
    SECTION("sent") {
        succeed(state);
        CHECK(state.in_nested_transaction());
        state.release(inner);
        CHECK(text(state) == "release2");
        CHECK(state.rollback_to(outer));
        CHECK(text(state) == "rollback_to1 release1");  // the inner release is part of what is undone
        CHECK_FALSE(state.in_nested_transaction());
    }
    SECTION("a dropped inner savepoint stays undone when the outer one is kept") {
        succeed(state);
        CHECK_FALSE(state.drop(inner));
        state.release(outer);
        CHECK(text(state) == "rollback_to2 release2 release1");
        CHECK(state.commit());
        CHECK(text(state) == "rollback_to2");  // COMMIT releases the rest
    }
}

TEST_CASE("a statement that fails alone leaves the transaction going", "[engine][transaction]") {
    TransactionState state = active();
    fail(state, TransactionStatus::active);
    CHECK(state.phase() == Phase::active);
    CHECK_NOTHROW(state.check_usable());
}

TEST_CASE("a failed transaction can be saved by a savepoint", "[engine][transaction]") {
    TransactionState state;
    const TransactionToken whole = state.begin({});
    const TransactionToken savepoint = state.begin_nested();
    fail(state, TransactionStatus::failed);
    CHECK(state.phase() == Phase::failed);
    CHECK_FALSE(state.is_active(whole));
    CHECK_THROWS_AS(state.check_usable(), azoth::PendingRollbackError);
    CHECK_THROWS_AS(state.commit(), azoth::PendingRollbackError);
    CHECK_THROWS_AS(state.release(savepoint), azoth::PendingRollbackError);
    CHECK_THROWS_AS(state.begin_nested(), azoth::PendingRollbackError);
    CHECK(state.rollback_to(savepoint));
    CHECK(text(state) == "rollback_to1 release1");
    CHECK_NOTHROW(state.check_usable());
    succeed(state);
    CHECK(state.is_active(whole));
}

TEST_CASE("a transaction that the database ended refuses everything but rollback()", "[engine][transaction]") {
    TransactionState state = active();
    const TransactionToken savepoint = state.begin_nested();
    fail(state, TransactionStatus::idle);
    CHECK(state.phase() == Phase::doomed);
    CHECK(state.doom() == Doom::ended_by_server);
    CHECK_THROWS_AS(state.rollback_to(savepoint), azoth::PendingRollbackError);
    CHECK_FALSE(state.drop(savepoint));
    CHECK(text(state).empty());
    try {
        state.check_usable();
        FAIL("not refused");
    } catch (const azoth::PendingRollbackError& error) {
        CHECK(error.message().find("rollback()") != std::string::npos);
        CHECK(error.message().find("it broke") != std::string::npos);
    }
    CHECK(state.rollback_needed());
    state.rollback();
    CHECK_NOTHROW(state.check_usable());
    CHECK(state.phase() == Phase::idle);
}

TEST_CASE("cancellation, loss and failed COMMIT doom the transaction", "[engine][transaction]") {
    TransactionState state = active();
    Outcome outcome;
    outcome.error = some_error;
    Doom expected = Doom::none;
    SECTION("cancelled") {
        outcome.cancelled = true;
        expected = Doom::cancelled;
    }
    SECTION("lost") {
        outcome.usable = false;
        expected = Doom::connection_lost;
    }
    SECTION("COMMIT failed, the transaction is still open") {
        outcome.commit = TransactionState::Commit::failed;
        outcome.status = TransactionStatus::active;
        expected = Doom::commit_failed;
    }
    SECTION("COMMIT failed, the transaction is gone") {
        outcome.commit = TransactionState::Commit::failed;
        outcome.status = TransactionStatus::idle;
        expected = Doom::commit_failed;
    }
    SECTION("a savepoint could not be set") {
        state.begin_nested();
        outcome.steps_done = 0;
        outcome.status = TransactionStatus::active;
        expected = Doom::control_failed;
    }
    state.sent(outcome);
    CHECK(state.phase() == Phase::doomed);
    CHECK(state.doom() == expected);
    CHECK_THROWS_AS(state.commit(), azoth::PendingRollbackError);
    state.rollback();
    state.autobegin({});
    CHECK(text(state) == "begin");
}

TEST_CASE("a BEGIN that failed stays queued", "[engine][transaction]") {
    TransactionState state;
    const TransactionToken token = state.begin({});
    state.begin_nested();
    fail(state, TransactionStatus::idle, 0);
    CHECK(state.is_active(token));
    CHECK(text(state) == "begin savepoint1");
    succeed(state);
    CHECK(state.phase() == Phase::active);
}

TEST_CASE("the user's own COMMIT ends the transaction", "[engine][transaction]") {
    TransactionState state = active();
    Outcome outcome;
    outcome.status = TransactionStatus::idle;
    state.sent(outcome);
    CHECK(state.phase() == Phase::idle);
    state.autobegin({});
    CHECK(text(state) == "begin");
}

TEST_CASE("a dropped transaction is rolled back ahead of the next one", "[engine][transaction]") {
    TransactionState state;
    TransactionToken token = state.begin({});
    SECTION("that the database never saw") {
        CHECK(state.drop(token));
        CHECK(text(state).empty());
        CHECK_FALSE(state.drop(token));
    }
    SECTION("that the database has") {
        succeed(state);
        CHECK(state.drop(token));
        CHECK(state.phase() == Phase::idle);
        CHECK(text(state) == "rollback");
        CHECK(state.rollback_needed());
        state.autobegin({});
        CHECK(text(state) == "rollback begin");
        state.skip_queued_rollback();
        CHECK(text(state) == "begin");
    }
    SECTION("and stays owed when the next one ends before it reaches the database") {
        succeed(state);
        state.drop(token);
        token = state.begin({});
        SECTION("by commit") { CHECK_FALSE(state.commit()); }
        SECTION("by its guard") { CHECK(state.drop(token)); }
        CHECK(text(state) == "rollback");
        CHECK(state.rollback_needed());
    }
    SECTION("of before does not touch the next one") {
        succeed(state);
        state.rollback();
        const TransactionToken next = state.begin({});
        CHECK_FALSE(state.drop(token));
        CHECK(state.is_active(next));
    }
}

TEST_CASE("a connection that is closed takes the transaction with it", "[engine][transaction]") {
    TransactionState state;
    state.connection_closed(some_error);
    CHECK(state.phase() == Phase::idle);
    state.autobegin({});
    state.connection_closed(some_error);
    CHECK(text(state) == "begin");  // nothing was lost: it begins on the next connection
    succeed(state);
    state.connection_closed(some_error);
    CHECK(state.phase() == Phase::doomed);
    CHECK(state.doom() == Doom::connection_lost);
}

// ---------------------------------------------------------------- random walks

namespace {

// What the database thinks, from the statements alone.
struct Database {
    TransactionStatus status = TransactionStatus::idle;
    std::vector<std::uint32_t> savepoints;
    bool legal = true;  // no statement was ever out of place

    void run(Step step) {
        const auto at = std::find(savepoints.begin(), savepoints.end(), step.savepoint);
        switch (step.kind) {
            case StepKind::begin:
                legal = legal && status == TransactionStatus::idle;
                status = TransactionStatus::active;
                break;
            case StepKind::rollback:
                status = TransactionStatus::idle;
                savepoints.clear();
                break;
            case StepKind::savepoint:
                legal = legal && status == TransactionStatus::active;
                savepoints.push_back(step.savepoint);
                break;
            case StepKind::release:
                legal = legal && status == TransactionStatus::active && at != savepoints.end();
                savepoints.erase(at, savepoints.end());
                break;
            case StepKind::rollback_to:
                legal = legal && status != TransactionStatus::idle && at != savepoints.end();
                status = TransactionStatus::active;
                savepoints.erase(at + 1, savepoints.end());
                break;
        }
    }
};

}  // namespace

TEST_CASE("random walks: no control statement is ever out of place, no statement ever autocommits", "[engine][transaction]") {
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        std::mt19937 random(seed);
        TransactionState state;
        Database database;
        std::vector<TransactionToken> tokens;
        const auto pick = [&](unsigned n) { return random() % n; };
        for (int i = 0; i < 60; ++i) {
            try {
                switch (pick(9)) {
                    case 0: tokens.push_back(state.begin({})); break;
                    case 1: tokens.push_back(state.begin_nested()); break;
                    case 2:
                        if (!tokens.empty()) state.release(tokens[pick(static_cast<unsigned>(tokens.size()))]);
                        break;
                    case 3:
                        if (!tokens.empty()) state.rollback_to(tokens[pick(static_cast<unsigned>(tokens.size()))]);
                        break;
                    case 4:
                        if (!tokens.empty()) state.drop(tokens[pick(static_cast<unsigned>(tokens.size()))]);
                        break;
                    case 5:
                        if (state.commit()) {
                            for (const Step step : state.queue()) database.run(step);
                            REQUIRE(database.legal);
                            Outcome outcome;
                            outcome.steps_done = state.queue().size();
                            if (pick(4) == 0) {
                                outcome.commit = TransactionState::Commit::failed;
                                outcome.error = some_error;
                                if (pick(2) == 0) database = Database();
                            } else {
                                outcome.commit = TransactionState::Commit::done;
                                database = Database();
                            }
                            outcome.status = database.status;
                            state.sent(outcome);
                        }
                        break;
                    case 6:
                        if (state.rollback_needed()) database = Database();
                        state.rollback();
                        break;
                    default: {  // a statement
                        state.check_usable();
                        state.autobegin({});
                        if (database.status == TransactionStatus::idle) state.skip_queued_rollback();
                        Outcome outcome;
                        const std::size_t steps = state.queue().size();
                        const std::size_t broken = pick(5) == 0 ? pick(static_cast<unsigned>(steps) + 1) : steps;
                        for (const Step step : state.queue()) {
                            if (outcome.steps_done == broken) break;
                            database.run(step);
                            ++outcome.steps_done;
                        }
                        REQUIRE(database.legal);
                        if (outcome.steps_done < steps) {
                            outcome.error = some_error;
                        } else {
                            REQUIRE(database.status == TransactionStatus::active);  // never outside a transaction
                            switch (pick(8)) {
                                case 0: outcome.error = some_error; break;
                                case 1:
                                    outcome.error = some_error;
                                    database.status = TransactionStatus::failed;
                                    break;
                                case 2:
                                    outcome.error = some_error;
                                    database = Database();
                                    break;
                                case 3:
                                    outcome.cancelled = true;
                                    outcome.error = some_error;
                                    if (pick(2) == 0) database = Database();
                                    break;
                                default: break;
                            }
                        }
                        outcome.status = outcome.cancelled ? TransactionStatus::unknown : database.status;
                        state.sent(outcome);
                    }
                }
            } catch (const azoth::InvalidRequestError&) {
                // refused, and PendingRollbackError among them: nothing was sent
            }
            if (state.phase() == Phase::active) REQUIRE(database.status != TransactionStatus::idle);
            if (state.phase() == Phase::idle && state.queue().empty()) REQUIRE(database.status == TransactionStatus::idle);
        }
    }
}

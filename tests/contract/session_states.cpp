// The table of states, exhaustively: every state, every operation, what comes of it.
#include <support/database.hpp>
#include <support/session_models.hpp>

#include <array>
#include <string>

using namespace azoth;
using azoth::test::Database;
using azoth::test::on_each_database;
using namespace shop;

namespace {

enum class Operation { add, remove, remove_add, remove_flush, expunge, flush, commit, rollback, savepoint_rollback, close, refresh, expire, load };

constexpr std::array operations{Operation::add,    Operation::remove,   Operation::remove_add,         Operation::remove_flush, Operation::expunge, Operation::flush, Operation::commit,
                                Operation::rollback, Operation::savepoint_rollback, Operation::close, Operation::refresh, Operation::expire, Operation::load};
constexpr std::array names{"add", "remove", "remove and add", "remove and flush", "expunge", "flush", "commit", "rollback", "rollback of a savepoint", "close", "refresh", "expire", "load"};

/// In the order of `operations`: t transient, p pending, P persistent, d deleted, D detached; X InvalidRequestError, Y DetachedInstanceError.
struct Row {
    ObjectState from;
    const char* to;
};
constexpr std::array transitions{
    //                               add rm  r+a r+f exp fl  com rb  sp  cl  ref exp load
    Row{ObjectState::transient, "p" "X" "X" "X" "X" "t" "t" "t" "t" "t" "X" "X" "X"},
    Row{ObjectState::pending,   "p" "X" "X" "X" "t" "P" "P" "t" "P" "t" "X" "X" "P"},
    Row{ObjectState::persistent, "P" "P" "P" "d" "D" "P" "P" "P" "P" "D" "P" "P" "P"},
    Row{ObjectState::deleted,   "X" "d" "X" "d" "X" "d" "D" "P" "d" "D" "X" "X" "X"},
    Row{ObjectState::detached,  "P" "X" "X" "X" "X" "D" "D" "D" "D" "D" "Y" "X" "Y"},
};

char letter(ObjectState state) {
    switch (state) {
        case ObjectState::transient: return 't';
        case ObjectState::pending: return 'p';
        case ObjectState::persistent: return 'P';
        case ObjectState::deleted: return 'd';
        case ObjectState::detached: return 'D';
    }
    return '?';
}

awaitable<std::shared_ptr<Customer>> in_state(AsyncSession& session, ObjectState state) {
    Customer value;
    value.email = "somebody";
    auto customer = session.add(std::move(value));
    switch (state) {
        case ObjectState::pending: break;
        case ObjectState::transient: co_await session.rollback(); break;
        case ObjectState::persistent: co_await session.commit(); break;
        case ObjectState::deleted:
            co_await session.commit();
            session.remove(customer);
            co_await session.flush();
            break;
        case ObjectState::detached:
            co_await session.commit();
            session.expunge(customer);
            break;
    }
    co_return customer;
}

awaitable<void> carry_out(AsyncSession& session, std::shared_ptr<Customer> customer, Operation operation) {
    switch (operation) {
        case Operation::add: session.add(customer); break;
        case Operation::remove: session.remove(customer); break;
        case Operation::remove_add:
            session.remove(customer);
            session.add(customer);
            break;
        case Operation::remove_flush:
            session.remove(customer);
            co_await session.flush();
            break;
        case Operation::expunge: session.expunge(customer); break;
        case Operation::flush: co_await session.flush(); break;
        case Operation::commit: co_await session.commit(); break;
        case Operation::rollback: co_await session.rollback(); break;
        case Operation::savepoint_rollback: {
            auto savepoint = co_await session.begin_nested();
            co_await savepoint.rollback();
            break;
        }
        case Operation::close: co_await session.close(); break;
        case Operation::refresh: co_await session.refresh(customer); break;
        case Operation::expire: session.expire(customer); break;
        case Operation::load: co_await session.load<&Customer::notes>(customer); break;
    }
}

awaitable<char> outcome(AsyncSession& session, std::shared_ptr<Customer> customer, Operation operation) {
    char failed = 0;
    try {
        co_await carry_out(session, customer, operation);
    } catch (const DetachedInstanceError&) {
        failed = 'Y';
    } catch (const InvalidRequestError&) {
        failed = 'X';
    }
    co_return failed != 0 ? failed : letter(session.state(customer));
}

}  // namespace

TEST_CASE("states: every operation on an object in every state", "[session][states]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        for (const auto& row : transitions) {
            for (std::size_t i = 0; i < operations.size(); ++i) {
                auto session = database.sessions()();
                auto customer = co_await in_state(session, row.from);
                const char before = letter(session.state(customer));
                CHECK(before == letter(row.from));
                const char after = co_await outcome(session, customer, operations[i]);
                INFO(before << " " << names[i]);
                CHECK(after == row.to[i]);
                if (after == 'X' || after == 'Y') CHECK(letter(session.state(customer)) == before);  // a refusal changes nothing
                co_await session.close();
                auto rest = database.sessions()();
                co_await rest.execute(delete_from<Customer>());
                co_await rest.commit();
            }
        }
    });
}

// What observers of a session are told, in which order, and what their hooks may do.
#include <support/database.hpp>
#include <support/session_models.hpp>

#include <algorithm>
#include <functional>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

using Strings = std::vector<std::string>;

const char* name_of(ObjectState state) {
    switch (state) {
        case ObjectState::transient: return "transient";
        case ObjectState::pending: return "pending";
        case ObjectState::persistent: return "persistent";
        case ObjectState::deleted: return "deleted";
        case ObjectState::detached: return "detached";
    }
    return "";
}

std::string list(const std::vector<WrittenObject>& objects) {
    std::string text;
    for (const auto& object : objects) {
        text += ' ';
        text += object.type_name();
        text += '(';
        for (const auto& change : object.changes) {
            if (text.back() != '(') text += ", ";
            text += std::string(change.column) + ": " + change.old_text().value_or("NULL") + " -> " + change.text().value_or("NULL");
        }
        text += ')';
    }
    return text;
}

/// Writes everything down.
class Diary : public SessionObserver {
public:
    void before_flush(SessionObjects& session) override {
        const auto counts = std::to_string(session.new_objects().size()) + ' ' + std::to_string(session.dirty().size()) + ' ' + std::to_string(session.deleted().size());
        lines_.push_back("before_flush " + counts);
    }
    void after_flush(SessionObjects&, const FlushReport& report) override {
        lines_.push_back("after_flush");
        if (!report.inserted.empty()) lines_.push_back("inserted" + list(report.inserted));
        if (!report.updated.empty()) lines_.push_back("updated" + list(report.updated));
        if (!report.deleted.empty()) lines_.push_back("deleted" + list(report.deleted));
    }
    void after_begin(SessionObjects&) override { lines_.push_back("after_begin"); }
    void before_commit(SessionObjects&) override { lines_.push_back("before_commit"); }
    void after_commit(SessionObjects& session) override { lines_.push_back(session.in_transaction() ? "after_commit?" : "after_commit"); }
    void after_rollback(SessionObjects&, bool savepoint) override { lines_.push_back(savepoint ? "after_rollback of a savepoint" : "after_rollback"); }
    void on_state(const ObjectEvent& event) override {
        lines_.push_back(std::string(event.object.type_name()) + ' ' + name_of(event.from) + " -> " + name_of(event.to));
    }
    void on_loaded(const AnyObject& object) override { lines_.push_back("loaded " + std::string(object.type_name()) + ' ' + object.key_text()); }

    Strings take() { return std::exchange(lines_, {}); }

private:
    Strings lines_;
};

/// Does something at one of the hooks.
class Hook : public SessionObserver {
public:
    std::function<void(SessionObjects&)> before_flush_, after_flush_, before_commit_, after_commit_;

    void before_flush(SessionObjects& session) override { call(before_flush_, session); }
    void after_flush(SessionObjects& session, const FlushReport&) override { call(after_flush_, session); }
    void before_commit(SessionObjects& session) override { call(before_commit_, session); }
    void after_commit(SessionObjects& session) override { call(after_commit_, session); }

private:
    static void call(const std::function<void(SessionObjects&)>& hook, SessionObjects& session) {
        if (hook) hook(session);
    }
};

}  // namespace

TEST_CASE("an observer sees a unit of work in the order in which it happens", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto diary = std::make_shared<Diary>();
        session.observe(diary);

        auto country = session.add(Country{.code = "NL", .name = "Holland"});
        CHECK(diary->take() == Strings{"Country transient -> pending"});
        co_await session.commit();
        CHECK(diary->take() == Strings{"before_commit", "before_flush 1 0 0", "after_begin", "Country pending -> persistent", "after_flush",
                                       "inserted Country(code: NULL -> NL, name: NULL -> Holland)", "after_commit"});

        country->name = "The Netherlands";
        co_await session.flush();
        CHECK(diary->take() == Strings{"before_flush 0 1 0", "after_begin", "after_flush", "updated Country(name: Holland -> The Netherlands)"});
        session.remove(country);
        co_await session.flush();
        CHECK(diary->take() == Strings{"before_flush 0 0 1", "Country persistent -> deleted", "after_flush", "deleted Country(code: NL -> NULL, name: The Netherlands -> NULL)"});
        co_await session.flush();
        CHECK(diary->take().empty());  // nothing to write, nothing to tell
        co_await session.rollback();
        CHECK(diary->take() == Strings{"Country deleted -> persistent", "after_rollback"});
        session.remove(country);
        co_await session.commit();
        CHECK(diary->take() == Strings{"before_commit", "before_flush 0 0 1", "after_begin", "Country persistent -> deleted", "after_flush",
                                       "deleted Country(code: NL -> NULL, name: Holland -> NULL)", "Country deleted -> detached", "after_commit"});
    });
}

TEST_CASE("every way of an object from state to state is told", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto diary = std::make_shared<Diary>();
        session.observe(diary);

        auto first = session.add(Country{.code = "NL", .name = "Holland"});
        session.expunge(first);
        CHECK(diary->take() == Strings{"Country transient -> pending", "Country pending -> transient"});
        session.add(first);
        co_await session.flush();
        diary->take();
        session.expunge(first);
        CHECK(diary->take() == Strings{"Country persistent -> detached"});
        session.add(first);
        CHECK(diary->take() == Strings{"Country detached -> persistent"});
        session.add(Country{.code = "BE", .name = "Belgium"});
        co_await session.rollback();
        const auto lines = diary->take();
        const Strings expected{"Country transient -> pending", "Country pending -> transient", "Country persistent -> transient", "after_rollback"};
        CHECK(lines == expected);

        session.add(first);
        co_await session.commit();
        auto removed = session.add(Country{.code = "FR", .name = "France"});
        co_await session.flush();
        session.remove(removed);
        co_await session.flush();
        diary->take();
        co_await session.close();
        CHECK(diary->take() == Strings{"Country deleted -> persistent", "Country persistent -> transient", "after_rollback", "Country persistent -> detached"});
    });
}

TEST_CASE("on_loaded tells of objects made for rows, once, with what is joined to them", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            Customer value{.id = 1, .email = "ada@example.com"};
            value.notes.add(Note{.id = 5, .text = "likes tea"});
            session.add(std::move(value));
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto diary = std::make_shared<Diary>();
        session.observe(diary);
        co_await session.execute(select<Customer>().options(joinedload<&Customer::notes>()));
        CHECK(diary->take() == Strings{"after_begin", "loaded Customer 1", "loaded Note 5"});
        co_await session.execute(select<Customer>());
        co_await session.get<Note>(5);
        CHECK(diary->take().empty());
    });
}

TEST_CASE("what before_flush adds, changes and removes is part of the same flush", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto doomed = session.add(Country{.code = "SU", .name = "Soviet Union"});
        auto kept = session.add(Country{.code = "NL", .name = "Holland"});
        co_await session.commit();
        database.log().clear();

        auto hook = std::make_shared<Hook>();
        hook->before_flush_ = [&](SessionObjects& objects) {
            for (const auto& object : objects.new_objects()) {
                if (auto country = object.as<Country>()) objects.add(Note{.text = "new: " + country->name});
            }
            CHECK(objects.history<&Country::name>(kept).old_value == "Holland");
            kept->name += '!';
            objects.remove(doomed);
        };
        session.observe(hook);
        kept->name = "The Netherlands";
        session.add(Country{.code = "BE", .name = "Belgium"});
        co_await session.flush();
        CHECK(database.log().count("INSERT INTO") == 2);
        CHECK(database.log().count("UPDATE") == 1);
        CHECK(database.log().count("DELETE") == 1);
        CHECK(session.new_objects().empty());
        hook->before_flush_ = nullptr;
        co_await session.commit();

        auto other = database.sessions()();
        auto notes = co_await other.execute(select<Note>());
        CHECK(notes.scalar_one()->text == "new: Belgium");
        auto changed = co_await other.get_one<Country>("NL");
        CHECK(changed->name == "The Netherlands!");
    });
}

TEST_CASE("what after_flush adds waits for another flush, which commit runs", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto hook = std::make_shared<Hook>();
        int left = 1;
        hook->after_flush_ = [&](SessionObjects& objects) {
            if (left-- > 0) objects.add(Note{.text = "after"});
        };
        session.observe(hook);
        session.add(Country{.code = "NL", .name = "Holland"});
        co_await session.flush();
        CHECK(session.new_objects().size() == 1);
        CHECK(database.log().count("INSERT INTO notes") == 0);
        co_await session.commit();
        CHECK(database.log().count("INSERT INTO notes") == 1);

        left = 1000;  // never done
        session.add(Country{.code = "BE", .name = "Belgium"});
        const auto commit = [&] { return session.commit(); };
        const auto message = co_await failure_of<InvalidRequestError>(commit);
        CHECK(message.find("after_flush()") != std::string::npos);
        left = 0;
        co_await session.rollback();
        auto result = co_await session.execute(select(func::count()).select_from(entity<Country>));
        CHECK(result.scalar() == 1);
    });
}

TEST_CASE("a before_ hook that throws ends the operation, and the session goes on", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto hook = std::make_shared<Hook>();
        session.observe(hook);
        auto country = session.add(Country{.code = "NL", .name = ""});
        const auto refuse = [](SessionObjects&) { throw ArgumentError("a country has a name"); };
        const auto flush = [&] { return session.flush(); };
        const auto commit = [&] { return session.commit(); };

        hook->before_flush_ = refuse;
        const auto of_flush = co_await failure_of<ArgumentError>(flush);
        CHECK(of_flush == "a country has a name");
        hook->before_flush_ = nullptr;
        hook->before_commit_ = refuse;
        const auto of_commit = co_await failure_of<ArgumentError>(commit);
        CHECK(of_commit == "a country has a name");
        CHECK(session.is_active());
        CHECK(session.state(country) == ObjectState::pending);
        CHECK(database.log().count() == 0);

        hook->before_commit_ = nullptr;
        country->name = "Holland";
        co_await session.commit();
        CHECK(session.state(country) == ObjectState::persistent);
    });
}

TEST_CASE("after_flush that throws fails the flush; after_commit that throws changes nothing", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto hook = std::make_shared<Hook>();
        auto diary = std::make_shared<Diary>();
        session.observe(hook);
        session.observe(diary);
        hook->after_flush_ = [](SessionObjects&) { throw ArgumentError("no"); };
        auto country = session.add(Country{.code = "NL", .name = "Holland"});
        const auto flush = [&] { return session.flush(); };
        const auto failed = co_await failure_of<ArgumentError>(flush);
        CHECK(failed == "no");
        CHECK_FALSE(session.is_active());
        const auto refused = co_await failure_of<PendingRollbackError>(flush);
        CHECK(refused.find("The failure was: no") != std::string::npos);
        const auto count = [](const Strings& lines, std::string_view line) { return std::count(lines.begin(), lines.end(), line); };
        CHECK(count(diary->take(), "after_rollback") == 1);
        co_await session.rollback();
        CHECK(diary->take().empty());  // told already
        CHECK(session.state(country) == ObjectState::transient);

        hook->after_flush_ = nullptr;
        hook->after_commit_ = [](SessionObjects&) { throw ArgumentError("too late"); };
        session.add(country);
        co_await session.commit();
        auto found = co_await session.get<Country>("NL");
        CHECK(found == country);
    });
}

TEST_CASE("rollbacks are told once: of savepoints, of dropped guards, of the transaction", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto diary = std::make_shared<Diary>();
        session.add(Country{.code = "NL", .name = "Holland"});
        co_await session.flush();
        session.observe(diary);
        {
            auto savepoint = co_await session.begin_nested();
            session.add(Country{.code = "BE", .name = "Belgium"});
            co_await session.flush();
            diary->take();
            co_await savepoint.rollback();
            CHECK(diary->take() == Strings{"Country persistent -> transient", "after_rollback of a savepoint"});
        }
        CHECK(diary->take().empty());
        {
            auto savepoint = co_await session.begin_nested();
            session.add(Country{.code = "FR", .name = "France"});
            diary->take();
        }
        CHECK(diary->take() == Strings{"Country pending -> transient", "after_rollback of a savepoint"});
        {
            auto savepoint = co_await session.begin_nested();
            session.add(Country{.code = "NL", .name = "again"});
            diary->take();
            const auto flush = [&] { return session.flush(); };
            co_await failure_of<UniqueViolation>(flush);
            CHECK(diary->take() == Strings{"before_flush 1 0 0", "Country pending -> transient", "after_rollback of a savepoint"});
            co_await savepoint.rollback();
            CHECK(diary->take().empty());
        }
        {
            auto savepoint = co_await session.begin_nested();
            co_await savepoint.commit();
        }
        CHECK(diary->take().empty());
        co_await session.rollback();
        CHECK(diary->take() == Strings{"Country persistent -> transient", "after_rollback"});
        co_await session.rollback();
        CHECK(diary->take().empty());
    });
}

TEST_CASE("a maker's observers watch every session it makes, and awaiting in a hook is refused", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto sessions = database.sessions();
        auto diary = std::make_shared<Diary>();
        sessions.observe(diary);
        const auto work = [](AsyncSession& session) -> awaitable<void> {
            session.add(Country{.code = "NL", .name = "Holland"});
            co_return;
        };
        co_await sessions.transact(work);
        const auto lines = diary->take();
        CHECK(std::count(lines.begin(), lines.end(), "after_commit") == 1);

        auto session = sessions();
        diary->take();
        std::exception_ptr refused;
        auto hook = std::make_shared<Hook>();
        hook->after_commit_ = [&](SessionObjects&) {
            try {
                (void)session.execute(select<Country>());
            } catch (...) {
                refused = std::current_exception();
            }
        };
        session.observe(hook);
        co_await session.commit();
        REQUIRE(refused);
        CHECK_THROWS_AS(std::rethrow_exception(refused), ConcurrentUseError);
    });
}

TEST_CASE("changed_columns: names, old and new values, before and after a flush", "[session][events]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto account = session.add(Account{.owner = "ada", .balance = 10});
        CHECK(session.changed_columns(account).size() == 5);
        co_await session.commit();
        CHECK(session.changed_columns(account).empty());

        account->owner = "grace";
        account->balance = 25;
        const auto changes = session.changed_columns(account);
        REQUIRE(changes.size() == 2);
        CHECK(changes[0].column == "owner");
        CHECK(changes[0].member == "owner");
        CHECK(changes[0].old_value == Value::text("ada"));
        CHECK(changes[0].text() == "grace");
        CHECK(changes[1].old_text() == "10");
        CHECK(changes[1].value == Value::integer(25));

        auto hook = std::make_shared<Diary>();
        session.observe(hook);
        co_await session.flush();
        const auto lines = hook->take();
        CHECK(lines.back() == "updated Account(owner: ada -> grace, balance: 10 -> 25, version: 1 -> 2)");

        session.remove(account);
        const auto removed = session.changed_columns(account);
        REQUIRE(removed.size() == 5);
        CHECK(removed[1].old_text() == "grace");
        CHECK_FALSE(removed[1].text().has_value());
        const auto outside = std::make_shared<Account>();
        CHECK_THROWS_AS(session.changed_columns(outside), ArgumentError);
    });
}

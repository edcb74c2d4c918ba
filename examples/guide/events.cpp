// docs/guide/events.md: observers of sessions: an audit log, rules before a flush, what to do after a commit.
#include "guide.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select, azoth::SessionObjects;
using shop::Author, shop::Book;

namespace {

// region: model
struct AuditEntry {
    std::int64_t id{};
    std::string who{};
    std::string action{};
    std::string object{};
    std::string column{};
    std::optional<std::string> old_value{};
    std::optional<std::string> new_value{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("audit",
            azoth::column<&AuditEntry::id>(primary_key),
            azoth::column<&AuditEntry::who>(length(50)),
            azoth::column<&AuditEntry::action>(length(10)),
            azoth::column<&AuditEntry::object>(length(100)),
            azoth::column<&AuditEntry::column>("column_name", length(60)),  // a member called `column` hides azoth::column
            azoth::column<&AuditEntry::old_value>(),
            azoth::column<&AuditEntry::new_value>());
    }
};
// endregion

// region: audit
class Audit : public azoth::SessionObserver {
public:
    explicit Audit(std::string who) : who_(std::move(who)) {}

    void after_flush(SessionObjects& session, const azoth::FlushReport& report) override {
        write(session, "insert", report.inserted);
        write(session, "update", report.updated);
        write(session, "delete", report.deleted);
    }

private:
    void write(SessionObjects& session, std::string_view action, const std::vector<azoth::WrittenObject>& objects) {
        for (const auto& object : objects) {
            if (object.is<AuditEntry>()) continue;
            const std::string name = std::string(object.type_name()) + '(' + object.key_text() + ')';
            for (const auto& change : object.changes) {
                session.add(AuditEntry{.who = who_, .action = std::string(action), .object = name, .column = std::string(change.column),
                                       .old_value = change.old_text(), .new_value = change.text()});
            }
        }
    }

    std::string who_;
};
// endregion

// region: use
awaitable<void> audited(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    session.observe(std::make_shared<Audit>("ada"));
    auto author = co_await session.get_one<Author>(id);
    author->born = 1921;
    co_await session.commit();  // the entries are written before COMMIT, in the same transaction

    auto log = co_await session.execute(select<AuditEntry>());
    auto entry = log.scalar_one();
    expect(entry->who == "ada" && entry->action == "update" && entry->object == "Author(1)", "who did what");
    expect(entry->column == "born" && entry->old_value == "1920" && entry->new_value == "1921", "what it was and is");
}
// endregion

// region: rules
class TidyNames : public azoth::SessionObserver {
public:
    void before_flush(SessionObjects& session) override {
        for (const auto& object : session.new_objects()) check(object);
        for (const auto& object : session.dirty()) check(object);
    }

private:
    static void check(const azoth::AnyObject& object) {
        auto author = object.as<Author>();  // null: some other struct
        if (author == nullptr) return;
        while (!author->name.empty() && author->name.back() == ' ') author->name.pop_back();
        if (author->name.empty()) throw azoth::ArgumentError("an author needs a name");
    }
};

awaitable<void> rules(async_sessionmaker async_session) {
    async_session.observe(std::make_shared<TidyNames>());  // of every session this maker makes
    auto session = async_session();
    auto author = session.add(Author{.name = "Karel Capek  "});
    co_await session.flush();
    expect(author->name == "Karel Capek", "what the hook changes is written by the same flush");

    session.add(Author{.name = " "});
    bool refused = false;
    try {
        co_await session.commit();
    } catch (const azoth::ArgumentError&) {
        refused = true;  // nothing was sent
    }
    expect(refused && session.is_active(), "the session goes on");
    co_await session.rollback();
}
// endregion

// region: outbox
class Outbox : public azoth::SessionObserver {
public:
    explicit Outbox(std::vector<std::string>& sent) : sent_(sent) {}

    void on_state(const azoth::ObjectEvent& event) override {
        if (event.from == azoth::ObjectState::pending && event.to == azoth::ObjectState::persistent) waiting_.push_back(event.object);
    }
    void after_commit(SessionObjects&) override {
        for (const auto& object : waiting_) {
            if (auto author = object.as<Author>()) sent_.push_back("welcome, " + author->name);
        }
        waiting_.clear();
    }
    void after_rollback(SessionObjects&, bool savepoint) override {
        if (!savepoint) waiting_.clear();
    }

private:
    std::vector<std::string>& sent_;
    std::vector<azoth::AnyObject> waiting_;
};
// endregion

awaitable<void> outbox(async_sessionmaker async_session) {
    std::vector<std::string> sent;
    auto session = async_session();
    session.observe(std::make_shared<Outbox>(sent));
    session.add(Author{.name = "Nobody"});
    co_await session.flush();
    co_await session.rollback();
    session.add(Author{.name = "Ursula Le Guin"});
    co_await session.commit();
    expect(sent == std::vector<std::string>{"welcome, Ursula Le Guin"}, "what was rolled back is not sent");
}

// region: n_plus_one
class Complaints : public azoth::SessionObserver {
public:
    void on_n_plus_one(const azoth::NPlusOneEvent& event) override { texts.push_back(event.text()); }
    std::vector<std::string> texts;
};

awaitable<void> one_by_one(async_sessionmaker async_session) {
    azoth::SessionOptions options;
    options.n_plus_one_limit = 2;  // and n_plus_one_action = NPlusOneAction::refuse for tests
    auto session = async_session(options);
    auto complaints = std::make_shared<Complaints>();
    session.observe(complaints);

    auto result = co_await session.execute(select<Author>());
    for (auto& author : result.scalars().all()) co_await session.load<&Author::books>(author);
    expect(complaints->texts.size() == 1, "N+1 queries: session.load<Author.books> sent 3 statements from ...");
}
// endregion

}  // namespace

awaitable<void> events(azoth::AsyncEngine engine) {
    static const azoth::Metadata audit_tables = azoth::metadata<AuditEntry>();
    async_sessionmaker async_session(engine);
    std::int64_t id = 0;
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(audit_tables);
        co_await connection.commit();
    }
    {
        auto session = async_session();
        auto lem = session.add(Author{.name = "Stanislaw Lem", .born = 1920});
        co_await session.commit();
        id = lem->id;
    }
    co_await audited(async_session, id);
    co_await rules(async_session);
    co_await outbox(async_session);
    {
        auto session = async_session();
        session.add(Author{.name = "Third"});
        co_await session.commit();
    }
    co_await one_by_one(async_session);
}

}  // namespace guide

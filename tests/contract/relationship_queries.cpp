// Relationships inside queries: compared with an object, joined under an alias, filled from that alias; defaultload that leads nowhere.
#include <support/database.hpp>
#include <support/session_models.hpp>
#include <support/tagged_models.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace azoth::literals;
using shop::Customer, shop::Folder, shop::Line, shop::Note, shop::Order;

namespace relationship_queries {

/// Customers ada and bob; notes 1 and 2 are ada's, 3 is bob's, 4 nobody's.
awaitable<void> notes_of_two(async_sessionmaker sessions) {
    auto session = sessions();
    auto ada = session.add(Customer{.email = "ada"});
    auto bob = session.add(Customer{.email = "bob"});
    ada->notes.add(Note{.text = "1"});
    ada->notes.add(Note{.text = "2"});
    bob->notes.add(Note{.text = "3"});
    session.add(Note{.text = "4"});
    co_await session.commit();
}

/// top > middle > leaf, and another top.
awaitable<void> folders(async_sessionmaker sessions) {
    auto session = sessions();
    auto top = session.add(Folder{.name = "top"});
    top->children.add(Folder{.name = "middle"});
    co_await session.flush();
    top->children[0].children.add(Folder{.name = "leaf"});
    session.add(Folder{.name = "other"});
    co_await session.commit();
}

template <class Query>
awaitable<std::vector<std::string>> texts(AsyncSession& session, Query query) {
    auto result = co_await session.execute(query);
    co_return result.scalars().all();
}

using Texts = std::vector<std::string>;

}  // namespace relationship_queries

using namespace relationship_queries;

TEST_CASE("related<> compares a one<> with an object or with nullptr, by the foreign key", "[query][relationship]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        co_await notes_of_two(database.sessions());
        auto session = database.sessions()();
        const auto ada = co_await session.get<Customer>(1);
        const auto query = select(col<&Note::text>).order_by(col<&Note::id>);
        const Texts hers = co_await texts(session, query.where(related<&Note::customer>() == ada));
        CHECK(hers == Texts({"1", "2"}));
        const Texts by_object = co_await texts(session, query.where(related<&Note::customer>() == *ada));
        CHECK(by_object == hers);
        const Texts others = co_await texts(session, query.where(related<&Note::customer>() != ada));
        CHECK(others == Texts({"3", "4"}));
        const Texts nobodys = co_await texts(session, query.where(related<&Note::customer>() == nullptr));
        CHECK(nobodys == Texts({"4"}));
        const Texts somebodys = co_await texts(session, query.where(related<&Note::customer>() != nullptr));
        CHECK(somebodys == Texts({"1", "2", "3"}));
        const std::shared_ptr<Customer> none;
        const Texts null_handle = co_await texts(session, query.where(related<&Note::customer>() == none));
        CHECK(null_handle == nobodys);
        const std::string sql = to_sql(query.where(related<&Note::customer>() == ada), dialect::sqlite).sql;
        CHECK(sql.find("EXISTS") == std::string::npos);
        CHECK(sql.find("JOIN") == std::string::npos);

        const auto fresh = session.add(Customer{.email = "new"});
        bool refused = false;
        try {
            (void)(related<&Note::customer>() == fresh);
        } catch (const ArgumentError& error) {
            refused = error.message().find("no key yet") != std::string::npos;
        }
        CHECK(refused);
        co_await session.flush();
        const Texts empty = co_await texts(session, query.where(related<&Note::customer>() == fresh));
        CHECK(empty.empty());
    });
}

TEST_CASE("contains<> asks whether an object is in a many<>, with composite keys too", "[query][relationship]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        co_await notes_of_two(database.sessions());
        auto session = database.sessions()();
        auto note = co_await session.get<Note>(3);
        const auto query = select(col<&Customer::email>).order_by(col<&Customer::id>);
        const Texts bob = co_await texts(session, query.where(contains<&Customer::notes>(note)));
        CHECK(bob == Texts({"bob"}));
        const Texts ada = co_await texts(session, query.where(not_(contains<&Customer::notes>(*note))));
        CHECK(ada == Texts({"ada"}));
        auto owner = co_await session.get<Customer>(1);
        note->customer = owner;  // flushed before the query is run
        const Texts moved = co_await texts(session, query.where(contains<&Customer::notes>(note)));
        CHECK(moved == Texts({"ada"}));
        const std::shared_ptr<Note> none;
        bool refused = false;
        try {
            (void)contains<&Customer::notes>(none);
        } catch (const ArgumentError&) {
            refused = true;
        }
        CHECK(refused);

        session.add(Order{.customer_id = 1});
        auto order = session.add(Order{.customer_id = 2});
        co_await session.flush();
        session.add(Line{.order_id = order->id, .number = 1, .what = "tea"});
        auto line = session.add(Line{.order_id = order->id, .number = 2, .what = "cups"});
        co_await session.flush();
        const auto orders = select(col<&Order::customer_id>).where(contains<&Order::lines>(line));
        auto found = co_await session.execute(orders);
        CHECK(found.scalars().all() == std::vector<std::int64_t>({2}));
        const auto lines = select(col<&Line::what>).where(related<&Line::order>() == order).order_by(col<&Line::number>);
        const Texts whats = co_await texts(session, lines);
        CHECK(whats == Texts({"tea", "cups"}));
    });
}

TEST_CASE("contains<> and related<> within a struct, and across a secondary table", "[query][relationship]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        co_await folders(database.sessions());
        auto session = database.sessions()();
        const auto query = select<Folder>().where(col<&Folder::name> == "middle");
        auto found = co_await session.execute(query);
        const auto middle = found.scalars().one();
        const auto names = select(col<&Folder::name>).order_by(col<&Folder::name>);
        const Texts below = co_await texts(session, names.where(related<&Folder::parent>() == middle));
        CHECK(below == Texts({"leaf"}));
        const Texts above = co_await texts(session, names.where(contains<&Folder::children>(middle)));
        CHECK(above == Texts({"top"}));
        const Texts roots = co_await texts(session, names.where(related<&Folder::parent>() == nullptr));
        CHECK(roots == Texts({"other", "top"}));
    });
    on_each_database(tagged::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto tag = session.add(tagged::Tag{.name = "x"});
        session.add(tagged::Tag{.name = "y"});
        auto one = session.add(tagged::Post{.title = "one"});
        session.add(tagged::Post{.title = "two"});
        one->tags.add(tag);
        co_await session.commit();
        const auto titles = select(col<&tagged::Post::title>).order_by(col<&tagged::Post::id>);
        const Texts with = co_await texts(session, titles.where(contains<&tagged::Post::tags>(tag)));
        CHECK(with == Texts({"one"}));
        const Texts without = co_await texts(session, titles.where(not_(contains<&tagged::Post::tags>(*tag))));
        CHECK(without == Texts({"two"}));
    });
}

TEST_CASE("a join along a relationship leads to an alias, and starts from one", "[query][relationship]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        co_await folders(database.sessions());
        auto session = database.sessions()();
        const auto up = alias<Folder>("up");
        const auto top = alias<Folder>("top");
        const auto pairs = select(col<&Folder::name>, nullable(up[col<&Folder::name>]).label("up"_c)).outerjoin<&Folder::parent>(up).order_by(col<&Folder::name>);
        auto result = co_await session.execute(pairs);
        std::string text;
        for (const auto& [name, above] : result.all()) text += name + ":" + above.value_or("-") + " ";
        CHECK(text == "leaf:middle middle:top other:- top:- ");

        const auto twice = select(col<&Folder::name>).join<&Folder::parent>(up).join<&Folder::parent>(top, from(up)).where(top[col<&Folder::name>] == "top");
        const Texts leaf = co_await texts(session, twice);
        CHECK(leaf == Texts({"leaf"}));
        const auto down = select(col<&Folder::name>, up[col<&Folder::name>].label("below"_c)).join<&Folder::children>(up).where(up[col<&Folder::name>] == "leaf");
        auto children = co_await session.execute(down);
        const auto row = children.one();
        CHECK(row["name"_c] == "middle");
        const auto home = select(up[col<&Folder::name>]).select_from(up).join<&Folder::parent>(entity<Folder>, from(up)).where(col<&Folder::name> == "middle");
        const Texts to_the_table = co_await texts(session, home);
        CHECK(to_the_table == Texts({"leaf"}));
    });
    on_each_database(tagged::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto one = session.add(tagged::Post{.title = "one"});
        one->tags.add(tagged::Tag{.name = "a"});
        one->tags.add(tagged::Tag{.name = "b"});
        co_await session.commit();
        const auto t = alias<tagged::Tag>("t");
        const auto p = alias<tagged::Post>("p");
        const auto across = select(t[col<&tagged::Tag::name>]).select_from(entity<tagged::Post>).join<&tagged::Post::tags>(t).order_by(t[col<&tagged::Tag::name>]);
        const Texts names = co_await texts(session, across);
        CHECK(names == Texts({"a", "b"}));
        const auto back = select(t[col<&tagged::Tag::name>]).select_from(p).join<&tagged::Post::tags>(t, from(p)).where(p[col<&tagged::Post::title>] == "one", t[col<&tagged::Tag::name>] != "a");
        const Texts rest = co_await texts(session, back);
        CHECK(rest == Texts({"b"}));
    });
}

TEST_CASE("contains_eager fills a relationship from an alias", "[loading]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        co_await folders(database.sessions());
        auto session = database.sessions()();
        const auto up = alias<Folder>("up");
        const auto top = alias<Folder>("top");
        const auto query = select<Folder>()
                               .outerjoin<&Folder::parent>(up)
                               .outerjoin<&Folder::parent>(top, from(up))
                               .options(contains_eager<&Folder::parent>(up).contains_eager<&Folder::parent>(top))
                               .order_by(col<&Folder::name>);
        database.log().clear();
        auto result = co_await session.execute(query);
        const auto found = result.scalars().all();
        CHECK(database.log().count() == 1);
        REQUIRE(found.size() == 4);
        CHECK(found[0]->name == "leaf");
        CHECK(found[0]->parent->name == "middle");
        CHECK(found[0]->parent->parent->name == "top");
        CHECK(found[3]->parent == nullptr);
        co_await session.rollback();

        auto other = database.sessions()();
        const auto down = alias<Folder>();
        const auto filtered = select<Folder>().join<&Folder::children>(down).where(down[col<&Folder::name>] == "middle").options(contains_eager<&Folder::children>(down));
        auto parents = co_await other.execute(filtered);
        const auto parent = parents.scalars().one();
        CHECK(parent->name == "top");
        REQUIRE(parent->children.size() == 1);
        CHECK(parent->children[0].name == "middle");

        const auto not_joined = select<Folder>().options(contains_eager<&Folder::parent>(up));
        const auto run = [&]() -> awaitable<void> { co_await other.execute(not_joined); };
        const std::string refused = co_await failure_of<ArgumentError>(run);
        CHECK(refused.find("does not join that alias") != std::string::npos);
    });
}

TEST_CASE("defaultload that leads on from what nothing loads is refused", "[loading]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        co_await notes_of_two(database.sessions());
        auto session = database.sessions()();
        const auto query = select<Note>().options(defaultload<&Note::customer>().selectinload<&Customer::notes>());
        const auto run = [&]() -> awaitable<void> { co_await session.execute(query); };
        const std::string refused = co_await failure_of<ArgumentError>(run);
        CHECK(refused.find("defaultload of Note.customer leads on to Customer.notes, but nothing loads Note.customer here") != std::string::npos);
        const auto raised = select<Note>().options(raiseload<&Note::customer>().selectinload<&Customer::notes>());
        const auto run_raised = [&]() -> awaitable<void> { co_await session.execute(raised); };
        const std::string raise_refused = co_await failure_of<ArgumentError>(run_raised);
        CHECK(raise_refused.find("raiseload of Note.customer leads on") != std::string::npos);

        // Another option loads it: then the chain is followed. Without a chain it says nothing.
        const auto both = select<Note>().options(selectinload<&Note::customer>(), defaultload<&Note::customer>().selectinload<&Customer::notes>()).where(col<&Note::text> == "1");
        auto result = co_await session.execute(both);
        const auto note = result.scalars().one();
        CHECK(note->customer->notes.size() == 2);
        co_await session.rollback();
        auto other = database.sessions()();
        const auto alone = select<Note>().options(defaultload<&Note::customer>());
        auto plain = co_await other.execute(alone);
        CHECK_FALSE(plain.scalars().all()[0]->customer.is_loaded());
    });
}

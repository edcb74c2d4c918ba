// The watch for N+1 queries: what counts, who is told, and what refuse does.
#include <support/database.hpp>
#include <support/session_models.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

class Complaints : public SessionObserver {
public:
    void on_n_plus_one(const NPlusOneEvent& event) override {
        calls_.emplace_back(event.call);
        texts_.push_back(event.text());
        lines_.push_back(event.where.line());
    }
    std::vector<std::string> calls_, texts_;
    std::vector<std::uint_least32_t> lines_;
};

awaitable<std::vector<std::int64_t>> fill(Database& database, int count) {
    auto session = database.sessions()();
    std::vector<std::shared_ptr<Customer>> customers;
    for (int i = 0; i < count; ++i) {
        Customer customer{.email = std::to_string(i)};
        customer.notes.add(Note{.text = "n"});
        customers.push_back(session.add(std::move(customer)));
    }
    co_await session.commit();
    std::vector<std::int64_t> ids;
    for (const auto& customer : customers) ids.push_back(customer->id);
    co_return ids;
}

}  // namespace

TEST_CASE("the same get or load, again and again from one place, is reported once with the place", "[session][n+1]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        const auto ids = co_await fill(database, 5);
        SessionOptions options;
        options.n_plus_one_limit = 3;
        auto session = database.sessions()(options);
        auto complaints = std::make_shared<Complaints>();
        session.observe(complaints);

        std::vector<std::shared_ptr<Customer>> customers;
        for (const auto id : ids) customers.push_back(co_await session.get<Customer>(id));
        const auto get_line = static_cast<std::uint_least32_t>(__LINE__ - 1);
        CHECK(complaints->calls_ == std::vector<std::string>{"get<Customer>"});
        CHECK(complaints->lines_ == std::vector<std::uint_least32_t>{get_line});
        CHECK(complaints->texts_[0].find("sent 4 statements") != std::string::npos);
        CHECK(complaints->texts_[0].find("session_n_plus_one.cpp:" + std::to_string(get_line)) != std::string::npos);
        CHECK(complaints->texts_[0].find("in_()") != std::string::npos);

        for (const auto& customer : customers) co_await session.load<&Customer::notes>(customer);
        REQUIRE(complaints->calls_.size() == 2);
        CHECK(complaints->calls_[1] == "load<Customer.notes>");
        CHECK(complaints->texts_[1].find("selectinload") != std::string::npos);
    });
}

TEST_CASE("what sends nothing does not count, nor does loading all at once, nor another place", "[session][n+1]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        const auto ids = co_await fill(database, 4);
        SessionOptions options;
        options.n_plus_one_limit = 2;
        options.n_plus_one_action = NPlusOneAction::refuse;
        auto session = database.sessions()(options);
        auto result = co_await session.execute(select<Customer>());
        const auto customers = result.scalars().all();
        for (int i = 0; i < 10; ++i) {
            for (const auto id : ids) co_await session.get<Customer>(id);  // from the map
        }
        for (int i = 0; i < 10; ++i) co_await session.load<&Customer::notes>(customers);
        for (int i = 0; i < 10; ++i) {
            for (const auto& customer : customers) co_await session.load<&Customer::notes>(customer);  // loaded
        }
        co_await session.commit();
        co_await session.get<Customer>(ids[0]);
        co_await session.get<Customer>(ids[1]);
        co_await session.get<Customer>(ids[2]);  // each its own place
        CHECK(session.is_active());
    });
}

TEST_CASE("refuse throws at the call that is one too many, and the session goes on", "[session][n+1]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        const auto ids = co_await fill(database, 4);
        SessionOptions options;
        options.n_plus_one_limit = 2;
        options.n_plus_one_action = NPlusOneAction::refuse;
        auto session = database.sessions()(options);
        std::size_t got = 0;
        const auto one_by_one = [&]() -> awaitable<void> {
            for (const auto id : ids) {
                co_await session.get_one<Customer>(id);
                ++got;
            }
        };
        const auto message = co_await failure_of<InvalidRequestError>(one_by_one);
        CHECK(message.find("get<Customer>") != std::string::npos);
        CHECK(got == 2);
        CHECK(session.is_active());
        auto all = co_await session.execute(select<Customer>());
        CHECK(all.scalars().all().size() == 4);
        co_await session.commit();

        auto unwatched = database.sessions()();
        for (const auto id : ids) co_await unwatched.get<Customer>(id);
    });
}

// Observer::before_connect: where connects go and how they log in, decided one by one.
#include <support/database.hpp>
#include <support/session_models.hpp>

#include <memory>
#include <string>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace {

class Passwords : public Observer {
public:
    void before_connect(UrlParts& url) override {
        ++calls;
        if (dialect) url.dialect = "oracle";
        if (refuse) throw OperationalError("no token");
        if (password) url.password = password;
    }

    std::optional<std::string> password;
    bool refuse = false;
    bool dialect = false;
    int calls = 0;
};


}  // namespace

TEST_CASE("an observer decides before each connect where it goes and how it logs in", "[engine]") {
    on_each_database(shop::model, [](Database& database) -> awaitable<void> {
        UrlParts parts = Url::parse(database.url()).parts();
        const auto right = parts.password;
        if (database.kind().sqlite()) {
            parts.database = ":memory:";
        } else {
            parts.password = "wrong";
        }
        const auto passwords = std::make_shared<Passwords>();
        const auto executor = co_await boost::asio::this_coro::executor;
        EngineOptions options;
        options.pool_timeout = std::chrono::milliseconds(0);
        const AsyncEngine engine = create_async_engine(executor, Url::create(parts).to_string(true), options);
        engine.observe(passwords);
        const auto one = text("SELECT 1 AS n").columns(typed<std::int64_t>("n"_c));
        const auto query = [&]() -> awaitable<void> {
            auto connection = co_await engine.connect();
            auto result = co_await connection.execute(one);
            CHECK(result.scalar() == 1);
            co_await connection.close();
        };
        if (!database.kind().sqlite()) {
            const auto wrong = co_await failure_of<DatabaseError>(query);
            CHECK_FALSE(wrong.empty());
        }
        passwords->password = right;
        passwords->refuse = true;
        const auto refused = co_await failure_of<OperationalError>(query);
        CHECK(refused.find("no token") != std::string::npos);
        passwords->refuse = false;
        passwords->dialect = true;
        const auto elsewhere = co_await failure_of<ArgumentError>(query);
        CHECK(elsewhere.find("oracle") != std::string::npos);
        passwords->dialect = false;
        passwords->calls = 0;
        co_await query();
        co_await query();
        CHECK(passwords->calls == 1);  // the second took the pool's connection
        CHECK(engine.url().password() == parts.password);
        co_await engine.dispose();
    });
}

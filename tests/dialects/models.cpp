// Rows for the constructs to find.
#include "models.hpp"

#include <azoth/types/uuid.hpp>

namespace dialect_models {

using namespace azoth;

namespace {

template <class Statement>
void run(test::Server& server, const Statement& statement) {
    const SqlText text = to_sql(statement, server.dialect());
    INFO(text.to_string());
    server.run(text.sql, text.values);
}

}  // namespace

void fill() {
    for (const auto& server : test::servers()) {
        INFO(server->dialect().title());
        test::Server& to = *server;
        test::create(to, model());
        const auto user = [&](std::int64_t id, const char* name, std::optional<std::string> nick, std::int32_t points, bool active) {
            run(to, insert<User>().values(col<&User::id> = id, col<&User::name> = name, col<&User::nick> = nick, col<&User::points> = points, col<&User::active> = active));
        };
        user(1, "Anna", "ann", 10, true);
        user(2, "Bob", std::nullopt, 20, false);
        user(3, "Cid", "c_d", 30, true);
        const auto post = [&](std::int64_t id, const char* title, std::int64_t author) {
            run(to, insert<Post>().values(col<&Post::id> = id, col<&Post::title> = title, col<&Post::author_id> = author));
        };
        post(1, "First", 1);
        post(2, "Second", 1);
        post(3, "50% off", 2);
        run(to, insert<Comment>().values(col<&Comment::id> = 1, col<&Comment::post_id> = 2, col<&Comment::author_id> = 3));
        const auto employee = [&](std::int64_t id, const char* name, std::optional<std::int64_t> manager) {
            run(to, insert<Employee>().values(col<&Employee::id> = id, col<&Employee::name> = name, col<&Employee::manager_id> = manager));
        };
        employee(1, "Ada", std::nullopt);
        employee(2, "Ben", 1);
        employee(3, "Cleo", 2);
        run(to, insert<Tag>().values(col<&Tag::name> = "cpp", col<&Tag::uses> = 7));
        const auto line = [&](std::int64_t id, const char* price, std::int32_t quantity) {
            run(to, insert<Line>().values(col<&Line::id> = id, col<&Line::price> = Decimal(price), col<&Line::quantity> = quantity));
        };
        line(1, "1.10", 3);
        line(2, "2.20", 1);
        line(3, "0.30", 7);
        run(to, insert<Sample>().values(col<&Sample::id> = 1, col<&Sample::flag> = true, col<&Sample::small> = 7, col<&Sample::medium> = 70000, col<&Sample::large> = 7000000000,
                                        col<&Sample::single> = 1.5F, col<&Sample::exact> = 2.25, col<&Sample::money> = Decimal("1234.50"), col<&Sample::text> = "Grüße, 'x'",
                                        col<&Sample::code> = "AB-1", col<&Sample::bytes> = Blob{std::byte{0}, std::byte{255}}, col<&Sample::at> = at,
                                        col<&Sample::wall> = DateTime(at.time_since_epoch()), col<&Sample::day> = std::chrono::year{2024} / 2 / 29,
                                        col<&Sample::clock> = Time{std::chrono::hours{13}}, col<&Sample::uuid> = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
                                        col<&Sample::data> = Json::parse(R"({"a":{"b":[10,"x"]},"n":5,"t":true,"z":null})")));
    }
}

}  // namespace dialect_models

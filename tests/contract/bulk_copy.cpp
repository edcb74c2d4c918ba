// bulk_copy: rows by the database's bulk protocol, byte for byte and inside the transaction.
#include <support/database.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::on_each_database;

namespace copied {

std::string made() { return "made"; }

struct Entry {
    std::int64_t id{};
    std::string text{};
    std::optional<std::string> note{};
    std::string code{};
    std::string state{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("copied_entries", column<&Entry::id>(primary_key), column<&Entry::text>(length(200)), column<&Entry::note>(length(200)),
                     column<&Entry::code>(length(20), default_factory<&made>), column<&Entry::state>(length(20), server_default("'fresh'")));
    }
};

const Metadata& model() {
    static const Metadata all = metadata<Entry>();
    return all;
}

}  // namespace copied

using copied::Entry;

TEST_CASE("bulk_copy writes what a text protocol finds hard", "[session][copy]") {
    on_each_database(copied::model(), [](Database& database) -> awaitable<void> {
        const std::vector<std::string> texts{"tab\tinside", "back\\slash", "line\nbreak", "return\rhere", "\\N", "", "\\.", "quote'\"", "gr\xc3\xbc\xc3\x9f"};
        std::vector<Entry> rows;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            Entry entry;
            entry.id = static_cast<std::int64_t>(i) + 1;
            entry.text = texts[i];
            if (i % 2 == 0) entry.note = texts[i];
            rows.push_back(std::move(entry));
        }
        rows[0].code = "own";
        rows[1].state = "used";
        auto session = database.sessions()();
        const std::int64_t count = co_await session.bulk_copy(rows);
        CHECK(count == static_cast<std::int64_t>(rows.size()));
        CHECK(session.in_transaction());
        co_await session.commit();

        const auto query = select<Entry>().order_by(col<&Entry::id>);
        auto result = co_await session.execute(query);
        const auto found = result.scalars().all();
        REQUIRE(found.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CHECK(found[i]->text == rows[i].text);
            CHECK(found[i]->note == rows[i].note);  // NULL is not the empty text
            CHECK(found[i]->code == (i == 0 ? "own" : "made"));
            CHECK(found[i]->state == (i == 1 ? "used" : "fresh"));
        }
        co_await session.close();
    });
}

TEST_CASE("bulk_copy is part of its transaction, and a row that a constraint refuses ends it", "[copy]") {
    on_each_database(copied::model(), [](Database& database) -> awaitable<void> {
        std::vector<Entry> rows(3);
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i].id = static_cast<std::int64_t>(i) + 1;
        const auto count = select(func::count()).select_from(entity<Entry>);
        {
            auto connection = co_await database.engine().connect();
            const std::vector<Entry> empty;
            const std::int64_t none = co_await connection.bulk_copy(empty);
            CHECK(none == 0);
            CHECK_FALSE(connection.in_transaction());
            const std::int64_t three = co_await connection.bulk_copy(rows);
            CHECK(three == 3);
            co_await connection.rollback();
            const std::int64_t left = co_await connection.scalar(count);
            CHECK(left == 0);
            co_await connection.rollback();

            rows[2].id = 1;
            bool refused = false;
            try {
                co_await connection.bulk_copy(rows);
            } catch (const UniqueViolation&) {
                refused = true;
            }
            CHECK(refused);
            co_await connection.rollback();
            const std::int64_t still = co_await connection.scalar(count);
            CHECK(still == 0);
            co_await connection.close();
        }
    });
}

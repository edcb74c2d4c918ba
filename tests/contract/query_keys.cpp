// Identity by keys of every kind: composite, UUID, time, decimal; eager loads along composite keys.
#include <support/database.hpp>

#include <cstdint>
#include <optional>
#include <string>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace keyed {

struct Entry;

struct Account {
    std::string bank{};
    std::int64_t number{};
    std::string owner{};
    many<Entry> entries{};

    static constexpr auto mapping() {
        return table("accounts", column<&Account::bank>(length(20)), column<&Account::number>(), column<&Account::owner>(length(50)),
                     relationship<&Account::entries>(back_populates("account")), primary_key(columns<&Account::bank, &Account::number>));
    }
};

struct Entry {
    std::int64_t id{};
    std::optional<std::string> bank{};
    std::optional<std::int64_t> number{};
    std::int32_t cents{};
    one<Account> account{};

    static constexpr auto mapping() {
        return table("entries", column<&Entry::id>(primary_key), column<&Entry::bank>(length(20)), column<&Entry::number>(), column<&Entry::cents>(),
                     relationship<&Entry::account>(back_populates<&Account::entries>()),
                     foreign_key(columns<&Entry::bank, &Entry::number>, references<&Account::bank, &Account::number>));
    }
};

struct Token {
    Uuid id{};
    Timestamp issued{};
    std::string text{};

    static constexpr auto mapping() {
        return table("tokens", column<&Token::id>(), column<&Token::issued>(), column<&Token::text>(length(50)), primary_key(columns<&Token::id, &Token::issued>));
    }
};

const Metadata model = metadata<Account, Entry, Token>();

}  // namespace keyed

using keyed::Account;
using keyed::Entry;
using keyed::Token;

TEST_CASE("composite keys: get in any order, wrong widths, eager loads by tuples", "[query]") {
    on_each_database(keyed::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            for (int i = 1; i <= 3; ++i) {
                for (const char* bank : {"north", "south"}) {
                    Account account;
                    account.bank = bank;
                    account.number = i;
                    account.owner = std::string(bank) + std::to_string(i);
                    auto handle = session.add(std::move(account));
                    for (int j = 1; j <= i; ++j) {
                        Entry entry;
                        entry.cents = j;
                        handle->entries.add(std::move(entry));
                    }
                }
            }
            Entry loose;
            loose.bank = "north";  // half a key is none
            session.add(std::move(loose));
            co_await session.commit();
        }
        {
            auto session = database.sessions()();
            auto one = co_await session.get<Account>(col<&Account::number> = 2, col<&Account::bank> = "south");
            REQUIRE(one != nullptr);
            CHECK(one->owner == "south2");
            const std::string narrow = co_await failure_of<ArgumentError>([&] { return session.get<Account>("south"); });
            CHECK(!narrow.empty());
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(select<Account>().options(selectinload<&Account::entries>()));
            const auto accounts = result.scalars().all();
            CHECK(database.log().count("SELECT") == 2);
            REQUIRE(accounts.size() == 6);
            for (const auto& account : accounts) CHECK(account->entries.size() == static_cast<std::size_t>(account->number));
        }
        for (const bool joined : {false, true}) {
            auto session = database.sessions()();
            database.log().clear();
            const auto option = joined ? joinedload<&Entry::account>() : selectinload<&Entry::account>();
            auto result = co_await session.execute(select<Entry>().options(option));
            std::size_t with = 0, without = 0;
            for (const auto& entry : result.scalars()) {
                if (entry->account) {
                    with += entry->account->bank == *entry->bank && entry->account->number == *entry->number ? 1U : 0U;
                } else {
                    ++without;
                }
            }
            CHECK(with == 12);
            CHECK(without == 1);
            CHECK(database.log().count("SELECT") == (joined ? 1U : 2U));
        }
    });
}

TEST_CASE("keys that the database spells its own way name one object", "[query]") {
    on_each_database(keyed::model, [](Database& database) -> awaitable<void> {
        const auto id = Uuid::generate_v4();
        const Timestamp issued = utcnow();
        {
            auto session = database.sessions()();
            Token token;
            token.id = id;
            token.issued = issued;
            token.text = "t";
            session.add(std::move(token));
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto first = co_await session.execute(select<Token>());
        auto second = co_await session.execute(select<Token>());
        auto token = first.scalars().one();
        CHECK(second.scalars().one().get() == token.get());
        database.log().clear();
        auto met = co_await session.get<Token>(col<&Token::id> = id, col<&Token::issued> = issued);
        CHECK(met.get() == token.get());
        CHECK(database.log().count() == 0);
    });
}

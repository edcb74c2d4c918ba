// What session tests write: customers with orders and lines (cascades, a two-column key), notes without cascades, versioned accounts,
// a server default, a tree.
#pragma once

#include <azoth/azoth.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace shop {

struct Order;
struct Note;

struct Customer {
    std::int64_t id{};
    std::string email{};
    int points{};
    azoth::many<Order> orders{};
    azoth::many<Note> notes{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("customers", column<&Customer::id>(primary_key), column<&Customer::email>(length(100), unique), column<&Customer::points>(),
                     relationship<&Customer::orders>(cascade(save_update | azoth::merge | remove | delete_orphan)), relationship<&Customer::notes>());
    }
};

struct Line;

struct Order {
    std::int64_t id{};
    std::int64_t customer_id{};
    azoth::one<Customer> customer{};
    azoth::many<Line> lines{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("orders", column<&Order::id>(primary_key), column<&Order::customer_id>(foreign_key<&Customer::id>()),
                     relationship<&Order::customer>(back_populates<&Customer::orders>()), relationship<&Order::lines>(cascade(save_update | remove)));
    }
};

struct Line {
    std::int64_t order_id{};
    std::int32_t number{};
    std::string what{};
    azoth::one<Order> order{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("lines", column<&Line::order_id>(foreign_key<&Order::id>()), column<&Line::number>(), column<&Line::what>(length(50)),
                     primary_key(columns<&Line::order_id, &Line::number>), relationship<&Line::order>(back_populates<&Order::lines>()));
    }
};

/// Its key to the customer can be NULL: taking a note out of the customer's keeps the row.
struct Note {
    std::int64_t id{};
    std::string text{};
    std::optional<std::int64_t> customer_id{};
    azoth::one<Customer> customer{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("notes", column<&Note::id>(primary_key), column<&Note::text>(length(100)), column<&Note::customer_id>(foreign_key<&Customer::id>()),
                     relationship<&Note::customer>(back_populates<&Customer::notes>()));
    }
};

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    std::int32_t version{};
    std::string status{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("accounts", column<&Account::id>(primary_key), column<&Account::owner>(length(50)), column<&Account::balance>(),
                     column<&Account::version>(version_id), column<&Account::status>(length(20), server_default("'new'")));
    }
};

/// A natural key.
struct Country {
    std::string code{};
    std::string name{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("countries", column<&Country::code>(length(2), primary_key), column<&Country::name>(length(50)));
    }
};

struct Folder {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> parent_id{};
    azoth::one<Folder> parent{};
    azoth::many<Folder> children{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("folders", column<&Folder::id>(primary_key), column<&Folder::name>(length(20)), column<&Folder::parent_id>(foreign_key<&Folder::id>()),
                     relationship<&Folder::parent>(via<&Folder::parent_id>(), back_populates<&Folder::children>()),
                     relationship<&Folder::children>(via<&Folder::parent_id>(), cascade(save_update | remove)));
    }
};

inline const azoth::Metadata model = azoth::metadata<Customer, Order, Line, Note, Account, Country, Folder>();
static_assert(azoth::check<Customer, Order, Line, Note, Account, Country, Folder>());

}  // namespace shop

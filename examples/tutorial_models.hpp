// The models of the tutorial and the guide: authors and their books.
#pragma once

#include <azoth/model.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace shop {

// region: author
struct Book;

struct Author {
    std::int64_t id{};
    std::string name{};
    std::optional<int> born{};
    azoth::many<Book> books{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("authors",
            column<&Author::id>(primary_key),
            column<&Author::name>(length(100), unique),
            column<&Author::born>(),
            relationship<&Author::books>(cascade(save_update | remove)));
    }
};
// endregion

// region: book
struct Book {
    std::int64_t id{};
    std::string title{};
    int year{};
    azoth::Decimal price{};
    std::int64_t author_id{};
    azoth::one<Author> author{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("books",
            column<&Book::id>(primary_key),
            column<&Book::title>(length(200), indexed),
            column<&Book::year>(),
            column<&Book::price>(numeric(8, 2)),
            column<&Book::author_id>(foreign_key<&Author::id>(), indexed),
            relationship<&Book::author>(back_populates<&Author::books>()));
    }
};
// endregion

// region: metadata
inline const azoth::Metadata metadata = azoth::metadata<Author, Book>();
static_assert(azoth::check<Author, Book>());
// endregion

}  // namespace shop

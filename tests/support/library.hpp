// A library's shelves: the model that loading tests share. Authors write books, books have reviews, a passport belongs to one author.
#pragma once

#include <azoth/azoth.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace library {

struct Book;
struct Passport;
struct Review;

struct Author {
    std::int64_t id{};
    std::string name{};
    azoth::many<Book> books{};
    azoth::one<Passport> passport{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("authors", column<&Author::id>(primary_key), column<&Author::name>(length(50)),
                     relationship<&Author::books>(back_populates("author")), relationship<&Author::passport>(back_populates("holder")));
    }
};

struct Passport {
    std::int64_t id{};
    std::string number{};
    std::int64_t author_id{};
    azoth::one<Author> holder{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("passports", column<&Passport::id>(primary_key), column<&Passport::number>(length(20)),
                     column<&Passport::author_id>(foreign_key<&Author::id>(), unique), relationship<&Passport::holder>(back_populates<&Author::passport>()));
    }
};

struct Book {
    std::int64_t id{};
    std::string title{};
    std::int32_t year{};
    std::optional<std::int64_t> author_id{};
    azoth::one<Author> author{};
    azoth::many<Review> reviews{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("books", column<&Book::id>(primary_key), column<&Book::title>(length(100)), column<&Book::year>(),
                     column<&Book::author_id>(foreign_key<&Author::id>(), indexed), relationship<&Book::author>(back_populates<&Author::books>()),
                     relationship<&Book::reviews>(back_populates("book")));
    }
};

struct Review {
    std::int64_t id{};
    std::int32_t stars{};
    std::int64_t book_id{};
    azoth::one<Book> book{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("reviews", column<&Review::id>(primary_key), column<&Review::stars>(), column<&Review::book_id>(foreign_key<&Book::id>(), indexed),
                     relationship<&Review::book>(back_populates<&Book::reviews>()));
    }
};

/// A tree of shelves.
struct Shelf {
    std::int64_t id{};
    std::string label{};
    std::optional<std::int64_t> parent_id{};
    azoth::one<Shelf> parent{};
    azoth::many<Shelf> parts{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("shelves", column<&Shelf::id>(primary_key), column<&Shelf::label>(length(20)), column<&Shelf::parent_id>(foreign_key<&Shelf::id>()),
                     relationship<&Shelf::parent>(via<&Shelf::parent_id>(), back_populates<&Shelf::parts>()),
                     relationship<&Shelf::parts>(via<&Shelf::parent_id>(), order_by<&Shelf::label>()));
    }
};

inline const azoth::Metadata model = azoth::metadata<Author, Passport, Book, Review, Shelf>();

/// `authors` authors with `books` books of two reviews each. Author i is "A<i>", its books "A<i>B<j>" of the years 2000 + j.
inline azoth::awaitable<void> fill(azoth::async_sessionmaker sessions, int authors, int books) {
    auto session = sessions();
    for (int i = 1; i <= authors; ++i) {
        Author author;
        author.id = i;
        author.name = "A" + std::to_string(i);
        auto handle = session.add(std::move(author));
        for (int j = 1; j <= books; ++j) {
            Book book;
            book.id = i * 1000 + j;
            book.title = handle->name + "B" + std::to_string(j);
            book.year = 2000 + j;
            auto added = handle->books.add(std::move(book));
            for (int k = 1; k <= 2; ++k) {
                Review review;
                review.id = added->id * 10 + k;
                review.stars = k;
                added->reviews.add(std::move(review));
            }
        }
    }
    co_await session.commit();
}

}  // namespace library

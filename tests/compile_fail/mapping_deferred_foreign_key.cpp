// Relationships follow foreign keys, so those are always read.
// expect: a foreign key column cannot be azoth::deferred
#include <azoth/model.hpp>

struct Book {
    int id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("books", column<&Book::id>(primary_key));
    }
};
struct Page {
    int id{};
    azoth::deferred<int> book_id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::book_id>(foreign_key<&Book::id>()));
    }
};
static_assert(azoth::check<Book, Page>());

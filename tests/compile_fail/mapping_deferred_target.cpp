// What a foreign key refers to is compared when relationships are loaded.
// expect: the foreign key refers to an azoth::deferred member
#include <azoth/model.hpp>

struct Book {
    int id{};
    azoth::deferred<int> number{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("books", column<&Book::id>(primary_key), column<&Book::number>(unique));
    }
};
struct Page {
    int id{};
    int book{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::book>(foreign_key<&Book::number>()));
    }
};
static_assert(azoth::check<Book, Page>());

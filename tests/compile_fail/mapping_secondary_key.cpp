// A secondary table with a key of its own.
// expect: the primary key of a secondary table must be its two foreign keys
#include <azoth/model.hpp>

#include <cstdint>

struct Tag;
struct Tagging;

struct Article {
    std::int64_t id{};
    azoth::many<Tag> tags{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("articles", column<&Article::id>(primary_key), relationship<&Article::tags>(secondary<Tagging>()));
    }
};

struct Tag {
    std::int64_t id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("tags", column<&Tag::id>(primary_key));
    }
};

struct Tagging {
    std::int64_t id{};
    std::int64_t article_id{};
    std::int64_t tag_id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("taggings", column<&Tagging::id>(primary_key), column<&Tagging::article_id>(foreign_key<&Article::id>()),
                     column<&Tagging::tag_id>(foreign_key<&Tag::id>()));
    }
};

static_assert(azoth::check<Article, Tag, Tagging>());

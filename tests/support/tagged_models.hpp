// What many-to-many tests write: posts and tags with a table between that has a column of its own, people
// who follow and block people, courses and students with composite keys,
// boards whose relationships follow conditions.
#pragma once

#include <azoth/azoth.hpp>

#include <cstdint>
#include <string>

namespace tagged {

struct Tag;
struct PostTag;

struct Post {
    std::int64_t id{};
    std::string title{};
    azoth::many<Tag> tags{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::title>(length(50)), relationship<&Post::tags>(secondary<PostTag>()));
    }
};

struct Tag {
    std::int64_t id{};
    std::string name{};
    azoth::many<Post> posts{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("tags", column<&Tag::id>(primary_key), column<&Tag::name>(length(50), unique),
                     relationship<&Tag::posts>(secondary<PostTag>(), back_populates<&Post::tags>(), order_by<&Post::id>()));
    }
};

struct PostTag {
    std::int64_t post_id{};
    std::int64_t tag_id{};
    std::int32_t weight{1};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("post_tags", column<&PostTag::post_id>(foreign_key<&Post::id>()), column<&PostTag::tag_id>(foreign_key<&Tag::id>()),
                     column<&PostTag::weight>(), primary_key(columns<&PostTag::post_id, &PostTag::tag_id>));
    }
};

struct Remark;
struct Board {
    std::int64_t id{};
    std::string letter{};
    azoth::many<Post> posts{};
    azoth::many<Remark> remarks{};
    azoth::one<Remark> pinned{};

    static constexpr auto mapping();
};

struct Remark {
    std::int64_t id{};
    std::int64_t board{};  // no foreign key
    bool sticky{};
    std::string text{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("remarks", column<&Remark::id>(primary_key), column<&Remark::board>(), column<&Remark::sticky>(), column<&Remark::text>(length(50)));
    }
};

constexpr auto Board::mapping() {
    using namespace azoth;
    return table("boards", column<&Board::id>(primary_key), column<&Board::letter>(length(1)),
                 relationship<&Board::posts>(viewonly, primaryjoin([] { return func::substr(col<&Post::title>, 1, 1) == col<&Board::letter>; }), order_by<&Post::id>()),
                 relationship<&Board::remarks>(viewonly, primaryjoin([] { return col<&Remark::board> == col<&Board::id>; }), order_by<&Remark::id>()),
                 relationship<&Board::pinned>(viewonly, primaryjoin([] { return col<&Remark::board> == col<&Board::id> && col<&Remark::sticky>; })));
}

struct Follow;
struct Block;

struct Person {
    std::int64_t id{};
    std::string name{};
    azoth::many<Person> follows{};
    azoth::many<Person> followers{};
    azoth::many<Person> blocked{};

    static constexpr auto mapping();
};

struct Follow {
    std::int64_t follower_id{};
    std::int64_t followed_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("follows", column<&Follow::follower_id>(primary_key, foreign_key("people.id")), column<&Follow::followed_id>(primary_key, foreign_key("people.id")));
    }
};

struct Block {
    std::int64_t person_id{};
    std::int64_t other_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("blocks", column<&Block::person_id>(primary_key, foreign_key("people.id")), column<&Block::other_id>(primary_key, foreign_key("people.id")));
    }
};

constexpr auto Person::mapping() {
    using namespace azoth;
    return table("people", column<&Person::id>(primary_key), column<&Person::name>(length(50)),
                 relationship<&Person::follows>(secondary<Follow>(), via<&Follow::follower_id>()),
                 relationship<&Person::followers>(secondary<Follow>(), via<&Follow::followed_id>(), back_populates<&Person::follows>()),
                 relationship<&Person::blocked>(secondary<Block>(), via<&Block::person_id>(), cascade(azoth::merge)));
}

struct Student;
struct Enrolment;

struct Course {
    std::int64_t tenant{};
    std::string code{};
    azoth::many<Student> students{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("courses", column<&Course::tenant>(), column<&Course::code>(length(20)), primary_key(columns<&Course::tenant, &Course::code>),
                     relationship<&Course::students>(secondary<Enrolment>()));
    }
};

struct Student {
    std::int64_t tenant{};
    azoth::Uuid id{};
    std::string name{};
    azoth::many<Course> courses{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("students", column<&Student::tenant>(), column<&Student::id>(), column<&Student::name>(length(20)),
                     primary_key(columns<&Student::tenant, &Student::id>),
                     relationship<&Student::courses>(secondary<Enrolment>(), back_populates<&Course::students>(), order_by<&Course::code>()));
    }
};

/// Keys of two columns that share one.
struct Enrolment {
    std::int64_t tenant{};
    std::string course{};
    azoth::Uuid student{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("enrolments", column<&Enrolment::tenant>(), column<&Enrolment::course>(length(20)), column<&Enrolment::student>(),
                     primary_key(columns<&Enrolment::tenant, &Enrolment::course, &Enrolment::student>),
                     foreign_key(columns<&Enrolment::tenant, &Enrolment::course>, references<&Course::tenant, &Course::code>),
                     foreign_key(columns<&Enrolment::tenant, &Enrolment::student>, references<&Student::tenant, &Student::id>));
    }
};

inline const azoth::Metadata model = azoth::metadata<Post, Tag, PostTag, Person, Follow, Block, Course, Student, Enrolment, Board, Remark>();
static_assert(azoth::check<Post, Tag, PostTag, Person, Follow, Block, Course, Student, Enrolment, Board, Remark>());

}  // namespace tagged

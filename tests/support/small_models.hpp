// Two small mapped structs for programs that must not compile.
#pragma once

#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>  // the cases include it first themselves

struct Post;
struct User {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> nick{};
    std::int32_t points{};
    bool active{};
    azoth::many<Post> posts{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), column<&User::name>(), column<&User::nick>(), column<&User::points>(), column<&User::active>(),
                     relationship<&User::posts>());
    }
};
struct Post {
    std::int64_t id{};
    std::string title{};
    std::int64_t author_id{};
    azoth::one<User> author{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::title>(), column<&Post::author_id>(foreign_key<&User::id>()),
                     relationship<&Post::author>(back_populates<&User::posts>()));
    }
};

using azoth::alias, azoth::any, azoth::col, azoth::entity, azoth::has, azoth::insert, azoth::literal, azoth::nullable, azoth::select, azoth::update;
namespace func = azoth::func;
using namespace azoth::literals;

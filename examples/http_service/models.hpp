// The service's tables: its users, and the two of TechEmpower's benchmarks.
#pragma once

#include <azoth/model.hpp>

#include <cstdint>
#include <string>

namespace service {

struct User {
    std::int64_t id{};
    std::string email{};
    std::string name{};
    azoth::Timestamp created_at{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("users",
            column<&User::id>(primary_key),
            column<&User::email>(length(255), unique),
            column<&User::name>(length(100)),
            column<&User::created_at>(default_factory<&utcnow>));
    }
};

struct World {
    std::int32_t id{};
    std::int32_t random_number{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("world",
            column<&World::id>(primary_key),
            column<&World::random_number>("randomnumber"));
    }
};

struct Fortune {
    std::int32_t id{};
    std::string message{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("fortune",
            column<&Fortune::id>(primary_key),
            column<&Fortune::message>(length(2048)));
    }
};

inline const azoth::Metadata metadata = azoth::metadata<User, World, Fortune>();
static_assert(azoth::check<User, World, Fortune>());

/// World has the rows 1 to this.
inline constexpr std::int32_t world_rows = 10'000;

}  // namespace service

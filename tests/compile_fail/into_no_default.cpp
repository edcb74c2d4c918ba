// A member without initialiser that no item is named like.
// expect: a member of T has no initialiser and no item has its name
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

struct Card {
    std::int64_t id{};
    int points;
};
auto q(azoth::Result<decltype(select(col<&User::id>))::row_type>& result) { return result.into<Card>(); }

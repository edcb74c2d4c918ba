// By position: fewer items than members.
// expect: T has another number of members than there are items
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

struct Card {
    std::int64_t id{};
    std::int64_t count{};
};
auto q(azoth::Result<decltype(select(func::count()))::row_type>& result) { return result.into<Card>(); }

// A wider item into a narrower member.
// expect: an item is of another or a wider type than the member it goes to
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

struct Card {
    std::int32_t id{};
};
auto q(azoth::Result<decltype(select(col<&User::id>))::row_type>& result) { return result.into<Card>(); }

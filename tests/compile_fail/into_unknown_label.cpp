// A label that is no member of the aggregate.
// expect: T has no member of this item's name
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

struct Card {
    std::int64_t id{};
    std::string name{};
};
auto q(azoth::Result<decltype(select(col<&User::id>, col<&User::name>.label("title"_c)))::row_type>& result) { return result.into<Card>(); }

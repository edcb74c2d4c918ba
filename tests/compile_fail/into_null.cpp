// An item that can be NULL into a member that cannot.
// expect: an item that can be NULL goes to a member that is not std::optional
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

struct Card {
    std::string nick{};
};
auto q(azoth::Result<decltype(select(col<&User::nick>))::row_type>& result) { return result.into<Card>(); }

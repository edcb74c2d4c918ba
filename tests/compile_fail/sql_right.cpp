// The right program beside the sql_*.cpp cases.
// control: the statements that those get wrong
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto ids() { return select(col<&User::id>).where(col<&User::name> == "a" && col<&User::active>).order_by(col<&User::id>.desc()); }
auto labelled() { return select(func::count(col<&Post::id>).label("n"_c), col<&User::name>).outerjoin<&User::posts>().group_by(col<&User::name>).order_by("n"_c.desc()); }
auto changed() { return update<User>().values(col<&User::nick> = std::nullopt, col<&User::points> = 3); }
auto related() { return select<User>().where(any<&User::posts>(col<&Post::title>.like("a%"))); }
auto rows() { return select(select(func::max(col<&Post::id>)).scalar_subquery()); }

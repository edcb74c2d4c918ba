// select<T>() of a struct without mapping.
// expect: this struct is not mapped
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

struct Plain {
    int id{};
};
auto q() { return select<Plain>(); }

// A struct without a mapping.
// expect: this struct is not mapped
#include <azoth/model.hpp>

struct User {
    int id{};
};
inline const azoth::Metadata model = azoth::metadata<User>();

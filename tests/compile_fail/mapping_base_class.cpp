// Members of base classes are not mapped.
// expect: base classes are not mapped
#include <azoth/model.hpp>

struct Base {
    int id{};
};
struct User : Base {
    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key));
    }
};
inline const azoth::Metadata model = azoth::metadata<User>();

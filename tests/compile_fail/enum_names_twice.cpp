// Two values of an enum cannot be stored under one name.
// expect: gives two values one name
#include <azoth/types/enum.hpp>

enum class Kind { book, record };

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "book"}};
};

constexpr auto type = azoth::enum_name_codec<Kind>::sql_type;

// The right program beside enum_names_twice.cpp.
// control: an enum stored by distinct names
#include <azoth/types/enum.hpp>

enum class Kind { book, record };

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "record"}};
};

constexpr auto type = azoth::enum_name_codec<Kind>::sql_type;

// What the compiler knows of a pointer to member: its class, its type, its name, and a tag whose address identifies it.
#pragma once

#include <cstddef>
#include <string_view>

namespace azoth::detail {

template <class M>
struct member_pointer;
template <class C, class T>
struct member_pointer<T C::*> {
    using owner = C;
    using type = T;
};

template <auto M>
using member_owner_t = typename member_pointer<decltype(M)>::owner;
template <auto M>
using member_type_t = typename member_pointer<decltype(M)>::type;

/// One object a member; its address is the member's identity at compile time and at run time.
template <auto M>
inline constexpr char member_tag{};

/// One object a type; its address is the type's identity.
template <class T>
inline constexpr char type_tag{};

// The name is read from the compiler's own spelling of the function: "... [with auto M = &ns::User::name; ...]" (GCC) or
// "... [M = &ns::User::name]" (clang): what stands between the last "::" of the pointer and the ';' or ']' that ends it.
template <auto M>
constexpr std::string_view member_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    std::size_t begin = text.find("M = ");
    std::size_t end = begin;
    while (end < text.size() && text[end] != ';' && text[end] != ']') ++end;
    std::size_t start = end;
    while (start > begin && text[start - 1] != ':' && text[start - 1] != '&' && text[start - 1] != ' ' && text[start - 1] != '(') --start;
    if (text[end - 1] == ')') --end;
    return text.substr(start, end - start);
}

/// The type's name without its namespaces ("User"), for messages.
template <class T>
constexpr std::string_view type_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    std::size_t begin = text.find("T = ") + 4;
    std::size_t end = begin;
    int depth = 0;
    std::size_t start = begin;
    while (end < text.size() && !(depth == 0 && (text[end] == ';' || text[end] == ']'))) {
        if (text[end] == '<') ++depth;
        if (text[end] == '>') --depth;
        if (depth == 0 && text[end] == ':') start = end + 1;
        ++end;
    }
    return text.substr(start, end - start);
}

}  // namespace azoth::detail

// What the compiler knows of a pointer to member: its class, its type, its name, and a tag whose address identifies it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

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

/// Identity of a member or a type: the address at run time. At compile time it is a hash of the compiler's own
/// spelling, for g++ with -fsanitize=undefined does not take two such addresses, nor such an address and null, for
/// different.
struct Tag {
    std::uint64_t spelling = 0;
};

/// Stands for "none", so that nothing is ever compared with null.
inline constexpr Tag no_tag{};

constexpr bool same(const Tag* a, const Tag* b) {
    return std::is_constant_evaluated() ? a->spelling == b->spelling : a == b;
}

/// FNV-1a, by Fowler, Noll and Vo.
constexpr std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

template <auto M>
constexpr std::uint64_t spelling() {
    return hash_of(__PRETTY_FUNCTION__);
}
template <class T>
constexpr std::uint64_t type_spelling() {
    return hash_of(__PRETTY_FUNCTION__);
}

/// One object a member.
template <auto M>
inline constexpr Tag member_tag{spelling<M>()};

/// One object a type.
template <class T>
inline constexpr Tag type_tag{type_spelling<T>()};

// The name is read from the compiler's own spelling of the function: "... [with auto M = &ns::User::name; ...]" (GCC)
// or
// "... [M = &ns::User::name]" (clang): what stands between the last "::" of the pointer and the ';' or ']' that ends
// it.
template <auto M>
constexpr std::string_view member_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    std::size_t begin = text.find("M = ");
    std::size_t end = begin;
    while (end < text.size() && text[end] != ';' && text[end] != ']') ++end;
    std::size_t start = end;
    while (start > begin && text[start - 1] != ':' && text[start - 1] != '&' && text[start - 1] != ' ' &&
           text[start - 1] != '(')
        --start;
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

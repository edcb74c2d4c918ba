// The members of an aggregate without macros: how many there are, references to them, their names.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace azoth::detail {

/// Aggregates of more members are refused.
inline constexpr std::size_t most_members = 32;

/// Stands for a value of any type, where only the number of values matters.
struct AnyValue {
    template <class T>
    operator T() const;
};

template <class T, std::size_t... I>
constexpr bool takes_values(std::index_sequence<I...>) {
    return requires { T{(static_cast<void>(I), AnyValue())...}; };
}
template <class T, std::size_t N>
inline constexpr bool takes = takes_values<T>(std::make_index_sequence<N>());

// The most values T{...} takes. It may not take few (a member without default constructor), so the count goes up to the first
// number it takes and on while it takes them.
template <class T, std::size_t N = 0, bool Taken = false>
constexpr std::size_t count_members() {
    if constexpr (N > most_members + 1) {
        return N;
    } else if constexpr (takes<T, N>) {
        return count_members<T, N + 1, true>();
    } else if constexpr (Taken) {
        return N - 1;
    } else {
        return count_members<T, N + 1, false>();
    }
}
/// Number of members; more than `most_members` for every larger number. Arrays count by their elements.
template <class T>
inline constexpr std::size_t member_count = count_members<T>();

/// Calls `visit(members...)`. Structured bindings are all that C++20 has for this, and they want their number written out.
template <class T, class F>
constexpr decltype(auto) with_members(T& object, F&& visit) {
    constexpr std::size_t count = member_count<std::remove_const_t<T>>;
    static_assert(count <= most_members, "azoth: this struct has more than 32 members");
    if constexpr (count == 0) {
        return visit();
    } else if constexpr (count == 1) {
        auto& [m0] = object;
        return visit(m0);
    } else if constexpr (count == 2) {
        auto& [m0, m1] = object;
        return visit(m0, m1);
    } else if constexpr (count == 3) {
        auto& [m0, m1, m2] = object;
        return visit(m0, m1, m2);
    } else if constexpr (count == 4) {
        auto& [m0, m1, m2, m3] = object;
        return visit(m0, m1, m2, m3);
    } else if constexpr (count == 5) {
        auto& [m0, m1, m2, m3, m4] = object;
        return visit(m0, m1, m2, m3, m4);
    } else if constexpr (count == 6) {
        auto& [m0, m1, m2, m3, m4, m5] = object;
        return visit(m0, m1, m2, m3, m4, m5);
    } else if constexpr (count == 7) {
        auto& [m0, m1, m2, m3, m4, m5, m6] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6);
    } else if constexpr (count == 8) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7);
    } else if constexpr (count == 9) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8);
    } else if constexpr (count == 10) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9);
    } else if constexpr (count == 11) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10);
    } else if constexpr (count == 12) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11);
    } else if constexpr (count == 13) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12);
    } else if constexpr (count == 14) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13);
    } else if constexpr (count == 15) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14);
    } else if constexpr (count == 16) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
    } else if constexpr (count == 17) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16);
    } else if constexpr (count == 18) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17);
    } else if constexpr (count == 19) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18);
    } else if constexpr (count == 20) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19);
    } else if constexpr (count == 21) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20);
    } else if constexpr (count == 22) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21);
    } else if constexpr (count == 23) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22);
    } else if constexpr (count == 24) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23);
    } else if constexpr (count == 25) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24);
    } else if constexpr (count == 26) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25);
    } else if constexpr (count == 27) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25, m26] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25, m26);
    } else if constexpr (count == 28) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25, m26, m27] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25, m26, m27);
    } else if constexpr (count == 29) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25, m26, m27, m28] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25, m26, m27, m28);
    } else if constexpr (count == 30) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25, m26, m27, m28, m29] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25, m26, m27, m28, m29);
    } else if constexpr (count == 31) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25, m26, m27, m28, m29, m30] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25, m26, m27, m28, m29, m30);
    } else if constexpr (count == 32) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24,
            m25, m26, m27, m28, m29, m30, m31] = object;
        return visit(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23,
            m24, m25, m26, m27, m28, m29, m30, m31);
    }
}

/// An object that exists for the compiler only: the addresses of its members name them. Never defined, never read.
template <class T>
struct NamedObject {
    T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern const NamedObject<T> named_object;

template <class T>
constexpr auto member_addresses() {
    return with_members(named_object<T>.value, [](auto&... members) { return std::tuple(std::addressof(members)...); });
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

// "... [with auto Address = (& named_object<Dto>.azoth::detail::NamedObject<Dto>::value.Dto::total); ...]" (GCC) or
// "... [Address = &named_object<Dto>.value.total]" (clang): the last word before the bracket.
template <auto Address>
constexpr std::string_view name_at() {
    const std::string_view text = __PRETTY_FUNCTION__;
    const auto word = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; };
    std::size_t end = text.find("Address = ");
    end = text.find(';', end) != std::string_view::npos ? text.find(';', end) : text.rfind(']');
    while (end > 0 && !word(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && word(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

/// The name of the I-th member, as written in the struct.
template <class T, std::size_t I>
inline constexpr std::string_view aggregate_member_name = name_at<std::get<I>(member_addresses<T>())>();

}  // namespace azoth::detail

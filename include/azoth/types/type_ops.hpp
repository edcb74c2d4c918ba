// TypeOps: a C++ member type as a table of functions, so that everything behind a mapped struct is run-time code.
#pragma once

#include <azoth/base/member.hpp>
#include <azoth/types/type_traits.hpp>
#include <azoth/types/value_buffer.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace azoth::detail {

/// Where snapshots of strings are kept: bytes that live as long as the graph.
class SnapshotMemory {
public:
    virtual char* allocate_bytes(std::size_t size) = 0;

protected:
    ~SnapshotMemory() = default;
};

/// A string in a snapshot.
struct SnapshotText {
    const char* data;
    std::size_t size;
};

/// The type behind Timestamp.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

struct DeferredName;

/// What the compiler knows of a member's type.
struct TypeFacts {
    SqlType sql_type{};
    bool nullable = false;            ///< std::optional
    bool integral = false;            ///< an integer type: may be a generated key
    const Tag* value_type = &no_tag;  ///< equal for types that compare in SQL without a cast
    std::string_view name{};          ///< for messages, without std::optional
};

/// Functions over one member of type T (`field`) and over its snapshot (`saved`), the value last known to be in the
/// database. A snapshot is a bit copy for trivially copyable types, a byte range for strings, a T for the rest.
struct TypeOps : TypeFacts {
    std::size_t snapshot_size;
    std::size_t snapshot_align;

    void (*append)(const void* field, ValueBuffer& out);
    void (*encode)(const void* field, Value& out);
    void (*decode)(void* field, ValueView stored, std::string_view what);
    void (*save)(void* saved, const void* field, SnapshotMemory& memory);  ///< constructs the snapshot
    /// decode and save in one, for rows that are read by the thousand; nullptr where a snapshot needs to be destroyed, which a row that fails
    /// half-way could not tell.
    void (*load)(void* field, void* saved, ValueView stored, std::string_view what, SnapshotMemory& memory);
    bool (*same)(const void* saved, const void* field);                    ///< reals by their bits
    void (*restore)(void* field, const void* saved);
    void (*append_saved)(const void* saved, ValueBuffer& out);
    void (*copy_saved)(void* saved,
                       const void* other);     ///< constructs a snapshot from another; strings share their bytes
    void (*drop)(void* saved) noexcept;        ///< nullptr: nothing to destroy
    bool (*is_default)(const void* field);     ///< holds the value-initialised value
    void (*set_default)(void* field);          ///< value-initialises
    void (*set_null)(void* field);             ///< nullptr: the type cannot hold NULL
    void (*copy)(void* to, const void* from);  ///< assignment
    bool (*equal)(const void* a, const void* b);
    void (*set_integer)(void* field, std::int64_t value);  ///< nullptr unless integral

    // Of deferred<T>, else nullptr.
    void (*set_not_loaded)(void* field, const DeferredName* name) noexcept;
    bool (*is_loaded)(const void* field) noexcept;
    bool (*saved_loaded)(const void* saved) noexcept;
};

template <class T>
const T& as(const void* field) noexcept {
    return *static_cast<const T*>(field);
}
template <class T>
T& as(void* field) noexcept {
    return *static_cast<T*>(field);
}

template <class T>
bool same_value(const T& a, const T& b) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::memcmp(&a, &b, sizeof(T)) == 0;
    } else {
        return a == b;
    }
}
template <class T>
    requires std::is_floating_point_v<T>
bool same_value(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}
template <class T>
bool same_value(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a.has_value() || same_value(*a, *b));
}

/// Appends through type_traits<T>::append where it exists (no intermediate copy), else through a Value.
template <class T>
void append_value(const T& value, ValueBuffer& out) {
    if constexpr (is_optional_v<T>) {
        if (value) {
            append_value(*value, out);
        } else {
            out.append_null();
        }
    } else if constexpr (requires { type_traits<T>::append(value, out); }) {
        type_traits<T>::append(value, out);
    } else {
        Value encoded;
        type_traits<T>::encode(value, encoded);
        out.append(encoded.view());
    }
}

template <class T>
inline constexpr bool snapshot_is_text = std::is_same_v<T, std::string>;

template <class T>
void ops_append(const void* field, ValueBuffer& out) {
    append_value(as<T>(field), out);
}
template <class T>
void ops_encode(const void* field, Value& out) {
    azoth::encode(as<T>(field), out);
}
template <class T>
void ops_decode(void* field, ValueView stored, std::string_view what) {
    if constexpr (snapshot_is_text<T>) {
        if (stored.kind == ValueKind::text) {  // straight into the member, keeping its capacity
            as<T>(field).assign(stored.data, stored.size);
            return;
        }
    }
    as<T>(field) = azoth::decode<T>(stored, what);
}
template <class T>
void ops_save(void* saved, const void* field, SnapshotMemory& memory) {
    if constexpr (snapshot_is_text<T>) {
        const auto& text = as<T>(field);
        char* room = memory.allocate_bytes(text.size());
        if (!text.empty()) std::memcpy(room, text.data(), text.size());
        ::new (saved) SnapshotText{room, text.size()};
    } else {
        ::new (saved) T(as<T>(field));
    }
}
template <class T>
void ops_load(void* field, void* saved, ValueView stored, std::string_view what, SnapshotMemory& memory) {
    if constexpr (snapshot_is_text<T>) {
        ops_decode<T>(field, stored, what);
        ops_save<T>(saved, field, memory);
    } else {
        const T value = azoth::decode<T>(stored, what);
        as<T>(field) = value;
        ::new (saved) T(value);
    }
}
template <class T>
bool ops_same(const void* saved, const void* field) {
    if constexpr (snapshot_is_text<T>) {
        const auto& old = as<SnapshotText>(saved);
        const auto& text = as<T>(field);
        return old.size == text.size() && (old.size == 0 || std::memcmp(old.data, text.data(), old.size) == 0);
    } else {
        return same_value(as<T>(saved), as<T>(field));
    }
}
template <class T>
void ops_restore(void* field, const void* saved) {
    if constexpr (snapshot_is_text<T>) {
        as<T>(field).assign(as<SnapshotText>(saved).data, as<SnapshotText>(saved).size);
    } else {
        as<T>(field) = as<T>(saved);
    }
}
template <class T>
void ops_append_saved(const void* saved, ValueBuffer& out) {
    if constexpr (snapshot_is_text<T>) {
        out.append(ValueView::of_bytes({as<SnapshotText>(saved).data, as<SnapshotText>(saved).size}, ValueKind::text));
    } else {
        append_value(as<T>(saved), out);
    }
}
template <class T>
void ops_copy_saved(void* saved, const void* other) {
    if constexpr (snapshot_is_text<T>) {
        ::new (saved) SnapshotText(as<SnapshotText>(other));
    } else {
        ::new (saved) T(as<T>(other));
    }
}
template <class T>
void ops_drop(void* saved) noexcept {
    as<T>(saved).~T();
}
template <class T>
bool ops_is_default(const void* field) {
    return same_value(as<T>(field), T{});
}
template <class T>
void ops_set_default(void* field) {
    as<T>(field) = T{};
}
template <class T>
void ops_set_null(void* field) {
    as<T>(field).reset();
}
template <class T>
void ops_copy(void* to, const void* from) {
    as<T>(to) = as<T>(from);
}
template <class T>
bool ops_equal(const void* a, const void* b) {
    return same_value(as<T>(a), as<T>(b));
}
template <class T>
void ops_set_integer(void* field, std::int64_t value) {
    as<T>(field) = azoth::decode<T>(ValueView::of_integer(value), "generated key");
}

/// `long` and `long long` are one type to a database.
template <class V>
constexpr const Tag* value_type_tag() {
    if constexpr (std::is_integral_v<V> && !std::is_same_v<V, bool>) {
        if constexpr (sizeof(V) == 1) return std::is_signed_v<V> ? &type_tag<std::int8_t> : &type_tag<std::uint8_t>;
        if constexpr (sizeof(V) == 2) return std::is_signed_v<V> ? &type_tag<std::int16_t> : &type_tag<std::uint16_t>;
        if constexpr (sizeof(V) == 4) return std::is_signed_v<V> ? &type_tag<std::int32_t> : &type_tag<std::uint32_t>;
        if constexpr (sizeof(V) == 8) return std::is_signed_v<V> ? &type_tag<std::int64_t> : &type_tag<std::uint64_t>;
    } else {
        return &type_tag<V>;
    }
}

/// The type as its user writes it.
template <class V>
constexpr std::string_view value_type_name() {
    if constexpr (std::is_same_v<V, std::string>) {
        return "std::string";
    } else if constexpr (std::is_integral_v<V> && !std::is_same_v<V, bool>) {
        constexpr std::size_t row = sizeof(V) == 1 ? 0 : sizeof(V) == 2 ? 1 : sizeof(V) == 4 ? 2 : 3;
        constexpr std::string_view names[] = {"std::int8_t",  "std::int16_t",  "std::int32_t",  "std::int64_t",
                                              "std::uint8_t", "std::uint16_t", "std::uint32_t", "std::uint64_t"};
        return names[row + (std::is_signed_v<V> ? 0 : 4)];
    } else {
        return type_name<V>();
    }
}

template <class T>
constexpr TypeFacts make_type_facts() {
    using V = remove_optional_t<T>;
    return {type_traits<V>::sql_type, is_optional_v<T>, std::is_integral_v<V> && !std::is_same_v<V, bool>,
            value_type_tag<V>(), value_type_name<V>()};
}

template <class T>
constexpr TypeOps make_type_ops() {
    using V = remove_optional_t<T>;
    constexpr bool integral = std::is_integral_v<V> && !std::is_same_v<V, bool>;
    TypeOps ops{};
    static_cast<TypeFacts&>(ops) = make_type_facts<T>();
    ops.snapshot_size = snapshot_is_text<T> ? sizeof(SnapshotText) : sizeof(T);
    ops.snapshot_align = snapshot_is_text<T> ? alignof(SnapshotText) : alignof(T);
    ops.append = &ops_append<T>;
    ops.encode = &ops_encode<T>;
    ops.decode = &ops_decode<T>;
    ops.save = &ops_save<T>;
    if constexpr (snapshot_is_text<T> || std::is_trivially_destructible_v<T>) ops.load = &ops_load<T>;
    ops.same = &ops_same<T>;
    ops.restore = &ops_restore<T>;
    ops.append_saved = &ops_append_saved<T>;
    ops.copy_saved = &ops_copy_saved<T>;
    if constexpr (!snapshot_is_text<T> && !std::is_trivially_destructible_v<T>) ops.drop = &ops_drop<T>;
    ops.is_default = &ops_is_default<T>;
    ops.set_default = &ops_set_default<T>;
    if constexpr (is_optional_v<T>) ops.set_null = &ops_set_null<T>;
    ops.copy = &ops_copy<T>;
    ops.equal = &ops_equal<T>;
    if constexpr (integral) ops.set_integer = &ops_set_integer<T>;
    return ops;
}

/// Where a type's functions are kept.
template <class T>
struct TypeOpsOf {
    static constexpr TypeOps value = make_type_ops<T>();
};

// The commonest types' functions are compiled once, in src/, not in every file that includes a model.
template <>
struct TypeOpsOf<bool> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::int16_t> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::int32_t> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::int64_t> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<double> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::string> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<Instant> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<bool>> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<std::int16_t>> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<std::int32_t>> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<std::int64_t>> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<double>> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<std::string>> {
    static const TypeOps value;
};
template <>
struct TypeOpsOf<std::optional<Instant>> {
    static const TypeOps value;
};

template <class T>
inline constexpr const TypeOps& type_ops = TypeOpsOf<T>::value;

/// Of a member that is read and never written: it never looks changed, and no other object's value is copied onto it.
constexpr TypeOps read_only(TypeOps ops) {
    ops.same = [](const void*, const void*) { return true; };
    ops.copy = [](void*, const void*) {};
    return ops;
}
template <class Member>
inline constexpr TypeOps read_only_type_ops = read_only(make_type_ops<Member>());

}  // namespace azoth::detail

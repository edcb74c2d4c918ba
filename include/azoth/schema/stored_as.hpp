// The functions over a member that is stored in another form than its type's own: an enum by its names.
#pragma once

#include <azoth/types/deferred.hpp>
#include <azoth/types/enum.hpp>
#include <azoth/types/type_ops.hpp>

#include <string>

namespace azoth::detail {

/// A named enum as text. `E` is the enum.
template <class Member>
struct NameOps {
    using E = remove_optional_t<Member>;

    static void append_name(const Member& value, ValueBuffer& out) {
        Value encoded;
        encode_name(value, encoded);
        out.append(encoded.view());
    }
    static void encode_name(const Member& value, Value& out) {
        if constexpr (is_optional_v<Member>) {
            if (value) {
                enum_name_codec<E>::encode(*value, out);
            } else {
                out = Value();
            }
        } else {
            enum_name_codec<E>::encode(value, out);
        }
    }
    static void append(const void* field, ValueBuffer& out) { append_name(as<Member>(field), out); }
    static void encode(const void* field, Value& out) { encode_name(as<Member>(field), out); }
    static void decode(void* field, ValueView stored, std::string_view what) {
        if (stored.is_null()) {
            if constexpr (is_optional_v<Member>) {
                as<Member>(field).reset();
                return;
            } else {
                throw_null_value(what);
            }
        }
        try {
            as<Member>(field) = enum_name_codec<E>::decode(stored);
        } catch (...) {
            rethrow_naming(what);
        }
    }
};

template <class Member, class Stored>
constexpr TypeOps make_stored_type_ops() {
    using Ops = NameOps<Member>;
    TypeOps ops = make_type_ops<Member>();
    ops.sql_type = enum_name_codec<typename Ops::E>::sql_type;
    // Not the enum itself: in SQL a name is not comparable to a number.
    ops.value_type = &type_tag<enum_name_codec<typename Ops::E>>;
    ops.append = &Ops::append;
    ops.encode = &Ops::encode;
    ops.decode = &Ops::decode;
    ops.load = nullptr;
    ops.append_saved = &Ops::append;  // the snapshot of an enum is the enum
    return ops;
}

/// TypeOps of a column with `stored_as<Stored>`.
template <class Member, class Stored>
inline constexpr TypeOps stored_type_ops = make_stored_type_ops<Member, Stored>();
template <class T, class Stored>
inline constexpr TypeOps stored_type_ops<deferred<T>, Stored> = make_deferred_ops<T, stored_type_ops<T, Stored>>(stored_type_ops<T, Stored>);

}  // namespace azoth::detail

// What the tests of this folder share: encode-decode round trips, and the message of a DataError.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/types/type_traits.hpp>

#include <string>
#include <string_view>

namespace azoth::test {

template <class T>
T round_trip(const T& value) {
    return decode<T>(to_value(value).view(), "column");
}

inline ValueView text(std::string_view value, ValueKind kind = ValueKind::text) {
    return ValueView::of_bytes(value, kind);
}

/// The message of the DataError that `action` throws; "no error" when it throws none. Other exceptions pass through.
template <class Action>
std::string refusal(Action action) {
    try {
        action();
    } catch (const DataError& error) {
        return error.message();
    }
    return "no error";
}

template <class T>
std::string refusal_of(ValueView stored) {
    return refusal([&] { type_traits<T>::decode(stored); });
}

}  // namespace azoth::test

// Value: one owned database value, the form in which a statement keeps what is bound to it.
#pragma once

#include <azoth/types/value_view.hpp>

#include <string>
#include <utility>

namespace azoth {

/// One owned value. Regular type: copying copies the bytes, comparison is by kind and payload (bitwise for reals).
class Value {
public:
    Value() noexcept = default;  ///< SQL NULL
    explicit Value(ValueView view) { assign(view); }

    static Value integer(std::int64_t value, ValueKind kind = ValueKind::integer) {
        return Value(ValueView::of_integer(value, kind));
    }
    static Value boolean(bool value) { return integer(value ? 1 : 0, ValueKind::boolean); }
    static Value real(double value) { return Value(ValueView::of_real(value)); }
    static Value bytes(std::string value, ValueKind kind) {
        Value result;
        result.kind_ = kind;
        result.bytes_ = std::move(value);
        return result;
    }
    static Value text(std::string value) { return bytes(std::move(value), ValueKind::text); }

    void assign(ValueView view) {
        kind_ = view.kind;
        if (is_bytes(view.kind)) {
            bytes_.assign(view.data, view.size);
        } else {
            number_ = view.integer;  // a real is kept by its bits
        }
    }

    ValueKind kind() const noexcept { return kind_; }
    bool is_null() const noexcept { return kind_ == ValueKind::null; }

    /// A view of this value; valid until it is changed or destroyed.
    ValueView view() const noexcept {
        if (is_bytes(kind_)) return ValueView::of_bytes(bytes_, kind_);
        return ValueView::of_integer(number_, kind_);
    }

    friend bool operator==(const Value& a, const Value& b) noexcept {
        if (a.kind_ != b.kind_) return false;
        if (a.kind_ == ValueKind::null) return true;
        return is_bytes(a.kind_) ? a.bytes_ == b.bytes_ : a.number_ == b.number_;
    }

private:
    ValueKind kind_ = ValueKind::null;
    std::int64_t number_ = 0;
    std::string bytes_;
};

}  // namespace azoth

// Window: PARTITION BY and ORDER BY of an OVER clause.
#pragma once

#include <azoth/sql/expression.hpp>
#include <azoth/sql/order.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

template <class O>
void write_order(Tape& out, O&& order) {
    if constexpr (std::same_as<std::remove_cvref_t<O>, Ordered>) {
        out.append(order.tape());
        out.close(Op::order, 1, nullptr, 0, order.flags());
    } else {
        std::forward<O>(order).write(out);
        out.close(Op::order, 1);
    }
}

}  // namespace detail

/// One end of a window frame.
struct FrameBound {
    enum class Kind : std::uint8_t { unbounded_preceding, preceding, current_row, following, unbounded_following } kind;
    std::uint32_t rows = 0;
};
inline constexpr FrameBound unbounded_preceding{FrameBound::Kind::unbounded_preceding}, unbounded_following{FrameBound::Kind::unbounded_following},
    current_row{FrameBound::Kind::current_row};
constexpr FrameBound preceding(std::uint32_t rows) { return {FrameBound::Kind::preceding, rows}; }
constexpr FrameBound following(std::uint32_t rows) { return {FrameBound::Kind::following, rows}; }

/// `partition_by(a, b).order_by(c.desc()).rows_between(unbounded_preceding, current_row)`
class Window {
public:
    template <detail::SqlExpression... E>
    Window& add_partition(const E&... expressions) {
        (expressions.write(tape_), ...);
        tape_.close(detail::Op::window_partition, static_cast<std::uint16_t>(sizeof...(E)));
        return *this;
    }
    template <class... O>
    Window order_by(const O&... orders) const {
        static_assert(((std::same_as<O, Ordered> || detail::is_sql<O>) && ...),
                      "azoth: the order of a window takes columns and expressions; labels of selected items are not known there");
        Window copy = *this;
        (detail::write_order(copy.tape_, orders), ...);
        copy.tape_.close(detail::Op::window_order, static_cast<std::uint16_t>(sizeof...(O)));
        return copy;
    }
    Window rows_between(FrameBound from, FrameBound to) const { return frame("ROWS", from, to); }
    Window range_between(FrameBound from, FrameBound to) const { return frame("RANGE", from, to); }
    Window groups_between(FrameBound from, FrameBound to) const { return frame("GROUPS", from, to); }

    const detail::Tape& tape() const noexcept { return tape_; }

private:
    Window frame(const char* unit, FrameBound from, FrameBound to) const;

    detail::Tape tape_;
};

template <detail::SqlExpression... E>
Window partition_by(const E&... expressions) {
    Window window;
    window.add_partition(expressions...);
    return window;
}
/// A window over all rows in an order.
template <class First, class... Rest>
Window order_by(const First& first, const Rest&... rest) {
    return Window().order_by(first, rest...);
}

/// A function call: an expression that can also be filtered (aggregates) or windowed.
template <class T, class Over = T>
class FunctionCall : public Expression<T> {
public:
    using Expression<T>::Expression;

    /// Only the rows that satisfy the predicate: `func::sum(x).filter(p)`.
    template <class P>
    FunctionCall filter(P&& predicate) const {
        static_assert(detail::is_predicate<P>, "azoth: filter() takes an SQL predicate");
        detail::Tape out = this->tape();
        std::forward<P>(predicate).write(out);
        out.close(detail::Op::filter, 2);
        return FunctionCall(std::move(out));
    }
    /// As a window function.
    Expression<Over> over(const Window& window) const {
        detail::Tape out = this->tape();
        const auto parts = static_cast<std::uint16_t>(window.tape().roots());
        out.append(window.tape());
        out.close(detail::Op::over, static_cast<std::uint16_t>(parts + 1));
        return Expression<Over>(std::move(out));
    }
    /// Over all rows.
    Expression<Over> over() const { return over(Window()); }
};

}  // namespace azoth

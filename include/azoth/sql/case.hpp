// case_(when(condition, value), ...).else_(value)
#pragma once

#include <azoth/sql/functions.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace azoth {

template <class T>
class When {
public:
    explicit When(detail::Tape tape) : tape_(std::move(tape)) {}
    using value_type = T;
    const detail::Tape& tape() const noexcept { return tape_; }

private:
    detail::Tape tape_;
};

template <class P, class V>
auto when(P&& condition, V&& value) {
    static_assert(detail::is_predicate<P>, "azoth: when(condition, value): the condition is an SQL predicate");
    detail::Tape out = detail::tape_of(std::forward<P>(condition));
    detail::write_argument(out, std::forward<V>(value));
    out.close(detail::Op::when, 2);
    return When<detail::literal_type_t<V>>(std::move(out));
}

/// CASE without ELSE is NULL where no condition holds; `.else_(v)` gives the rest.
template <class T>
class CaseExpression : public Expression<std::optional<remove_optional_t<T>>> {
public:
    CaseExpression(detail::Tape whens, std::uint16_t count) : Expression<std::optional<remove_optional_t<T>>>(closed(whens, count)), whens_(std::move(whens)), count_(count) {}

    template <class V>
    auto else_(V&& value) const {
        static_assert(detail::meet_all<T, detail::literal_type_t<V>>, "azoth: the values of this case_() have no common SQL type; cast<T>() where they differ");
        using Result = typename detail::merged<T, detail::literal_type_t<V>>::type;
        detail::Tape out = whens_;
        detail::write_argument(out, std::forward<V>(value));
        out.close(detail::Op::case_, static_cast<std::uint16_t>(count_ + 1), nullptr, 0, 1);
        return Expression<Result>(std::move(out));
    }

private:
    static detail::Tape closed(detail::Tape whens, std::uint16_t count) {
        whens.close(detail::Op::case_, count);
        return whens;
    }
    detail::Tape whens_;
    std::uint16_t count_;
};

template <class... T>
auto case_(const When<T>&... whens) {
    static_assert(sizeof...(T) > 0, "azoth: case_ needs at least one when(condition, value)");
    static_assert(detail::meet_all<T...>, "azoth: the values of this case_() have no common SQL type; cast<T>() where they differ");
    detail::Tape out;
    (out.append(whens.tape()), ...);
    return CaseExpression<typename detail::merged_all<T...>::type>(std::move(out), static_cast<std::uint16_t>(sizeof...(T)));
}

}  // namespace azoth

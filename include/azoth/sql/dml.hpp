// What insert, update and delete have in common: a tape, a table, RETURNING.
#pragma once

#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/execution_options.hpp>
#include <azoth/sql/select.hpp>

#include <utility>

namespace azoth::detail {

/// Base of statements that change rows.
class DmlBase {
public:
    const Tape& tape() const noexcept { return tape_; }
    Tape take_tape() && { return std::move(tape_); }
    const ExecutionOptions& execution() const noexcept { return execution_; }

protected:
    explicit DmlBase(Tape tape) : tape_(std::move(tape)) {}
    template <class... R>
    void write_returning(const R&... items) {
        Tape out;
        (item_for<R>::write(out, items), ...);
        out.close_all(Op::returning);
        tape_.append(std::move(out));
    }

    Tape tape_;
    ExecutionOptions execution_{};
};

template <class T, class A>
inline constexpr bool assigns_to = false;
template <class T>
inline constexpr bool assigns_to<T, Assignment<T>> = true;

template <class T, class... A>
constexpr void check_assignments() {
    static_assert((assigns_to<T, std::remove_cvref_t<A>> && ...), "azoth: values() takes assignments to this struct's columns: col<&T::member> = value");
}

}  // namespace azoth::detail

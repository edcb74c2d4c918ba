// What insert, update and delete have in common: a tape, a table, RETURNING.
#pragma once

#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/execution_options.hpp>
#include <azoth/sql/select.hpp>

#include <cstdint>
#include <utility>

namespace azoth {

/// What an UPDATE or DELETE by criteria that a session executes does to the objects that are loaded. Rows are compared with what is known
/// of them in the database; members that were changed and not flushed are never overwritten, and their change is flushed later.
enum class SynchronizeSession : std::uint8_t {
    automatic,  ///< evaluate where it can be, else all loaded objects of the table expire: they are reread when next met
    evaluate,   ///< criteria and values are computed in memory; an object whose new value cannot be computed expires.
                ///< Errors: `ArgumentError` when the criteria are not simple enough
    fetch,      ///< the database says which rows it met: by RETURNING where it can, else by a SELECT ahead of the statement
    none,       ///< nothing: loaded objects are what they were
};

namespace detail {

void write_synchronize(Tape& out, SynchronizeSession how);

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

}  // namespace detail
}  // namespace azoth

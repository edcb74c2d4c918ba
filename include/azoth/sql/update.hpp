// update<T>(): UPDATE of the rows that match.
#pragma once

#include <azoth/sql/dml.hpp>

#include <utility>

namespace azoth {

/// UPDATE of a mapped table. Without where() it changes every row.
template <class T, class... Items>
class Update : public detail::DmlBase {
public:
    using row_type = Row<Items...>;
    using entity_type = T;
    static constexpr bool returns_rows = sizeof...(Items) != 0;

    explicit Update(detail::Tape tape) : DmlBase(std::move(tape)) {}

    template <class... P>
    Update where(P&&... predicates) const {
        static_assert((detail::is_predicate<P> && ...), "azoth: where() takes SQL predicates; compare the column with something");
        Update copy = *this;
        ((std::forward<P>(predicates).write(copy.tape_), copy.tape_.close(detail::Op::where, 1)), ...);
        return copy;
    }
    /// What changes: `values(col<&User::points> = col<&User::points> + 1)`.
    template <class... A>
    Update values(const A&... assignments) const {
        detail::check_assignments<T, A...>();
        Update copy = *this;
        (assignments.write(copy.tape_), ...);
        return copy;
    }
    template <class... R>
    auto returning(const R&... items) const {
        static_assert(sizeof...(Items) == 0, "azoth: returning() is given once");
        Update copy = *this;
        copy.write_returning(items...);
        return Update<T, typename detail::item_for<R>::type...>(std::move(copy.tape_));
    }
    /// What becomes of loaded objects when a session executes it. Matters to sessions only.
    Update synchronize_session(SynchronizeSession how) const {
        Update copy = *this;
        detail::write_synchronize(copy.tape_, how);
        return copy;
    }
    Update execution_options(ExecutionOptions options) const {
        Update copy = *this;
        copy.execution_ = options;
        return copy;
    }
};

/// UPDATE of T's table.
template <class T>
Update<T> update() {
    detail::Tape out;
    out.leaf(detail::Op::update_table, &detail::table_of<T>());
    return Update<T>(std::move(out));
}

}  // namespace azoth

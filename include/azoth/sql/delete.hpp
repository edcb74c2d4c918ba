// delete_from<T>(): DELETE of the rows that match.
#pragma once

#include <azoth/sql/dml.hpp>

#include <utility>

namespace azoth {

/// DELETE from a mapped table. Without where() it deletes every row. No cascades but the database's own.
template <class T, class... Items>
class Delete : public detail::DmlBase {
public:
    using row_type = Row<Items...>;
    using entity_type = T;
    static constexpr bool returns_rows = sizeof...(Items) != 0;

    explicit Delete(detail::Tape tape) : DmlBase(std::move(tape)) {}

    template <class... P>
    Delete where(P&&... predicates) const {
        static_assert((detail::is_predicate<P> && ...), "azoth: where() takes SQL predicates; compare the column with something");
        Delete copy = *this;
        ((std::forward<P>(predicates).write(copy.tape_), copy.tape_.close(detail::Op::where, 1)), ...);
        return copy;
    }
    template <class... R>
    auto returning(const R&... items) const {
        static_assert(sizeof...(Items) == 0, "azoth: returning() is given once");
        Delete copy = *this;
        copy.write_returning(items...);
        return Delete<T, typename detail::item_for<R>::type...>(std::move(copy.tape_));
    }
    /// What becomes of loaded objects when a session executes it. Matters to sessions only.
    Delete synchronize_session(SynchronizeSession how) const {
        Delete copy = *this;
        detail::write_synchronize(copy.tape_, how);
        return copy;
    }
    Delete execution_options(ExecutionOptions options) const {
        Delete copy = *this;
        copy.execution_ = options;
        return copy;
    }
};

/// DELETE from T's table.
template <class T>
Delete<T> delete_from() {
    detail::Tape out;
    out.leaf(detail::Op::delete_from, &detail::table_of<T>());
    return Delete<T>(std::move(out));
}

}  // namespace azoth

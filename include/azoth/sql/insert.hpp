// insert<T>(): INSERT by values, from a query, with ON CONFLICT and RETURNING.
#pragma once

#include <azoth/sql/dml.hpp>
#include <azoth/schema/options.hpp>

#include <string>
#include <utility>

namespace azoth {

template <class T, class... Items>
class Insert;
template <class T, class... Items>
class DoUpdate;

/// The values of the row that could not be inserted, inside do_update(...).
template <auto... M>
auto excluded(const ColumnHandle<M...>&) {
    detail::Tape out;
    out.leaf(detail::Op::excluded_column, &detail::column_of<M...>());
    return Expression<typename ColumnHandle<M...>::value_type>(std::move(out));
}

/// A unique constraint or index that on_conflict() names. Made by on_constraint().
struct ConflictConstraint {
    std::string name;
};
/// `on_conflict(on_constraint("uq_tags_name"))`: PostgreSQL's ON CONFLICT ON CONSTRAINT; elsewhere `NotSupportedError`.
inline ConflictConstraint on_constraint(std::string name) { return {std::move(name)}; }

/// `insert<T>()....on_conflict(columns...)`: say what to do.
template <class T, class... Items>
class OnConflict {
public:
    explicit OnConflict(detail::Tape tape) : tape_(std::move(tape)) {}
    Insert<T, Items...> do_nothing() const {
        detail::Tape out = tape_;
        out.leaf(detail::Op::do_nothing);
        return Insert<T, Items...>(std::move(out));
    }
    template <class... A>
    DoUpdate<T, Items...> do_update(const A&... assignments) const {
        detail::check_assignments<T, A...>();
        detail::Tape set;
        (assignments.write(set), ...);
        set.close(detail::Op::do_update, sizeof...(A));
        detail::Tape out = tape_;
        out.append(std::move(set));
        return DoUpdate<T, Items...>(std::move(out));
    }

private:
    detail::Tape tape_;
};

/// INSERT into a mapped table. A value, like Select.
template <class T, class... Items>
class Insert : public detail::DmlBase {
public:
    using row_type = Row<Items...>;
    using entity_type = T;
    static constexpr bool returns_rows = sizeof...(Items) != 0;

    explicit Insert(detail::Tape tape) : DmlBase(std::move(tape)) {}

    /// One row, by assignments. Columns not named take their database defaults.
    template <class... A>
    Insert values(const A&... assignments) const {
        detail::check_assignments<T, A...>();
        Insert copy = *this;
        (assignments.write(copy.tape_), ...);
        return copy;
    }
    /// INSERT ... SELECT.
    template <auto... M, class... Selected>
    Insert from_select(ColumnList<M...>, const Select<Selected...>& query) const {
        static_assert(sizeof...(M) == sizeof...(Selected), "azoth: from_select: as many columns as selected items");
        Insert copy = *this;
        detail::Tape names;
        (names.leaf(detail::Op::column, &detail::column_of<M>()), ...);
        names.close(detail::Op::insert_columns, sizeof...(M));
        query.write_query(names);
        names.close(detail::Op::insert_query, 1);
        copy.tape_.append(std::move(names));
        return copy;
    }
    /// Upsert: what makes rows conflict (a unique key). No column: any conflict, for do_nothing().
    template <auto... M>
    OnConflict<T, Items...> on_conflict(const ColumnHandle<M>&...) const {
        detail::Tape target;
        (target.leaf(detail::Op::column, &detail::column_of<M>()), ...);
        target.close(detail::Op::on_conflict, sizeof...(M));
        detail::Tape out = tape_;
        out.append(std::move(target));
        return OnConflict<T, Items...>(std::move(out));
    }
    /// The same by the name of a constraint.
    OnConflict<T, Items...> on_conflict(ConflictConstraint constraint) const {
        detail::Tape out = tape_;
        out.text_leaf(detail::Op::on_conflict, std::move(constraint.name));
        return OnConflict<T, Items...>(std::move(out));
    }
    /// The inserted rows' columns or entities.
    template <class... R>
    auto returning(const R&... items) const {
        static_assert(sizeof...(Items) == 0, "azoth: returning() is given once");
        Insert copy = *this;
        copy.write_returning(items...);
        return Insert<T, typename detail::item_for<R>::type...>(std::move(copy.tape_));
    }
    Insert execution_options(ExecutionOptions options) const {
        Insert copy = *this;
        copy.execution_ = options;
        return copy;
    }

private:
    template <class, class...>
    friend class Insert;
};

/// An INSERT that ended in do_update(): the rows to be updated can be narrowed.
template <class T, class... Items>
class DoUpdate : public Insert<T, Items...> {
public:
    using Insert<T, Items...>::Insert;

    /// Updates the row that is there only when this holds; else it stays as it is, and RETURNING gives no row for it. Columns are those of the row
    /// that is there, `excluded(col<...>)` those of the new one. Errors: `NotSupportedError` on MariaDB and MySQL.
    template <class... P>
    DoUpdate where(const P&... predicates) const {
        static_assert((detail::is_predicate<P> && ...), "azoth: where() takes SQL predicates; compare the column with something");
        DoUpdate copy = *this;
        ((copy.tape_.append(detail::tape_of(predicates)), copy.tape_.close(detail::Op::do_update_where, 1)), ...);
        return copy;
    }
};

/// INSERT into T's table.
template <class T>
Insert<T> insert() {
    detail::Tape out;
    out.leaf(detail::Op::insert_into, &detail::table_of<T>());
    return Insert<T>(std::move(out));
}

}  // namespace azoth

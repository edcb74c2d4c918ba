// with_loader_criteria: a condition on every appearance of a struct's table in a query; soft deletes and tenants.
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/operators.hpp>

#include <utility>

namespace azoth {

/// An option of queries that narrows one struct. Made by with_loader_criteria and without_loader_criteria. Regular value type.
class EntityCriteria {
public:
    /// Errors: `ArgumentError` when the predicate speaks of columns of another table outside its subqueries.
    EntityCriteria(const Table& table, detail::Tape predicate);
    explicit EntityCriteria(const Table& table);
    void write(detail::Tape& out) const { out.append(tape_); }

private:
    detail::Tape tape_;
};

/// Every SELECT of the statement that reads T, by itself, under an alias, in a join, a subquery or an eager load, sees only the rows that
/// match: `select<User>().options(selectinload<&User::posts>(), with_loader_criteria<Post>(col<&Post::deleted> == false))`.
/// The criteria speak of T by its table. Several for one struct are AND-ed. Taken by `Select::options`, `session.get`, `session.load`, and by
/// `default_options` of a session or a maker for all that it reads.
/// An object that is loaded is not taken away: get() of a loaded one, refresh() and rereading by key ignore the criteria.
template <class T, class P>
EntityCriteria with_loader_criteria(P&& predicate) {
    static_assert(detail::is_predicate<P>, "azoth: with_loader_criteria() takes an SQL predicate; compare the column with something");
    return EntityCriteria(detail::table_of<T>(), detail::tape_of(std::forward<P>(predicate)));
}

/// This query reads T without the criteria that its session has by default.
template <class T>
EntityCriteria without_loader_criteria() {
    return EntityCriteria(detail::table_of<T>());
}

namespace detail {

/// Marks the criteria of a tape as a session's default.
Tape default_criteria(const EntityCriteria& criteria);

/// One condition on a table in a flattened statement.
struct CriteriaNode {
    const Table* table;
    std::uint32_t root;   ///< the node; its one operand ends before it
};
/// Those in force, in their order. None for a statement that is no query.
std::vector<CriteriaNode> criteria_in(const FlatStatement& statement);

}  // namespace detail
}  // namespace azoth

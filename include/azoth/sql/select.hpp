// select(...): the query builder. A value; every clause returns the same type, so queries grow by assignment.
#pragma once

#include <azoth/sql/compound_items.hpp>
#include <azoth/sql/execution_options.hpp>
#include <azoth/sql/functions.hpp>
#include <azoth/sql/item.hpp>
#include <azoth/sql/relationship_join.hpp>
#include <azoth/sql/source.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace azoth {

template <class... Items>
struct Row;

/// Row locks taken by SELECT ... FOR UPDATE. Combine with `|`. Omitted on SQLite, whose writers exclude each other.
struct LockOption {
    std::uint8_t flags = 0;
    constexpr LockOption operator|(LockOption other) const { return {static_cast<std::uint8_t>(flags | other.flags)}; }
};
inline constexpr LockOption nowait{detail::lock_nowait}, skip_locked{detail::lock_skip_locked}, for_share{detail::lock_share}, for_key{detail::lock_key};

/// Which FROM elements a locking read locks. Made by of().
struct LockTargets {
    detail::Tape tables;
    std::uint16_t count = 0;
};
/// FOR UPDATE OF: only the rows of these, `entity<T>` or an alias; others that are joined are read without a lock. Where the database
/// has no OF (MariaDB, SQLite) everything that is read is locked.
template <class... Targets>
LockTargets of(const Targets&... targets) {
    static_assert(sizeof...(Targets) > 0, "azoth: of() names what is to be locked: entity<T> or an alias");
    LockTargets out;
    (targets.write_from(out.tables), ...);
    out.count = static_cast<std::uint16_t>(sizeof...(Targets));
    return out;
}
template <class T>
LockTargets of() {
    LockTargets out;
    out.tables.leaf(detail::Op::from_table, &detail::table_of<T>());
    out.count = 1;
    return out;
}

namespace detail {

/// What all queries have in common, without their types.
class QueryBase {
public:
    const Tape& tape() const noexcept { return tape_; }
    Tape take_tape() && { return std::move(tape_); }
    /// As an operand: closed into one subtree.
    void write_query(Tape& out) const {
        Tape closed = tape_;
        closed.close_all(Op::query);
        out.append(std::move(closed));
    }
    const ExecutionOptions& execution() const noexcept { return execution_; }

protected:
    void clause(Op op, Tape operand, std::uint16_t children = 1, std::uint8_t flags = 0);
    /// An expression of GROUP BY or ORDER BY; the ordinal of the item that it equals, if it equals one that is no plain column.
    void sort_key(Tape& out, const Tape& expression) const;
    void bind_count(Op op, std::int64_t count);
    void compound(CompoundKind kind, const QueryBase& other);

    template <class... Items, class G>
    void write_sort_key(Tape& out, const G& key) const {
        if constexpr (std::same_as<G, Ordered>) {
            sort_key(out, key.tape());
            out.close(Op::order, 1, nullptr, 0, key.flags());
        } else {
            write_group_key<Items...>(out, key);
            out.close(Op::order, 1);
        }
    }
    template <class... Items, fixed_string S>
    void write_sort_key(Tape& out, const Label<S>&) const {
        out.leaf(Op::ordinal, nullptr, static_cast<std::uint32_t>(index_of_item<label_key<S>, Items...>()));
        out.close(Op::order, 1);
    }
    template <class... Items, fixed_string S>
    void write_sort_key(Tape& out, const OrderedLabel<S>& key) const {
        out.leaf(Op::ordinal, nullptr, static_cast<std::uint32_t>(index_of_item<label_key<S>, Items...>()));
        out.close(Op::order, 1, nullptr, 0, key.flags);
    }
    template <class... Items, class G>
    void write_group_key(Tape& out, const G& key) const {
        static_assert(is_sql<G>, "azoth: GROUP BY and ORDER BY take columns, expressions and labels of selected items");
        sort_key(out, tape_of(key));
    }
    template <class... Items, fixed_string S>
    void write_group_key(Tape& out, const Label<S>&) const {
        out.leaf(Op::ordinal, nullptr, static_cast<std::uint32_t>(index_of_item<label_key<S>, Items...>()));
    }

    Tape tape_;
    ExecutionOptions execution_{};
};

template <class Target>
concept FromElement = requires(const Target& target, Tape& out) { target.write_from(out); };
template <class Target>
inline constexpr bool is_from_element = FromElement<Target>;

/// The untracked counterpart of an item.
template <class I>
struct plain_item {
    using type = I;
};
template <class T>
struct plain_item<EntityItem<T>> {
    using type = PlainItem<T>;
};

}  // namespace detail

/// A SELECT statement or a compound of several. Regular value type; `.where()` on an lvalue copies, on an rvalue moves.
/// Thread safety: as a value; one object may be executed from many threads at once.
template <class... Items>
class Select : public detail::QueryBase {
public:
    using row_type = Row<Items...>;
    static constexpr bool returns_rows = true;
    static constexpr std::size_t width = sizeof...(Items);
    /// Of a query that selects one expression.
    using scalar_type = typename detail::scalar_item<Items...>::type;

    /// For select(...); use that.
    explicit Select(detail::Tape tape) {
        static_assert(detail::labels_differ<typename Items::key...>(), "azoth: two selected items have the same label");
        tape_ = std::move(tape);
    }

    // ---- WHERE, GROUP BY, HAVING
    /// Criteria are AND-ed; several calls too.
    template <class... P>
    Select where(P&&... predicates) const& { return Select(*this).where(std::forward<P>(predicates)...); }
    template <class... P>
    Select where(P&&... predicates) && {
        static_assert((detail::is_predicate<P> && ...), "azoth: where() takes SQL predicates; compare the column with something");
        (clause(detail::Op::where, detail::tape_of(std::forward<P>(predicates))), ...);
        return std::move(*this);
    }
    template <class... G>
    Select group_by(const G&... keys) const& { return Select(*this).group_by(keys...); }
    template <class... G>
    Select group_by(const G&... keys) && {
        detail::Tape out;
        (this->template write_group_key<Items...>(out, keys), ...);
        clause(detail::Op::group_by, std::move(out), sizeof...(G));
        return std::move(*this);
    }
    template <class... P>
    Select having(P&&... predicates) const& { return Select(*this).having(std::forward<P>(predicates)...); }
    template <class... P>
    Select having(P&&... predicates) && {
        static_assert((detail::is_predicate<P> && ...), "azoth: having() takes SQL predicates");
        (clause(detail::Op::having, detail::tape_of(std::forward<P>(predicates))), ...);
        return std::move(*this);
    }

    // ---- ORDER BY, LIMIT, DISTINCT, locks
    /// Columns, expressions, `.desc()`, labels. Without arguments: forgets the order so far.
    template <class... O>
    Select order_by(const O&... keys) const& { return Select(*this).order_by(keys...); }
    template <class... O>
    Select order_by(const O&... keys) && {
        detail::Tape out;
        (this->template write_sort_key<Items...>(out, keys), ...);
        clause(detail::Op::order_by, std::move(out), sizeof...(O));
        return std::move(*this);
    }
    /// Errors: `ArgumentError` when negative.
    Select limit(std::int64_t rows) const& { return Select(*this).limit(rows); }
    Select limit(std::int64_t rows) && {
        bind_count(detail::Op::limit, rows);
        return std::move(*this);
    }
    Select offset(std::int64_t rows) const& { return Select(*this).offset(rows); }
    Select offset(std::int64_t rows) && {
        bind_count(detail::Op::offset, rows);
        return std::move(*this);
    }
    /// DISTINCT; with expressions, PostgreSQL's DISTINCT ON.
    template <class... E>
    Select distinct(const E&... on) const& { return Select(*this).distinct(on...); }
    template <class... E>
    Select distinct(const E&... on) && {
        detail::Tape out;
        (on.write(out), ...);
        clause(detail::Op::distinct, std::move(out), sizeof...(E));
        return std::move(*this);
    }
    Select with_for_update(LockOption options = {}) const& { return Select(*this).with_for_update(options); }
    Select with_for_update(LockOption options = {}) && {
        clause(detail::Op::for_update, {}, 0, options.flags);
        return std::move(*this);
    }

    /// `with_for_update(of<Post>(), nowait)`
    Select with_for_update(LockTargets targets, LockOption options = {}) const& { return Select(*this).with_for_update(std::move(targets), options); }
    Select with_for_update(LockTargets targets, LockOption options = {}) && {
        clause(detail::Op::for_update, std::move(targets.tables), targets.count, options.flags);
        return std::move(*this);
    }

    // ---- FROM and joins. The target is entity<T>, an alias, a subquery or a CTE.
    template <class Target>
    Select select_from(const Target& target) const& { return Select(*this).select_from(target); }
    template <class Target>
    Select select_from(const Target& target) && {
        static_assert(detail::is_from_element<Target>, "azoth: select_from takes entity<T>, an alias, a subquery or a CTE");
        detail::Tape out;
        target.write_from(out);
        clause(detail::Op::select_from, std::move(out));
        return std::move(*this);
    }
    /// INNER JOIN. Without `on`, the condition is the one foreign key between the target and what is joined so far.
    template <class Target, class... On>
    Select join(const Target& target, On&&... on) const& { return Select(*this).join(target, std::forward<On>(on)...); }
    template <class Target, class... On>
    Select join(const Target& target, On&&... on) && { return std::move(*this).template joined<detail::join_inner>(target, std::forward<On>(on)...); }
    template <class Target, class... On>
    Select outerjoin(const Target& target, On&&... on) const& { return Select(*this).outerjoin(target, std::forward<On>(on)...); }
    template <class Target, class... On>
    Select outerjoin(const Target& target, On&&... on) && { return std::move(*this).template joined<detail::join_left>(target, std::forward<On>(on)...); }
    template <class Target, class... On>
    Select right_outerjoin(const Target& target, On&&... on) const { return Select(*this).template joined<detail::join_right>(target, std::forward<On>(on)...); }
    template <class Target, class... On>
    Select full_outerjoin(const Target& target, On&&... on) const { return Select(*this).template joined<detail::join_full>(target, std::forward<On>(on)...); }
    template <class Target>
    Select cross_join(const Target& target) const { return Select(*this).template joined<detail::join_cross>(target); }
    /// Along a relationship: `join<&User::posts>()`.
    template <auto Relationship>
    Select join() const { return Select(*this).template joined_along<Relationship>(detail::join_inner); }
    template <auto Relationship>
    Select outerjoin() const { return Select(*this).template joined_along<Relationship>(detail::join_left); }
    /// The same to an alias (or `entity<T>`) of the relationship's target, and from an alias of its owner:
    /// `outerjoin<&Employee::manager>(boss).outerjoin<&Employee::manager>(grand, from(boss))`.
    template <auto Relationship, class Target, class Owner = detail::member_owner_t<Relationship>>
    Select join(const Target& target, const JoinFrom<Owner>& start = {}) const { return Select(*this).template joined_to<Relationship>(detail::join_inner, target, start); }
    template <auto Relationship, class Target, class Owner = detail::member_owner_t<Relationship>>
    Select outerjoin(const Target& target, const JoinFrom<Owner>& start = {}) const { return Select(*this).template joined_to<Relationship>(detail::join_left, target, start); }

    // ---- set operations; labels are those of the first arm
    template <class... Others>
    auto union_(const Select<Others...>& other) const { return combined(detail::CompoundKind::union_, other); }
    template <class... Others>
    auto union_all(const Select<Others...>& other) const { return combined(detail::CompoundKind::union_all, other); }
    template <class... Others>
    auto intersect(const Select<Others...>& other) const { return combined(detail::CompoundKind::intersect, other); }
    template <class... Others>
    auto except_(const Select<Others...>& other) const { return combined(detail::CompoundKind::except, other); }

    // ---- as part of another statement
    SourceHandle<Items...> subquery(std::string name = {}) const { return source(detail::SourceKind::subquery, std::move(name)); }
    /// A subquery that may refer to FROM elements before it (PostgreSQL, MySQL 8).
    SourceHandle<Items...> lateral(std::string name = {}) const { return source(detail::SourceKind::lateral, std::move(name)); }
    SourceHandle<Items...> cte(std::string name = {}) const { return source(detail::SourceKind::cte, std::move(name)); }
    /// The anchor of a recursive CTE; add the other arm with union_all(...).
    SourceHandle<Items...> recursive_cte(std::string name = {}) const { return source(detail::SourceKind::recursive_cte, std::move(name)); }
    /// As a value: NULL without a row.
    auto scalar_subquery() const {
        static_assert(!std::is_void_v<scalar_type>, "azoth: a scalar subquery selects one expression");
        using Only = std::conditional_t<std::is_void_v<scalar_type>, int, scalar_type>;
        detail::Tape out;
        write_query(out);
        out.close(detail::Op::scalar_query, 1);
        return Expression<std::optional<remove_optional_t<Only>>>(std::move(out));
    }
    Expression<bool> exists() const {
        detail::Tape out;
        write_query(out);
        out.close(detail::Op::exists, 1);
        return Expression<bool>(std::move(out));
    }

    // ---- ORM
    /// Loading options: selectinload<&User::posts>(), joinedload<...>() ...
    template <class... O>
    Select options(const O&... options) const& { return Select(*this).options(options...); }
    template <class... O>
    Select options(const O&... options) && {
        (options.write(tape_), ...);
        return std::move(*this);
    }
    /// Plain values instead of tracked entities: no identity map, no snapshot; the fastest read.
    Select<typename detail::plain_item<Items>::type...> untracked() const {
        detail::Tape out = tape_;
        out.leaf(detail::Op::statement_flag, nullptr, static_cast<std::uint32_t>(detail::StatementFlag::untracked));
        Select<typename detail::plain_item<Items>::type...> plain(std::move(out));
        return plain.execution_options(execution_);
    }
    /// Overwrites entities that are loaded already, unflushed changes included.
    Select populate_existing() const {
        Select copy = *this;
        copy.tape_.leaf(detail::Op::statement_flag, nullptr, static_cast<std::uint32_t>(detail::StatementFlag::populate_existing));
        return copy;
    }
    Select execution_options(ExecutionOptions options) const {
        Select copy = *this;
        copy.execution_ = options;
        return copy;
    }

private:
    template <std::uint8_t Kind, class Target, class... On>
    Select joined(const Target& target, On&&... on) && {
        static_assert(detail::is_from_element<Target>, "azoth: join takes entity<T>, an alias, a subquery or a CTE");
        static_assert(sizeof...(On) <= 1, "azoth: join(target, on): combine conditions with &&");
        static_assert((detail::is_predicate<On> && ...), "azoth: the join condition must be an SQL predicate");
        detail::Tape out;
        target.write_from(out);
        (std::forward<On>(on).write(out), ...);
        clause(detail::Op::join, std::move(out), 1 + sizeof...(On), Kind);
        return std::move(*this);
    }
    template <auto Relationship>
    Select joined_along(std::uint8_t kind, const std::shared_ptr<const detail::Source>& target = {}, const std::shared_ptr<const detail::Source>& from = {}) && {
        detail::write_relationship_join(tape_, &detail::member_tag<Relationship>, detail::table_of<detail::member_owner_t<Relationship>>(), kind, target, from);
        return std::move(*this);
    }
    template <auto Relationship, class Target, class Owner>
    Select joined_to(std::uint8_t kind, const Target& target, const JoinFrom<Owner>& start) && {
        detail::check_relationship_join<Relationship, Target, Owner>();
        return std::move(*this).template joined_along<Relationship>(kind, detail::source_of(target), start.source);
    }
    template <class... Others>
    auto combined(detail::CompoundKind kind, const Select<Others...>& other) const {
        static_assert(sizeof...(Items) == sizeof...(Others), "azoth: the arms of a set operation select as many items");
        if constexpr (sizeof...(Items) != sizeof...(Others)) {
            return *this;
        } else {
            static_assert((detail::compound_items_match<Items, Others> && ...), "azoth: the arms of a set operation select items of the same types; cast<T>() where they differ");
            return combined_items<typename detail::compound_item<Items, Others>::type...>(kind, other);
        }
    }
    template <class... Common>
    Select<Common...> combined_items(detail::CompoundKind kind, const QueryBase& other) const {
        Select<Common...> result(tape_);
        result.compound_with(kind, other);
        result.execution_ = execution_;
        return result;
    }
    SourceHandle<Items...> source(detail::SourceKind kind, std::string name) const {
        return SourceHandle<Items...>(detail::make_source(kind, std::move(name), tape_));
    }
    void compound_with(detail::CompoundKind kind, const QueryBase& other) { compound(kind, other); }
    template <class...>
    friend class Select;
};

/// SELECT of columns, expressions, entities and aliases.
template <class First, class... Rest>
auto select(const First& first, const Rest&... rest) {
    detail::Tape out;
    detail::item_for<First>::write(out, first);
    (detail::item_for<Rest>::write(out, rest), ...);
    return Select<typename detail::item_for<First>::type, typename detail::item_for<Rest>::type...>(std::move(out));
}
/// SELECT of one mapped struct.
template <class T>
Select<EntityItem<T>> select() {
    static_assert(detail::is_mapped<T>, "azoth: this struct is not mapped: give it `static constexpr auto mapping()` or specialise azoth::mapping_of for it");
    detail::Tape out;
    if constexpr (detail::is_mapped<T>) EntityHandle<T>::write_item(out);
    return Select<EntityItem<T>>(std::move(out));
}

/// EXISTS (query)
template <class... Items>
Expression<bool> exists(const Select<Items...>& query) {
    return query.exists();
}

template <class... Items>
template <class... Others>
void SourceHandle<Items...>::add_arm(const Select<Others...>& arm, bool all) const {
    static_assert(sizeof...(Items) == sizeof...(Others), "azoth: both arms of a recursive CTE select as many items");
    if constexpr (sizeof...(Items) == sizeof...(Others)) {
        static_assert((detail::recursive_item<Items, Others>::same_type && ...),
                      "azoth: an item of the recursive arm is of another or a wider type than the anchor's: cast<T>() one of them");
        static_assert((detail::recursive_item<Items, Others>::same_null && ...),
                      "azoth: the recursive arm can be NULL where the anchor cannot: make the anchor's item nullable(...), or func::coalesce the arm's");
    }
    detail::add_recursive_arm(*source_, arm.tape(), all);
}

}  // namespace azoth

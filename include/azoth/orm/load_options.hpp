// Loading options of queries: selectinload, joinedload, contains_eager, raiseload and their kin.
#pragma once

#include <azoth/orm/column_options.hpp>
#include <azoth/orm/session_core.hpp>
#include <azoth/schema/mapping.hpp>
#include <azoth/sql/criteria.hpp>
#include <azoth/sql/relationship_predicates.hpp>
#include <azoth/sql/source.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

namespace detail {

/// A path of relationships, each with its strategy and what narrows it, without types.
class LoadPath {
public:
    /// Appends one load_option subtree.
    void write(Tape& out) const;

protected:
    LoadPath() = default;
    void step(const Relationship* relationship, LoadStrategy strategy);
    void make_inner();
    void add(Tape clause, Op op);
    void add_option(const LoadPath& option);
    void add_columns(const Tape& options);
    void set_depth(std::int32_t depth);
    /// contains_eager: the last step's objects come from this alias.
    void read_from(const std::shared_ptr<const Source>& alias);

private:
    struct Step {
        const Relationship* relationship = nullptr;
        LoadStrategy strategy = LoadStrategy::selectin;
        Tape clauses;
        std::uint16_t clause_count = 0;
    };
    std::vector<Step> steps_;
};

template <auto R>
struct loaded_relationship {
    using member = member_type_t<R>;
    static_assert(relation_member_traits<member>::is_relation, "azoth: a loading option takes a one<> or many<> member: selectinload<&User::posts>()");
    using owner = member_owner_t<R>;
    using target = typename relation_member_traits<member>::target;

    static const Relationship* get() {
        static_assert(requires { sizeof(target); },
                      "azoth: the struct at the far end of this relationship must be complete where a loading option names it: include its header");
        (void)&table_of<target>;
        return &relationship_of<R>();
    }
};

template <class Key>
void write_order(Tape& out, const Key& key) {
    if constexpr (std::is_same_v<Key, Ordered>) {
        out.append(key.tape());
        out.close(Op::order, 1, nullptr, 0, key.flags());
    } else {
        static_assert(SqlExpression<Key>, "azoth: order_by() takes columns and expressions: col<&Post::id>.desc()");
        key.write(out);
        out.close(Op::order, 1);
    }
}

}  // namespace detail

/// A loading option: how one relationship is loaded by the query it is given to, and those beyond it.
/// Made by selectinload, joinedload and their kin, then given to `Select::options(...)`, `session.get(key, options...)`.
/// `Target` is the struct that the path has reached. Regular value type.
template <class Target>
class LoadOption : public detail::LoadPath {
public:
    LoadOption(const Relationship* relationship, detail::LoadStrategy strategy) { step(relationship, strategy); }

    // ---- onwards from the loaded objects
    template <auto R>
    auto selectinload() const { return then<R>(detail::LoadStrategy::selectin); }
    template <auto R>
    auto joinedload() const { return then<R>(detail::LoadStrategy::joined); }
    template <auto R>
    auto subqueryload() const { return then<R>(detail::LoadStrategy::subquery); }
    template <auto R>
    auto contains_eager() const { return then<R>(detail::LoadStrategy::contains_eager); }
    template <auto R>
    auto contains_eager(const Alias<typename detail::loaded_relationship<R>::target>& alias) const {
        return then<R>(detail::LoadStrategy::contains_eager).from_alias(alias);
    }
    template <auto R>
    auto raiseload() const { return then<R>(detail::LoadStrategy::raise); }
    template <auto R>
    auto defaultload() const { return then<R>(detail::LoadStrategy::defaults); }
    /// Several ways onwards: `selectinload<&User::posts>().options(selectinload<&Post::tags>(), joinedload<&Post::editor>())`.
    template <class... O>
    LoadOption options(const O&... further) const {
        LoadOption copy = *this;
        (copy.add_one(further), ...);
        return copy;
    }

    // ---- which deferred<T> members of the loaded objects are read
    template <auto... M>
    LoadOption undefer() const { return columns(azoth::undefer<M...>()); }
    template <auto... M>
    LoadOption defer() const { return columns(azoth::defer<M...>()); }
    template <auto... M>
    LoadOption load_only() const { return columns(azoth::load_only<M...>()); }
    /// Errors: `ArgumentError` when the struct has no such group.
    LoadOption undefer_group(std::string_view group) const { return columns(azoth::undefer_group<Target>(group)); }

    // ---- what is loaded
    /// contains_eager<R>(alias): see there.
    LoadOption from_alias(const Alias<Target>& alias) const {
        LoadOption copy = *this;
        copy.read_from(alias.source());
        return copy;
    }
    /// joinedload only: INNER JOIN, for a relationship that every row has. Below a LEFT OUTER JOIN it stays a LEFT OUTER JOIN.
    LoadOption innerjoin() const {
        LoadOption copy = *this;
        copy.make_inner();
        return copy;
    }
    /// Loads only the related rows that match: a partial collection, which stays so until it is loaded anew.
    template <class... P>
    LoadOption where(const P&... predicates) const {
        static_assert((detail::SqlPredicate<P> && ...), "azoth: where() takes SQL predicates; compare the column with something");
        LoadOption copy = *this;
        (copy.add(detail::tape_of(predicates), detail::Op::where), ...);
        return copy;
    }
    /// The collection's order, instead of the relationship's own.
    template <class... K>
    LoadOption order_by(const K&... keys) const {
        LoadOption copy = *this;
        detail::Tape out;
        (detail::write_order(out, keys), ...);
        copy.add(std::move(out), detail::Op::order_by);
        return copy;
    }
    /// For a relationship from a struct to itself: follows it `depth` further levels, -1 = until nothing new is found.
    LoadOption recursion_depth(std::int32_t depth) const {
        LoadOption copy = *this;
        copy.set_depth(depth);
        return copy;
    }

private:
    template <class>
    friend class LoadOption;
    LoadOption(const detail::LoadPath& path, const Relationship* relationship, detail::LoadStrategy strategy) : LoadPath(path) { step(relationship, strategy); }

    template <class Owner>
    LoadOption columns(const ColumnOption<Owner>& option) const {
        LoadOption copy = *this;
        copy.add_one(option);
        return copy;
    }
    void add_one(const LoadPath& option) { add_option(option); }
    template <class Owner>
    void add_one(const ColumnOption<Owner>& option) {
        static_assert(std::is_same_v<Owner, Target>, "azoth: a chained column option names a member of the struct that the option before it has reached");
        add_columns(option.tape());
    }

    template <auto R>
    auto then(detail::LoadStrategy strategy) const {
        using Next = detail::loaded_relationship<R>;
        static_assert(std::is_same_v<typename Next::owner, Target>, "azoth: a chained loading option starts at the struct that the option before it has reached");
        return LoadOption<typename Next::target>(*this, Next::get(), strategy);
    }
};

/// raiseload_all(): see there.
class RaiseAllOption : public detail::LoadPath {
public:
    RaiseAllOption() { step(nullptr, detail::LoadStrategy::raise_all); }
};

namespace detail {
template <auto R>
LoadOption<typename loaded_relationship<R>::target> load_option(LoadStrategy strategy) {
    return {loaded_relationship<R>::get(), strategy};
}
/// The option of `session.load<R>(...)`, and what was given with it.
template <auto R, class... O>
Tape load_tape(const O&... options) {
    static_assert((std::is_same_v<O, EntityCriteria> && ...), "azoth: session.load() takes with_loader_criteria<T>(...) beside its objects");
    Tape tape;
    load_option<R>(LoadStrategy::selectin).write(tape);
    (options.write(tape), ...);
    return tape;
}
}  // namespace detail

/// Loads the relationship by one further query per 500 distinct keys: `WHERE key IN (...)`. Never changes the rows of the query itself.
/// Round trips: one for all the selectin loads of one level together.
template <auto R>
auto selectinload() { return detail::load_option<R>(detail::LoadStrategy::selectin); }

/// Loads the relationship by LEFT OUTER JOIN to an alias of its own, so the query's own joins and conditions never touch it.
/// A collection is joined only where that cannot change what the query means: not with LIMIT, OFFSET, DISTINCT, GROUP BY, further tables,
/// or a second joined collection. There, in locking and streamed queries, and with recursion_depth, the same is loaded as selectinload does.
template <auto R>
auto joinedload() { return detail::load_option<R>(detail::LoadStrategy::joined); }

/// As selectinload, which serves every case that SQLAlchemy's subqueryload is for.
template <auto R>
auto subqueryload() { return detail::load_option<R>(detail::LoadStrategy::subquery); }

/// The query's own join fills the relationship: `select<Post>().join<&Post::author>().options(contains_eager<&Post::author>())`.
/// What the query leaves out is missing from the collection, which stays partial until it is loaded anew.
template <auto R>
auto contains_eager() { return detail::load_option<R>(detail::LoadStrategy::contains_eager); }
/// The same from an alias that the query joins: `.outerjoin<&Employee::manager>(boss).options(contains_eager<&Employee::manager>(boss))`.
template <auto R>
auto contains_eager(const Alias<typename detail::loaded_relationship<R>::target>& alias) {
    return detail::load_option<R>(detail::LoadStrategy::contains_eager).from_alias(alias);
}

/// Not loaded by this query, whatever the mapping says; reading it throws `NotLoadedError`.
template <auto R>
auto raiseload() { return detail::load_option<R>(detail::LoadStrategy::raise); }
/// The same: nothing is ever loaded on reading.
template <auto R>
auto noload() { return detail::load_option<R>(detail::LoadStrategy::raise); }
/// Nothing but what other options of the query name is loaded.
inline RaiseAllOption raiseload_all() { return {}; }

/// As the mapping says; only leads on to what is chained to it. Errors: `ArgumentError` when something is chained to it and nothing loads the
/// relationship: there is no later load on access that would follow the chain.
template <auto R>
auto defaultload() { return detail::load_option<R>(detail::LoadStrategy::defaults); }

}  // namespace azoth

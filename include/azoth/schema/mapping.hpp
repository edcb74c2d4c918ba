// The words of mapping(): table(), column<>(), relationship<>(), embedded<>().
#pragma once

#include <azoth/base/member.hpp>
#include <azoth/schema/definition.hpp>
#include <azoth/schema/options.hpp>
#include <azoth/schema/table_of.hpp>
#include <azoth/types/deferred.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace azoth {

namespace detail {

/// Specialised by one<T> and many<T>.
template <class Member>
struct relation_member_traits {
    static constexpr bool is_relation = false;
};

template <class Member, class Option>
constexpr void apply_option(ColumnDef& column, const Option& option) {
    if constexpr (requires { option.template apply_to<Member>(column); }) {
        option.template apply_to<Member>(column);
    } else {
        option.apply(column);
    }
}

// Deduced return types here and below: the body is instantiated where the user wrote the word, and so are its errors.
template <auto M, class... Options>
constexpr auto column_def(std::string_view name, const Options&... options) {
    using Declared = member_type_t<M>;
    using Member = remove_deferred_t<Declared>;
    constexpr bool relation = relation_member_traits<Member>::is_relation;
    static_assert(!relation, "azoth: one<> and many<> members are mapped with relationship<&T::member>()");
    static_assert(relation || Storable<Member>,
                  "azoth: this member's type cannot be stored in a column: specialise azoth::type_traits for it");
    ColumnDef column;
    if constexpr (!relation && Storable<Member>) {
        column.id.member = &member_tag<M>;
        column.member_name = member_name<M>();
        column.name = name;
        column.owner = &type_tag<member_owner_t<M>>;
        column.type = &type_ops<Declared>;
        column.facts = make_type_facts<Member>();
        column.deferred = is_deferred_v<Declared>;
        column.field = [](const void* object) -> const void* {
            return &(static_cast<const member_owner_t<M>*>(object)->*M);
        };
        (apply_option<Declared>(column, options), ...);
    }
    return column;
}

struct BackPopulatesOption {
    MemberId member;
    std::string_view name;
    bool by_name;
    constexpr void apply(RelationshipDef& relationship) const {
        relationship.back_populates_by_name = by_name;
        relationship.back_populates = member;
        relationship.back_populates_name = name;
    }
};
struct SecondaryOption {
    TableSlot* slot;
    const Tag* type;
    constexpr void apply(RelationshipDef& relationship) const {
        relationship.secondary = slot;
        relationship.secondary_type = type;
    }
};
struct ViaOption {
    MemberList columns;
    constexpr void apply(RelationshipDef& relationship) const { relationship.via = columns; }
};
struct CascadeOption {
    Cascade cascade;
    constexpr void apply(RelationshipDef& relationship) const { relationship.cascade = cascade; }
};
struct LazyOption {
    Lazy lazy;
    constexpr void apply(RelationshipDef& relationship) const { relationship.lazy = lazy; }
};
struct RelationshipFlag {
    bool RelationshipDef::* flag;
    constexpr void apply(RelationshipDef& relationship) const { relationship.*flag = true; }
};
struct OrderByOption {
    OrderDef order;
    constexpr OrderByOption desc() const { return {{order.member, true}}; }
    constexpr void apply(RelationshipDef& relationship) const {
        relationship.order_by.at(relationship.order_count++) = order;
    }
};

/// How many columns, relationships and constraints an argument of table() brings.
template <class P>
struct PartCount {
    static_assert(sizeof(P) == 0,
                  "azoth: table() takes a name, then column<>(), embedded<>(), relationship<>() and constraints");
    static constexpr std::size_t columns = 0, relationships = 0, constraints = 0;
};
template <>
struct PartCount<ColumnDef> {
    static constexpr std::size_t columns = 1, relationships = 0, constraints = 0;
};
template <std::size_t N>
struct PartCount<ColumnPack<N>> {
    static constexpr std::size_t columns = N, relationships = 0, constraints = 0;
};
template <>
struct PartCount<RelationshipDef> {
    static constexpr std::size_t columns = 0, relationships = 1, constraints = 0;
};
template <>
struct PartCount<ConstraintDef> {
    static constexpr std::size_t columns = 0, relationships = 0, constraints = 1;
};

/// Puts the arguments of table() where they belong. Twice: what is set apart comes in the second round.
template <class Def>
struct TableWriter {
    Def& def;
    bool apart = false;
    std::uint32_t declared = 0;
    std::size_t columns = 0, relationships = 0, constraints = 0;

    constexpr void put(const ColumnDef& part) {
        const std::uint32_t position = declared++;
        if (part.set_apart() != apart) return;
        def.columns[columns] = part;
        def.columns[columns++].declared = position;
    }
    constexpr void put(const RelationshipDef& part) {
        if (!apart) def.relationships[relationships++] = part;
    }
    constexpr void put(const ConstraintDef& part) {
        if (!apart) def.constraints[constraints++] = part;
    }
    constexpr void begin_apart() {
        apart = true;
        declared = 0;
    }
    template <std::size_t N>
    constexpr void put(const ColumnPack<N>& pack) {
        for (const auto& part : pack.columns) put(part);
    }
    template <class Other>
    constexpr void put(const Other&) {}  // refused by PartCount, once
};

}  // namespace detail

/// A column of the member's own name. Options: primary_key, unique, indexed, length(n), foreign_key<&T::m>() ...
template <auto M, class... Options>
constexpr auto column(const Options&... options) {
    return detail::column_def<M>(detail::member_name<M>(), options...);
}
/// A column whose database name is given first: `column<&Album::id>("AlbumId", primary_key)`.
template <auto M, class... Options>
constexpr auto column(const char* name, const Options&... options) {
    return detail::column_def<M>(name, options...);
}

/// A one<T> or many<T> member. Options: back_populates<&T::m>(), via<&T::fk>(), secondary<Between>(), cascade(...),
/// lazy::selectin, order_by<&T::m>(), passive_deletes, passive_deletes_all, viewonly, post_update.
template <auto M, class... Options>
constexpr auto relationship(const Options&... options) {
    using Member = detail::member_type_t<M>;
    using Traits = detail::relation_member_traits<Member>;
    static_assert(Traits::is_relation, "azoth: relationship<&T::member>() takes a one<> or many<> member");
    detail::RelationshipDef def;
    if constexpr (Traits::is_relation) {
        def.id.member = &detail::member_tag<M>;
        def.name = detail::member_name<M>();
        def.owner = &detail::type_tag<detail::member_owner_t<M>>;
        def.many = Traits::is_many;
        def.target = &detail::table_slot<typename Traits::target>;
        def.target_type = &detail::type_tag<typename Traits::target>;
        def.access = [](void* object) -> detail::RelationMember* {
            return &(static_cast<detail::member_owner_t<M>*>(object)->*M);
        };
        (options.apply(def), ...);
    }
    return def;
}

/// A value struct stored in columns of this table: `embedded<&User::address>(column<&Address::city>(),
/// column<&Address::zip>("zip_code"))`.
template <auto Outer, class... Columns>
constexpr detail::ColumnPack<sizeof...(Columns)> embedded(const Columns&... columns) {
    static_assert((std::is_same_v<Columns, detail::ColumnDef> && ...), "azoth: embedded<&T::member>() takes columns");
    detail::ColumnPack<sizeof...(Columns)> pack{{columns...}};
    for (auto& column : pack.columns) {
        column.embedded = true;
        column.id.outer = &detail::member_tag<Outer>;
        column.outer_owner = &detail::type_tag<detail::member_owner_t<Outer>>;
        column.outer_type = &detail::type_tag<detail::member_type_t<Outer>>;
        column.outer = [](const void* object) -> const void* {
            return &(static_cast<const detail::member_owner_t<Outer>*>(object)->*Outer);
        };
    }
    return pack;
}

/// The other side of this relationship.
template <auto M>
constexpr auto back_populates() {
    static_assert(detail::relation_member_traits<detail::member_type_t<M>>::is_relation,
                  "azoth: back_populates names a one<> or many<> member");
    return detail::BackPopulatesOption{{&detail::member_tag<M>}, detail::member_name<M>(), false};
}
constexpr detail::BackPopulatesOption back_populates(std::string_view member) { return {{}, member, true}; }

/// Many-to-many: `relationship<&Post::tags>(secondary<PostTag>())`. `Between` is a mapped struct (it may be incomplete
/// here) whose primary key is its foreign keys to both ends. Its rows are inserted and deleted as the collection
/// changes; further columns of it get their initialisers and defaults. It needs a place in metadata<...>(). Where both
/// keys refer to one table, via<&Between::key>() says which of them is this side's.
template <class Between>
constexpr detail::SecondaryOption secondary() {
    return {&detail::table_slot<Between>, &detail::type_tag<Between>};
}

/// Which foreign key the relationship follows, where there is more than one: `via<&Post::editor_id>()`.
template <auto... M>
constexpr detail::ViaOption via() {
    return {detail::member_list<M...>()};
}

constexpr detail::CascadeOption cascade(Cascade set) { return {set}; }
inline constexpr Cascade save_update = Cascade::save_update, merge = Cascade::merge, delete_orphan = Cascade::delete_orphan,
                         expunge = Cascade::expunge, refresh_expire = Cascade::refresh_expire;

namespace detail {
struct CascadeWord {};
using RemoveWord = Cascade (*)(CascadeWord);
}  // namespace detail
/// Removing the parent removes the children. A function only so that it lives beside <cstdio>'s ::remove under using-directives;
/// it is written like the other words: `cascade(save_update | remove)`.
constexpr Cascade remove(detail::CascadeWord) { return Cascade::remove; }
constexpr Cascade operator|(Cascade a, detail::RemoveWord) { return a | Cascade::remove; }
constexpr Cascade operator|(detail::RemoveWord, Cascade b) { return Cascade::remove | b; }
constexpr detail::CascadeOption cascade(detail::RemoveWord) { return {Cascade::remove}; }

namespace lazy {
inline constexpr detail::LazyOption not_loaded{Lazy::not_loaded}, selectin{Lazy::selectin}, joined{Lazy::joined},
    raise{Lazy::raise};
}

/// The database's ON DELETE takes care of children that are not loaded.
inline constexpr detail::RelationshipFlag passive_deletes{&detail::RelationshipDef::passive_deletes};
/// The same, and children that are loaded are left alone too: removing the parent never changes or deletes a child.
inline constexpr detail::RelationshipFlag passive_deletes_all{&detail::RelationshipDef::passive_deletes_all};
/// Loads, never writes.
inline constexpr detail::RelationshipFlag viewonly{&detail::RelationshipDef::viewonly};
/// The foreign key is set by a second UPDATE, which breaks cycles.
inline constexpr detail::RelationshipFlag post_update{&detail::RelationshipDef::post_update};

/// The order in which a collection is loaded: `order_by<&Post::created_at>().desc()`.
template <auto M>
constexpr detail::OrderByOption order_by() {
    return {{{&detail::member_tag<M>}, false}};
}

/// A mapped table: its name, then columns, relationships and constraints in the order of CREATE TABLE.
template <class... Parts>
constexpr auto table(std::string_view name, const Parts&... parts) {
    detail::TableDef<(detail::PartCount<Parts>::columns + ... + 0), (detail::PartCount<Parts>::relationships + ... + 0),
                     (detail::PartCount<Parts>::constraints + ... + 0)>
        def;
    def.name = name;
    [[maybe_unused]] detail::TableWriter<decltype(def)> writer{def};
    (writer.put(parts), ...);
    writer.begin_apart();
    (writer.put(parts), ...);
    return def;
}

}  // namespace azoth

// Options of columns and tables in mapping(): primary_key, unique, length(200), server_default("...") ...
#pragma once

#include <azoth/schema/definition.hpp>
#include <azoth/schema/stored_as.hpp>
#include <azoth/schema/table_of.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace azoth {

template <auto... M>
struct ColumnList;

namespace detail {

template <auto... M>
inline constexpr MemberId member_ids[]{{&member_tag<M>}...};
template <auto... M>
inline constexpr std::string_view member_names[]{member_name<M>()...};

template <auto First, auto... Rest>
constexpr MemberList list_of() {
    using Owner = member_owner_t<First>;
    static_assert(sizeof...(Rest) < max_key_columns, "azoth: a key has between 1 and 8 columns");
    return {member_ids<First, Rest...>,
            member_names<First, Rest...>,
            1 + sizeof...(Rest),
            &type_tag<Owner>,
            type_name<Owner>(),
            &table_slot<Owner>,
            (std::is_same_v<member_owner_t<Rest>, Owner> && ...)};
}

template <auto... M>
constexpr MemberList member_list() {
    static_assert(sizeof...(M) > 0, "azoth: a list of columns names at least one");
    return list_of<M...>();
}

template <auto First, auto... Rest>
constexpr void set_target(ForeignKeyDef& def) {
    def.present = true;
    def.target = list_of<First, Rest...>();
    def.target_table = &table_of<member_owner_t<First>>;
}

struct ColumnFlag {
    bool ColumnDef::* flag;
    constexpr void apply(ColumnDef& column) const { column.*flag = true; }
};

struct UniqueOption {
    constexpr void apply(ColumnDef& column) const { column.unique = true; }
};

struct PrimaryKeyOption {
    constexpr void apply(ColumnDef& column) const { column.primary_key = true; }
    /// Table-level form: `primary_key(columns<&Line::order_id, &Line::number>)`.
    template <auto... M>
    constexpr ConstraintDef operator()(ColumnList<M...>) const {
        ConstraintDef def;
        def.kind = ConstraintDef::Kind::primary_key;
        def.columns = member_list<M...>();
        return def;
    }
};

struct LengthOption {
    std::uint32_t length;
    constexpr void apply(ColumnDef& column) const { column.length = length; }
};
struct NumericOption {
    std::uint16_t precision;
    std::uint16_t scale;
    constexpr void apply(ColumnDef& column) const {
        column.has_numeric = true;
        column.precision = precision;
        column.scale = scale;
    }
};
struct ServerDefaultOption {
    std::string_view sql;
    constexpr void apply(ColumnDef& column) const {
        column.server_default = sql;
        column.has_server_default = true;
    }
};
struct ComputedOption {
    std::string_view sql;
    template <class Member>
    constexpr void apply_to(ColumnDef& column) const {
        column.computed = sql;
        column.is_computed = true;
        column.type = &read_only_type_ops<Member>;
    }
};
struct DeferredGroupOption {
    std::string_view name;
    constexpr void apply(ColumnDef& column) const { column.deferred_group = name; }
};
struct ForeignKeyOption {
    ForeignKeyDef def;
    constexpr void apply(ColumnDef& column) const { column.foreign_key = def; }
};

struct NativeEnumOption {
    std::string_view name;
    constexpr void apply(ColumnDef& column) const { column.native_enum = name; }
};

template <class Enum>
void add_labels(std::vector<std::string>& out) {
    for (const auto& [value, name] : type_traits<Enum>::names) out.emplace_back(name);
}

template <class Stored>
struct StoredAsOption {
    template <class Member>
    constexpr void apply_to(ColumnDef& column) const {
        static_assert(std::is_same_v<Stored, std::string>, "azoth: stored_as<std::string> is the one there is");
        using Held = remove_deferred_t<Member>;
        static_assert(NamedEnum<remove_optional_t<Held>>,
                      "azoth: stored_as<std::string> needs an enum with names: specialise azoth::type_traits for it, "
                      "derived from azoth::enum_names");
        if constexpr (NamedEnum<remove_optional_t<Held>>) {
            column.type = &stored_type_ops<Member, Stored>;
            column.facts = stored_type_ops<Held, Stored>;
            column.has_stored_form = true;
            column.labels = &add_labels<remove_optional_t<Held>>;
        }
    }
};

template <auto F, class Member>
void call_into_field(void* field) {
    *static_cast<Member*>(field) = F();
}
template <auto F, class Member>
inline constexpr bool gives = requires(Member& member) { member = F(); };

template <auto F>
struct DefaultFactoryOption {
    template <class Member>
    constexpr void apply_to(ColumnDef& column) const {
        static_assert(gives<F, Member>,
                      "azoth: default_factory<> takes a function without parameters that returns the member's type");
        column.has_default_factory = true;
        if constexpr (gives<F, Member>) column.default_factory = &call_into_field<F, Member>;
    }
};
template <auto F>
struct OnUpdateOption {
    template <class Member>
    constexpr void apply_to(ColumnDef& column) const {
        static_assert(gives<F, Member>,
                      "azoth: onupdate<> takes a function without parameters that returns the member's type");
        column.has_onupdate = true;
        if constexpr (gives<F, Member>) column.onupdate = &call_into_field<F, Member>;
    }
};

constexpr void apply_actions(ForeignKeyDef&) {}
template <class First, class... Rest>
constexpr void apply_actions(ForeignKeyDef& def, First first, Rest... rest) {
    first.apply(def);
    apply_actions(def, rest...);
}

struct OnDelete {
    ReferentialAction action;
    constexpr void apply(ForeignKeyDef& def) const { def.on_delete = action; }
};
struct OnUpdate {
    ReferentialAction action;
    constexpr void apply(ForeignKeyDef& def) const { def.on_update = action; }
};
struct DeferralOption {
    Deferral deferral;
    constexpr void apply(ForeignKeyDef& def) const { def.deferral = deferral; }
};

}  // namespace detail

/// A list of members, as a value: `columns<&Line::order_id, &Line::number>`.
template <auto... M>
struct ColumnList {};
template <auto... M>
inline constexpr ColumnList<M...> columns{};
/// The referenced side of a composite foreign key.
template <auto... M>
inline constexpr ColumnList<M...> references{};

inline constexpr detail::PrimaryKeyOption primary_key{};
inline constexpr detail::UniqueOption unique{};
/// An index of its own, named ix_<table>_<column>; with `unique`, one unique index.
inline constexpr detail::ColumnFlag indexed{&detail::ColumnDef::indexed};
/// Optimistic locking: UPDATE and DELETE check the version they read and bump it.
inline constexpr detail::ColumnFlag version_id{&detail::ColumnDef::version_id};
/// The integer primary key is given by the program, never by the database.
inline constexpr detail::ColumnFlag no_generated_key{&detail::ColumnDef::no_generated_key};

/// Maximum length in characters (VARCHAR(n)); required by MySQL for indexed text.
constexpr detail::LengthOption length(std::uint32_t characters) { return {characters}; }
/// DECIMAL(precision, scale).
constexpr detail::NumericOption numeric(std::uint16_t precision, std::uint16_t scale = 0) { return {precision, scale}; }
/// SQL that the database evaluates when the row is inserted without this column.
constexpr detail::ServerDefaultOption server_default(std::string_view sql) { return {sql}; }
/// Stores a C++ enum by its names: `stored_as<std::string>`.
template <class Stored>
inline constexpr detail::StoredAsOption<Stored> stored_as{};

/// Of a `stored_as<std::string>` enum: the column has the database's own enum type. PostgreSQL: CREATE TYPE name AS ENUM, made by
/// create_all where it is missing (labels that are added later are not) and dropped by drop_all; MariaDB and MySQL: ENUM(...); SQLite has
/// none and stores text.
constexpr detail::NativeEnumOption native_enum(std::string_view name) { return {name}; }

/// The database computes the column from others of its row, and stores it: GENERATED ALWAYS AS (sql) STORED. It is never written; an INSERT
/// reads it back, and after an UPDATE the object is expired.
constexpr detail::ComputedOption computed(std::string_view sql) { return {sql}; }
/// Of deferred<T> members: read all together by `undefer_group<T>("name")`.
constexpr detail::DeferredGroupOption deferred_group(std::string_view name) { return {name}; }
/// Of a deferred<T> member: read by default. `defer<&T::member>()` and `load_only<...>()` leave it out.
inline constexpr detail::ColumnFlag undeferred{&detail::ColumnDef::undeferred};

/// A function without parameters that gives the value when the row is inserted and the member is unset:
/// `default_factory<&make_token>`.
template <auto Function>
inline constexpr detail::DefaultFactoryOption<Function> default_factory{};
/// A function without parameters that gives the value whenever the row is updated: `onupdate<&azoth::utcnow>`.
template <auto Function>
inline constexpr detail::OnUpdateOption<Function> onupdate{};

namespace on_delete {
inline constexpr detail::OnDelete cascade{ReferentialAction::cascade}, set_null{ReferentialAction::set_null},
    restrict_{ReferentialAction::restrict_}, set_default{ReferentialAction::set_default},
    no_action{ReferentialAction::no_action};
}
namespace on_update {
inline constexpr detail::OnUpdate cascade{ReferentialAction::cascade}, set_null{ReferentialAction::set_null},
    restrict_{ReferentialAction::restrict_}, set_default{ReferentialAction::set_default},
    no_action{ReferentialAction::no_action};
}

/// Of foreign keys, on SQLite and PostgreSQL: checked at COMMIT instead of after each statement (`initially_deferred`), or on the
/// transaction's demand by SET CONSTRAINTS (`deferrable`). MariaDB and MySQL cannot: create_all throws `NotSupportedError` there.
inline constexpr detail::DeferralOption deferrable{Deferral::deferrable}, initially_deferred{Deferral::initially_deferred};

/// The column refers to `Target`: `foreign_key<&User::id>(on_delete::cascade)`.
template <auto Target, class... Actions>
constexpr detail::ForeignKeyOption foreign_key(Actions... actions) {
    detail::ForeignKeyDef def;
    detail::set_target<Target>(def);
    detail::apply_actions(def, actions...);
    return {def};
}
/// By name, across a cycle of types: `foreign_key("users.id")`.
template <class... Actions>
constexpr detail::ForeignKeyOption foreign_key(std::string_view table_dot_column, Actions... actions) {
    detail::ForeignKeyDef def;
    def.present = true;
    def.target_name = table_dot_column;
    detail::apply_actions(def, actions...);
    return {def};
}
/// Composite, at table level: `foreign_key(columns<&A::x, &A::y>, references<&B::x, &B::y>)`.
template <auto... Local, auto... Remote, class... Actions>
constexpr detail::ConstraintDef foreign_key(ColumnList<Local...>, ColumnList<Remote...>, Actions... actions) {
    static_assert(sizeof...(Local) == sizeof...(Remote), "azoth: a foreign key has as many columns as it references");
    detail::ConstraintDef def;
    def.kind = detail::ConstraintDef::Kind::foreign_key;
    def.columns = detail::member_list<Local...>();
    detail::set_target<Remote...>(def.foreign_key);
    detail::apply_actions(def.foreign_key, actions...);
    return def;
}

/// Several columns unique together.
template <auto... M>
constexpr detail::ConstraintDef unique_together(std::string_view name = {}) {
    detail::ConstraintDef def;
    def.kind = detail::ConstraintDef::Kind::unique;
    def.columns = detail::member_list<M...>();
    def.name = name;
    return def;
}

/// CHECK over the row: `check("quantity > 0")`.
constexpr detail::ConstraintDef check(std::string_view condition, std::string_view name = {}) {
    detail::ConstraintDef def;
    def.kind = detail::ConstraintDef::Kind::check;
    def.text = condition;
    def.name = name;
    return def;
}

namespace detail {
struct WhereText {
    std::string_view condition;
};
constexpr void apply_index_option(ConstraintDef& def, WhereText where) { def.text = where.condition; }
constexpr void apply_index_option(ConstraintDef& def, UniqueOption) { def.unique_index = true; }
}  // namespace detail
/// Predicate of a partial index, SQL text.
constexpr detail::WhereText where(std::string_view condition) { return {condition}; }

/// An index over one or several columns, with or without a predicate, unique or not:
/// `index_on<&L::sku, &L::order_id>(where("quantity > 1"))`, `index_on<&L::sku>(unique, where("active"))`.
template <auto... M, class... Options>
    requires(sizeof...(M) != 0)
constexpr detail::ConstraintDef index_on(const Options&... options) {
    detail::ConstraintDef def;
    def.kind = detail::ConstraintDef::Kind::index;
    def.columns = detail::member_list<M...>();
    (detail::apply_index_option(def, options), ...);
    return def;
}

/// An index over SQL: `index_on("ix_users_email", "lower(email)", unique)`, `index_on("ix_posts_newest", "created_at DESC")`. Both are taken
/// as they stand. MariaDB has no indexes over expressions, only over columns in an order; MySQL wants an expression in its own parentheses.
template <class... Options>
constexpr detail::ConstraintDef index_on(std::string_view name, std::string_view sql, const Options&... options) {
    detail::ConstraintDef def;
    def.kind = detail::ConstraintDef::Kind::index;
    def.name = name;
    def.expression = sql;
    (detail::apply_index_option(def, options), ...);
    return def;
}

/// The table lives in a named schema (an attached database on SQLite).
constexpr detail::ConstraintDef schema(std::string_view name) {
    detail::ConstraintDef def;
    def.kind = detail::ConstraintDef::Kind::schema;
    def.text = name;
    return def;
}

}  // namespace azoth

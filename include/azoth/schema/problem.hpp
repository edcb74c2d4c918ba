// What can be wrong with one mapped struct by itself, found by the same code at compile time and at run time.
#pragma once

#include <azoth/schema/definition.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace azoth::detail {

enum class Problem : std::uint8_t {
    none,
    // one struct
    no_table_name,
    no_columns,
    no_primary_key,
    two_primary_keys,
    member_of_another_struct,
    member_mapped_twice,
    no_column_name,
    column_name_twice,
    nullable_primary_key,
    two_version_columns,
    version_not_integer,
    length_of_no_string,
    length_below_names,
    numeric_of_no_decimal,
    scale_above_precision,
    foreign_key_without_dot,
    foreign_key_to_two_structs,
    set_null_of_not_null,
    constraint_of_no_column,
    constraint_repeats_column,
    check_without_condition,
    schema_twice,
    deferred_primary_key,
    deferred_foreign_key,
    deferred_version,
    deferral_of_plain_member,
    computed_and_given,
    computed_by_nothing,
    native_enum_without_names,
    index_on_nothing,
    // several structs
    foreign_key_to_no_column,
    foreign_key_of_another_type,
    no_foreign_key,
    several_foreign_keys,
    via_no_foreign_key,
    back_populates_nothing,
    back_populates_elsewhere,
    back_populates_disagrees,
    back_populates_another_key,
    back_populates_same_direction,
    delete_orphan_of_many_to_one,
    delete_orphan_of_many_to_many,
    passive_deletes_all_and_cascade,
    secondary_of_one,
    secondary_no_foreign_key,
    secondary_key,
    secondary_versioned,
    primaryjoin_writes,
    primaryjoin_to_itself,
    primaryjoin_combined,
    order_by_no_column,
    foreign_key_to_deferred,
};

/// A problem and where it is: "type.member", and what it collides with.
struct Finding {
    Problem problem = Problem::none;
    std::string_view type{};
    std::string_view member{};
    std::string_view other_type{};
    std::string_view other_member{};
    std::string_view value_type{};  ///< of the member, where types are the problem
    std::string_view other_value_type{};

    constexpr explicit operator bool() const { return problem != Problem::none; }
};

/// The finding in words, for an ArgumentError.
std::string describe(const Finding& finding);

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Databases do not tell column names apart by case alone.
constexpr bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    }
    return true;
}

// Code that also runs at compile time finds positions, not pointers: g++ with -fsanitize=undefined cannot tell the
// address of a part of an inline variable from null.
inline constexpr std::size_t no_position = static_cast<std::size_t>(-1);

constexpr std::size_t find_column(const TableShape& shape, MemberId id) {
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        if (shape.columns[i].id == id) return i;
    }
    return no_position;
}

constexpr std::size_t find_constraint(const TableShape& shape, ConstraintDef::Kind kind) {
    for (std::size_t i = 0; i < shape.constraints.size(); ++i) {
        if (shape.constraints[i].kind == kind) return i;
    }
    return no_position;
}

/// Of the primary key, whether the column says so or the table.
constexpr bool is_primary(const TableShape& shape, const ColumnDef& column) {
    if (column.primary_key) return true;
    const auto at = find_constraint(shape, ConstraintDef::Kind::primary_key);
    if (at == no_position) return false;
    for (const auto& id : shape.constraints[at].columns) {
        if (id == column.id) return true;
    }
    return false;
}

constexpr bool sets_null(const ForeignKeyDef& key) {
    return key.on_delete == ReferentialAction::set_null || key.on_update == ReferentialAction::set_null;
}

constexpr Problem foreign_key_problem(const ForeignKeyDef& key) {
    if (!key.target_name.empty() || key.target.size == 0) {
        const auto dot = key.target_name.rfind('.');
        if (dot == std::string_view::npos || dot == 0 || dot + 1 == key.target_name.size())
            return Problem::foreign_key_without_dot;
    }
    return key.target.one_owner ? Problem::none : Problem::foreign_key_to_two_structs;
}

constexpr Problem column_problem(const TableShape& shape, const ColumnDef& column) {
    const auto kind = column.facts.sql_type.kind;
    const bool ours = column.embedded ? same(column.outer_owner, shape.type) && same(column.outer_type, column.owner)
                                      : same(column.owner, shape.type);
    if (!ours) return Problem::member_of_another_struct;
    if (column.name.empty()) return Problem::no_column_name;
    if (column.primary_key && column.facts.nullable) return Problem::nullable_primary_key;
    if (column.version_id && (!column.facts.integral || column.facts.nullable)) return Problem::version_not_integer;
    if (column.is_computed) {
        if (column.computed.empty()) return Problem::computed_by_nothing;
        if (column.primary_key || column.version_id || column.foreign_key.present || column.has_server_default ||
            column.has_default_factory || column.has_onupdate || column.has_stored_form)
            return Problem::computed_and_given;
    }
    if (column.deferred) {
        if (column.primary_key) return Problem::deferred_primary_key;
        if (column.version_id) return Problem::deferred_version;
        if (column.foreign_key.present) return Problem::deferred_foreign_key;
    } else if (column.undeferred || !column.deferred_group.empty()) {
        return Problem::deferral_of_plain_member;
    }
    if (!column.native_enum.empty() && !column.has_stored_form) return Problem::native_enum_without_names;
    if (column.length != 0) {
        if (kind != TypeKind::string && kind != TypeKind::blob) return Problem::length_of_no_string;
        if (column.length < column.facts.sql_type.length) return Problem::length_below_names;
    }
    if (column.has_numeric) {
        if (kind != TypeKind::decimal) return Problem::numeric_of_no_decimal;
        if (column.precision == 0 || column.scale > column.precision) return Problem::scale_above_precision;
    }
    if (column.foreign_key.present) {
        if (sets_null(column.foreign_key) && !column.facts.nullable) return Problem::set_null_of_not_null;
        return foreign_key_problem(column.foreign_key);
    }
    return Problem::none;
}

constexpr Finding check_columns(const TableShape& shape) {
    std::size_t version = no_position;
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        const auto& column = shape.columns[i];
        if (const auto problem = column_problem(shape, column); problem != Problem::none) {
            return {problem, shape.type_name, column.member_name, {}, {}, column.facts.name, {}};
        }
        for (std::size_t j = 0; j < i; ++j) {
            const auto& earlier = shape.columns[j];
            const auto problem = earlier.id == column.id                ? Problem::member_mapped_twice
                                 : same_name(earlier.name, column.name) ? Problem::column_name_twice
                                                                        : Problem::none;
            if (problem != Problem::none)
                return {problem, shape.type_name, column.member_name, shape.type_name, earlier.member_name, {}, {}};
        }
        if (column.version_id) {
            if (version != no_position) {
                return {Problem::two_version_columns,
                        shape.type_name,
                        column.member_name,
                        shape.type_name,
                        shape.columns[version].member_name,
                        {},
                        {}};
            }
            version = i;
        }
    }
    return {};
}

constexpr Finding check_constraint(const TableShape& shape, const ConstraintDef& constraint) {
    using Kind = ConstraintDef::Kind;
    const auto& list = constraint.columns;
    for (std::size_t i = 0; i < list.size; ++i) {
        const auto column = find_column(shape, list.members[i]);
        const auto found = [&](Problem problem) {
            return Finding{problem, shape.type_name, list.names[i], {}, {}, {}, {}};
        };
        if (!list.one_owner || !same(list.owner, shape.type)) return found(Problem::member_of_another_struct);
        if (column == no_position || shape.columns[column].is_expression) return found(Problem::constraint_of_no_column);
        for (std::size_t j = 0; j < i; ++j) {
            if (list.members[j] == list.members[i]) return found(Problem::constraint_repeats_column);
        }
        if (constraint.kind == Kind::primary_key && shape.columns[column].facts.nullable)
            return found(Problem::nullable_primary_key);
        if (constraint.kind == Kind::primary_key && shape.columns[column].deferred)
            return found(Problem::deferred_primary_key);
        if ((constraint.kind == Kind::primary_key || constraint.kind == Kind::foreign_key) && shape.columns[column].is_computed)
            return found(Problem::computed_and_given);
        if (constraint.kind == Kind::foreign_key && shape.columns[column].deferred)
            return found(Problem::deferred_foreign_key);
        if (constraint.kind == Kind::foreign_key && sets_null(constraint.foreign_key) &&
            !shape.columns[column].facts.nullable) {
            return found(Problem::set_null_of_not_null);
        }
    }
    if (constraint.kind == Kind::check && constraint.text.empty())
        return {Problem::check_without_condition, shape.type_name, {}, {}, {}, {}, {}};
    if (constraint.kind == Kind::index && list.size == 0 && (constraint.name.empty() || constraint.expression.empty()))
        return {Problem::index_on_nothing, shape.type_name, {}, {}, {}, {}, {}};
    if (constraint.kind == Kind::foreign_key) {
        if (const auto problem = foreign_key_problem(constraint.foreign_key); problem != Problem::none) {
            return {problem, shape.type_name, list.names[0], {}, {}, {}, {}};
        }
    }
    return {};
}

constexpr Finding check_primary_key(const TableShape& shape) {
    bool listed = false;
    bool schema = false;
    for (const auto& constraint : shape.constraints) {
        if (constraint.kind == ConstraintDef::Kind::primary_key) {
            if (listed)
                return {Problem::two_primary_keys, shape.type_name, constraint.columns.names[0], {}, {}, {}, {}};
            listed = true;
        }
        if (constraint.kind == ConstraintDef::Kind::schema) {
            if (schema) return {Problem::schema_twice, shape.type_name, {}, {}, {}, {}, {}};
            schema = true;
        }
    }
    for (const auto& column : shape.columns) {
        if (!column.primary_key) continue;
        if (listed) return {Problem::two_primary_keys, shape.type_name, column.member_name, {}, {}, {}, {}};
        return {};
    }
    if (!listed) return {Problem::no_primary_key, shape.type_name, {}, {}, {}, {}, {}};
    return {};
}

/// Everything that needs no other struct. Returns the first problem.
constexpr Finding check_struct(const TableShape& shape) {
    if (shape.name.empty()) return {Problem::no_table_name, shape.type_name, {}, {}, {}, {}, {}};
    if (shape.columns.size() == 0) return {Problem::no_columns, shape.type_name, {}, {}, {}, {}, {}};
    if (const auto finding = check_columns(shape)) return finding;
    if (const auto finding = check_primary_key(shape)) return finding;
    for (const auto& constraint : shape.constraints) {
        if (const auto finding = check_constraint(shape, constraint)) return finding;
    }
    for (std::size_t i = 0; i < shape.relationships.size(); ++i) {
        const auto& relationship = shape.relationships[i];
        if (!same(relationship.owner, shape.type))
            return {Problem::member_of_another_struct, shape.type_name, relationship.name, {}, {}, {}, {}};
        for (std::size_t j = 0; j < i; ++j) {
            if (shape.relationships[j].id == relationship.id) {
                return {Problem::member_mapped_twice,
                        shape.type_name,
                        relationship.name,
                        shape.type_name,
                        relationship.name,
                        {},
                        {}};
            }
        }
    }
    return {};
}

}  // namespace azoth::detail

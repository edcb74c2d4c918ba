// How a relationship finds its foreign key and its other side; constexpr, used by check<>() and by Relationship::link()
// alike.
#pragma once

#include <azoth/schema/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace azoth {

enum class Direction : std::uint8_t { many_to_one, one_to_many, many_to_many };

namespace detail {

constexpr std::string_view schema_name(const TableShape& shape) {
    const auto at = find_constraint(shape, ConstraintDef::Kind::schema);
    return at == no_position ? std::string_view{} : shape.constraints[at].text;
}

/// "schema.table.column" taken apart. Without a schema the table is looked for in the schema of the table that refers
/// to it.
struct TargetName {
    std::string_view schema{};
    std::string_view table{};
    std::string_view column{};
};

constexpr TargetName split_target(std::string_view text, std::string_view own_schema) {
    TargetName name;
    const auto last = text.rfind('.');
    name.column = text.substr(last + 1);
    name.table = text.substr(0, last);
    name.schema = own_schema;
    if (const auto dot = name.table.rfind('.'); dot != std::string_view::npos) {
        name.schema = name.table.substr(0, dot);
        name.table = name.table.substr(dot + 1);
    }
    return name;
}

/// One foreign key of a struct, whether written at a column or at the table.
struct KeyView {
    const TableShape* shape = nullptr;
    const ForeignKeyDef* def = nullptr;
    bool at_column = true;
    std::size_t position = 0;  ///< of the column, or of the constraint

    constexpr std::size_t size() const { return at_column ? 1 : shape->constraints[position].columns.size; }
    constexpr MemberId local_id(std::size_t index) const {
        return at_column ? shape->columns[position].id : shape->constraints[position].columns.members[index];
    }
    constexpr bool by_name() const { return def->target.size == 0; }
    constexpr bool refers_to(const TableShape& target) const {
        if (!by_name()) return same(def->target.owner, target.type);
        const auto name = split_target(def->target_name, schema_name(*shape));
        return name.table == target.name && name.schema == schema_name(target);
    }
    /// Position of the referenced column, or no_position.
    constexpr std::size_t remote(std::size_t index, const TableShape& target) const {
        if (!by_name()) return find_column(target, def->target.members[index]);
        for (std::size_t i = 0; i < target.columns.size(); ++i) {
            if (target.columns[i].name == remote_name(index)) return i;
        }
        return no_position;
    }
    constexpr std::string_view remote_name(std::size_t index) const {
        return by_name() ? split_target(def->target_name, {}).column : def->target.names[index];
    }
};

/// The foreign keys of a struct: those of its columns, then those of its table, each in the order of declaration.
/// Calls `visit(index, key)` until it returns true.
template <class Visit>
constexpr void each_key(const TableShape& shape, Visit visit) {
    std::uint32_t index = 0;
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
        const auto& key = shape.columns[i].foreign_key;
        if (key.present && visit(index++, KeyView{&shape, &key, true, i})) return;
    }
    for (std::size_t i = 0; i < shape.constraints.size(); ++i) {
        if (shape.constraints[i].kind != ConstraintDef::Kind::foreign_key) continue;
        if (visit(index++, KeyView{&shape, &shape.constraints[i].foreign_key, false, i})) return;
    }
}

/// Do the key's columns exist in the target and have the types of the local ones? The struct of the key has passed
/// check_struct.
constexpr Finding check_key(const KeyView& key, const TableShape& target) {
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto& local = key.shape->columns[find_column(*key.shape, key.local_id(i))];
        const auto at = key.remote(i, target);
        if (at == no_position || target.columns[at].is_expression) {
            return {Problem::foreign_key_to_no_column,
                    key.shape->type_name,
                    local.member_name,
                    target.type_name,
                    key.remote_name(i),
                    {},
                    {}};
        }
        const auto& remote = target.columns[at];
        if (remote.deferred) {
            return {Problem::foreign_key_to_deferred,
                    key.shape->type_name,
                    local.member_name,
                    target.type_name,
                    remote.member_name,
                    {},
                    {}};
        }
        if (!same(local.facts.value_type, remote.facts.value_type)) {
            return {Problem::foreign_key_of_another_type,
                    key.shape->type_name,
                    local.member_name,
                    target.type_name,
                    remote.member_name,
                    local.facts.name,
                    remote.facts.name};
        }
    }
    return {};
}

/// Which foreign key a relationship follows, and which way.
struct Ends {
    Direction direction = Direction::many_to_one;
    std::uint32_t key_index = 0;  ///< in the struct that has the key: the owner for many_to_one, else the target
    KeyView key{};
    std::uint32_t candidates = 0;
    /// many_to_many: both keys are the secondary table's; `key` refers to the owner, `far_key` to the target.
    std::uint32_t far_index = 0;
    KeyView far_key{};
};

constexpr bool via_matches(const MemberList& via, const KeyView& key) {
    if (via.size != key.size()) return false;
    for (const auto& id : via) {
        bool found = false;
        for (std::size_t i = 0; i < key.size(); ++i) found = found || key.local_id(i) == id;
        if (!found) return false;
    }
    return true;
}

/// Adds the keys from `from` to `to` that the relationship may follow.
constexpr void collect_keys(const TableShape& from, const TableShape& to, const MemberList& via, Direction direction,
                            Ends& ends) {
    each_key(from, [&](std::uint32_t index, const KeyView& key) {
        if (!key.refers_to(to) || (via.size != 0 && !via_matches(via, key))) return false;
        if (ends.candidates++ == 0) {
            ends.direction = direction;
            ends.key_index = index;
            ends.key = key;
        }
        return false;
    });
}

constexpr bool in_key(const KeyView& key, MemberId id) {
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (key.local_id(i) == id) return true;
    }
    return false;
}

/// A secondary table's primary key is its two foreign keys: so a pair of objects is one row at most.
constexpr bool keys_are_primary(const TableShape& shape, const KeyView& one, const KeyView& other) {
    for (const auto& column : shape.columns) {
        if ((in_key(one, column.id) || in_key(other, column.id)) != is_primary(shape, column)) return false;
    }
    return true;
}

/// Through a secondary table: its one key to the owner (or what via<> says), and its one other key to the target.
constexpr Finding find_secondary_ends(const TableShape& owner, const RelationshipDef& def, const TableShape& target,
                                      const TableShape& secondary, Ends& ends) {
    const auto found = [&](Problem problem, std::string_view to = {}) {
        return Finding{problem, owner.type_name, def.name, secondary.type_name, {}, to, {}};
    };
    ends = {};
    ends.direction = Direction::many_to_many;
    if (!def.many) return found(Problem::secondary_of_one);
    if (has(def.cascade, Cascade::delete_orphan)) return found(Problem::delete_orphan_of_many_to_many);
    std::uint32_t near = 0, far = 0;
    each_key(secondary, [&](std::uint32_t index, const KeyView& key) {
        if (!key.refers_to(owner) || (def.via.size != 0 && !via_matches(def.via, key))) return false;
        if (near++ == 0) {
            ends.key_index = index;
            ends.key = key;
        }
        return false;
    });
    if (near == 0) {
        return def.via.size != 0 ? found(Problem::via_no_foreign_key)
                                 : found(Problem::secondary_no_foreign_key, owner.type_name);
    }
    if (near > 1) return found(Problem::several_foreign_keys);
    each_key(secondary, [&](std::uint32_t index, const KeyView& key) {
        if (index == ends.key_index || !key.refers_to(target)) return false;
        if (far++ == 0) {
            ends.far_index = index;
            ends.far_key = key;
        }
        return false;
    });
    if (far == 0) return found(Problem::secondary_no_foreign_key, target.type_name);
    if (far > 1) return found(Problem::several_foreign_keys);
    if (const auto finding = check_key(ends.key, owner)) return finding;
    if (const auto finding = check_key(ends.far_key, target)) return finding;
    if (!keys_are_primary(secondary, ends.key, ends.far_key)) return found(Problem::secondary_key);
    for (const auto& column : secondary.columns) {
        if (column.version_id) return found(Problem::secondary_versioned);
    }
    return {};
}

/// With primaryjoin() there is no key: rows are found by the condition, and nothing is written.
constexpr Problem primaryjoin_problem(const TableShape& owner, const RelationshipDef& def) {
    if (!def.viewonly) return Problem::primaryjoin_writes;
    if (same(def.target_type, owner.type)) return Problem::primaryjoin_to_itself;
    if (def.via.size != 0 || def.has_secondary() || def.has_back_populates()) return Problem::primaryjoin_combined;
    return Problem::none;
}

constexpr Finding check_order(const TableShape& owner, const RelationshipDef& def, const TableShape& target) {
    for (std::size_t i = 0; i < def.order_count; ++i) {
        if (find_column(target, def.order_by[i].member) == no_position)
            return {Problem::order_by_no_column, owner.type_name, def.name, target.type_name, {}, {}, {}};
    }
    return {};
}

/// Without via<>: one<> follows a key of its own struct, else (one-to-one) one of the target; many<> one of the target.
/// `secondary`: the table that def.secondary names; any without one. No pointer: see no_position.
constexpr Finding find_ends(const TableShape& owner, const RelationshipDef& def, const TableShape& target,
                            const TableShape& secondary, Ends& ends) {
    const auto found = [&](Problem problem) {
        return Finding{problem, owner.type_name, def.name, target.type_name, {}, {}, {}};
    };
    ends = {};
    if (def.has_primaryjoin) {
        ends.direction = Direction::one_to_many;
        if (const auto problem = primaryjoin_problem(owner, def); problem != Problem::none) return found(problem);
        return check_order(owner, def, target);
    }
    if (def.has_secondary()) {
        if (const auto finding = find_secondary_ends(owner, def, target, secondary, ends)) return finding;
        return check_order(owner, def, target);
    }
    if (!def.many) collect_keys(owner, target, def.via, Direction::many_to_one, ends);
    if (ends.candidates == 0 && (def.many || !same(owner.type, target.type))) {
        collect_keys(target, owner, def.via, Direction::one_to_many, ends);
    }
    if (ends.candidates == 0) return found(def.via.size != 0 ? Problem::via_no_foreign_key : Problem::no_foreign_key);
    if (ends.candidates > 1) return found(Problem::several_foreign_keys);
    if (const auto finding = check_key(ends.key, ends.direction == Direction::many_to_one ? target : owner))
        return finding;
    if (ends.direction == Direction::many_to_one && has(def.cascade, Cascade::delete_orphan))
        return found(Problem::delete_orphan_of_many_to_one);
    if (def.passive_deletes_all && (has(def.cascade, Cascade::remove) || has(def.cascade, Cascade::delete_orphan)))
        return found(Problem::passive_deletes_all_and_cascade);
    return check_order(owner, def, target);
}

inline constexpr std::uint32_t no_inverse = 0xffffffff;

/// The other side of back_populates, whichever side says so; `inverse` is its position in the target or no_inverse.
constexpr Finding find_inverse(const TableShape& owner, const RelationshipDef& def, const TableShape& target,
                               const TableShape& secondary, const Ends& ends, std::uint32_t& inverse) {
    inverse = no_inverse;
    if (def.has_primaryjoin) return {};
    const auto found = [&](Problem problem, std::string_view other) {
        return Finding{problem, owner.type_name, def.name, target.type_name, other, {}, {}};
    };
    for (std::uint32_t i = 0; i < target.relationships.size(); ++i) {
        const auto& other = target.relationships[i];
        const bool named = def.back_populates_is(other);
        const bool names_us = same(other.target_type, owner.type) && other.back_populates_is(def);
        if (!named && !names_us) continue;
        if (inverse != no_inverse || (names_us && !named && def.has_back_populates()))
            return found(Problem::back_populates_disagrees, other.name);
        if (!same(other.target_type, owner.type)) return found(Problem::back_populates_elsewhere, other.name);
        if (other.has_back_populates() && !names_us) return found(Problem::back_populates_disagrees, other.name);
        inverse = i;
    }
    if (inverse == no_inverse) {
        return def.has_back_populates() ? found(Problem::back_populates_nothing, def.back_populates_name) : Finding{};
    }
    const auto& other = target.relationships[inverse];
    Ends back;
    if (other.has_primaryjoin) return found(Problem::primaryjoin_combined, other.name);
    if (!same(other.secondary_type, def.secondary_type)) return found(Problem::back_populates_another_key, other.name);
    if (const auto finding = find_ends(target, other, owner, secondary, back)) return finding;
    if (def.has_secondary()) {
        const bool mirrored = back.key_index == ends.far_index && back.far_index == ends.key_index;
        return mirrored ? Finding{} : found(Problem::back_populates_another_key, other.name);
    }
    if (!same(back.key.shape->type, ends.key.shape->type) || back.key_index != ends.key_index)
        return found(Problem::back_populates_another_key, other.name);
    if (back.direction == ends.direction) return found(Problem::back_populates_same_direction, other.name);
    return {};
}

}  // namespace detail
}  // namespace azoth

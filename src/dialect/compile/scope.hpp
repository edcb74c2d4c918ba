// Scope: the FROM of one SELECT (or the target of one UPDATE or DELETE) while it is rendered.
#pragma once

#include <azoth/schema/table.hpp>
#include <dialect/compile/tree.hpp>

#include <string>
#include <utility>
#include <vector>

namespace azoth::detail {

/// What identifies a FROM element: the mapped table itself, or a source.
struct FromKey {
    const Table* table = nullptr;   ///< null when source != 0
    std::uint32_t source = 0;
    friend bool operator==(const FromKey&, const FromKey&) = default;
};

/// A column of a FROM element, as a join condition names it.
struct ColumnOf {
    FromKey from;
    const Column* column = nullptr;
};

struct JoinStep {
    FromKey target;
    std::uint8_t kind = 0;                               ///< join_*
    NodeId on = no_node;                                 ///< condition, or extra condition of a relationship
    std::vector<std::pair<ColumnOf, ColumnOf>> equal;    ///< pairs from a foreign key or relationship
    bool explicit_join = true;                           ///< false: two FROM elements put side by side because one ON names both
};

/// A FROM element and what is joined to it.
struct FromTree {
    FromKey root;
    std::vector<JoinStep> joins;
    bool contains(const FromKey& key) const {
        if (root == key) return true;
        for (const auto& join : joins) {
            if (join.target == key) return true;
        }
        return false;
    }
};

struct FromElement {
    FromKey key;
    bool nullable = false;   ///< an outer join can leave its columns NULL
    std::string reason;      ///< which one, for messages
};

struct Scope {
    const Scope* parent = nullptr;
    std::vector<FromTree> trees;
    std::vector<FromElement> elements;

    const FromElement* find(const FromKey& key) const {
        for (const auto& element : elements) {
            if (element.key == key) return &element;
        }
        return nullptr;
    }
    FromElement* find(const FromKey& key) { return const_cast<FromElement*>(std::as_const(*this).find(key)); }
    /// Here or in an enclosing statement.
    bool visible(const FromKey& key) const {
        for (const Scope* scope = this; scope != nullptr; scope = scope->parent) {
            if (scope->find(key) != nullptr) return true;
        }
        return false;
    }
};

/// The clauses of one SELECT, sorted by kind.
struct Clauses {
    std::vector<NodeId> items, from, joins, where, group_by, having, order_by;
    NodeId limit = no_node, offset = no_node, distinct = no_node, for_update = no_node, compound = no_node;
};

}  // namespace azoth::detail

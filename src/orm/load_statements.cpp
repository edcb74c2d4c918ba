// SELECT target WHERE key IN (...): built once for a relationship and a number of keys.
#include "load_statements.hpp"

#include "session_state.hpp"

#include <azoth/engine/engine_core.hpp>

#include <bit>

namespace azoth::detail {

namespace {

std::size_t place(std::size_t size) { return size == most_keys ? 9 : static_cast<std::size_t>(std::bit_width(size) - 1); }

// Criteria leave their statement: aliases and subqueries get back the ids they have outside it.
void append_criteria(Tape& out, const Fragment& fragment, const FlatStatement& original) {
    std::uint32_t value = fragment.first_value, text = fragment.first_text;
    for (std::uint32_t i = fragment.begin; i < fragment.end; ++i) {
        Node node = original.nodes[i];
        if (node.source != 0) {
            const auto& source = original.sources[node.source - 1];
            node.source = source->id;
            out.use(source);
        }
        if (node.op == Op::bind) out.mutable_values().push_back(original.values[value++]);
        if ((node.flags & node_has_text) != 0) {
            out.text_leaf(node.op, original.texts[text++]);
            out.mutable_nodes().back() = node;
        } else {
            out.mutable_nodes().push_back(node);
        }
    }
}

Tape key_tape(const LoadNode& node, std::size_t size, std::span<const ValueView> key, const FlatStatement& original) {
    const RelationshipLink& link = *node.link;
    const Table& target = *link.target;
    const auto [holder, columns, beside] = key_holder(*node.relationship);
    const auto condition = node.relationship->def.primaryjoin;
    const bool composite = columns.size() > 1;
    Tape out;
    out.reserve(16 + size * (columns.size() + 1), size * columns.size());
    for (const std::uint32_t index : node.further) out.leaf(Op::column, &target.columns[index]);
    out.close(Op::item_entity, static_cast<std::uint16_t>(node.further.size()), &target, 0, item_listed);
    if (beside) {
        for (const std::uint32_t column : columns) {
            out.leaf(Op::column, &holder.columns[column]);
            out.close(Op::item, 1);
        }
        out.leaf(Op::from_table, &target);
        if (condition != nullptr) out.leaf(Op::from_table, &holder);
        out.close(Op::select_from, condition != nullptr ? 2 : 1);
    }
    if (link.secondary != nullptr) {
        out.leaf(Op::from_table, &holder);
        for (std::size_t i = 0; i < link.far.size(); ++i) {
            out.leaf(Op::column, &holder.columns[link.far[i]]);
            out.leaf(Op::column, &target.columns[link.remote[i]]);
            out.close(Op::eq, 2);
        }
        if (link.far.size() > 1) out.close(Op::and_, static_cast<std::uint16_t>(link.far.size()));
        out.close(Op::join, 2, nullptr, 0, join_inner);
    }
    for (const std::uint32_t column : columns) out.leaf(Op::column, &holder.columns[column]);
    if (composite) out.close(Op::tuple, static_cast<std::uint16_t>(columns.size()));
    std::uint32_t before = composite ? static_cast<std::uint32_t>(columns.size() + 1) : 1;
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t k = 0; k < key.size(); ++k) out.bind(Value(key[k]), &holder.columns[columns[k]].type);
        if (composite) out.close(Op::tuple, static_cast<std::uint16_t>(columns.size()));
    }
    before += static_cast<std::uint32_t>(size * (composite ? key.size() + 1 : 1));
    auto& nodes = out.mutable_nodes();
    if (size == 1 && !composite) {  // x = ? reads better in a log, and plans no worse
        nodes.push_back(Node{Op::eq, 0, 2, before + 1, 0, 0, nullptr});
    } else {
        nodes.push_back(Node{Op::in_list, 0, static_cast<std::uint16_t>(size + 1), before + 1, 0, 0, nullptr});
    }
    out.close(Op::where, 1);
    if (condition != nullptr) {  // after the keys, which are the first values
        condition(out);
        out.close(Op::where, 1);
    }
    for (const auto& fragment : node.where) {
        append_criteria(out, fragment, original);
        out.close(Op::where, 1);
    }
    for (const auto& fragment : node.order) append_criteria(out, fragment, original);
    if (node.order.empty() && node.to_many() && !node.link->order_by.empty()) {
        for (const auto& [column, descending] : node.link->order_by) {
            out.leaf(Op::column, &target.columns[column]);
            out.close(Op::order, 1, nullptr, 0, descending ? order_desc : std::uint8_t{0});
        }
        out.close(Op::order_by, static_cast<std::uint16_t>(node.link->order_by.size()));
    }
    for (const auto& criterion : node.entity_criteria) {
        append_criteria(out, criterion.predicate, original);
        out.close(Op::criteria, 1, criterion.table);
    }
    return out;
}

}  // namespace

KeyHolder key_holder(const Relationship& relationship) {
    const RelationshipLink& link = relationship.link();
    if (link.secondary != nullptr) return {*link.secondary, link.near, true};
    if (relationship.def.primaryjoin != nullptr) return {*relationship.owner, link.local, true};
    return {*link.target, link.remote, false};
}

std::size_t padded(std::size_t keys) noexcept { return keys > most_keys / 2 ? most_keys : std::bit_ceil(keys); }

std::shared_ptr<const EntityQuery> LoadStatements::find(std::size_t size) const {
    const std::lock_guard lock(mutex_);
    return by_size_[place(size)];
}

void LoadStatements::keep(std::size_t size, std::shared_ptr<const EntityQuery> query) {
    const std::lock_guard lock(mutex_);
    by_size_[place(size)] = std::move(query);
}

std::shared_ptr<const EntityQuery> key_query(SessionState& state, const LoadNode& node, std::size_t size, std::span<const ValueView> key, const FlatStatement& original) {
    // Criteria with subqueries bring values of their own, so they are made anew.
    if (!node.uses_sources) {
        if (auto known = node.statements->find(size)) return known;
    }
    FlatStatement base(key_tape(node, size, key, original));
    const std::size_t keys = size * key.size();
    std::vector<std::uint32_t> origin;
    for (std::uint32_t i = 0; i < keys; ++i) origin.push_back(i);
    if (node.uses_sources) {
        for (std::size_t i = keys; i < base.values.size(); ++i) origin.push_back(static_cast<std::uint32_t>(i));
    } else {
        const auto note = [&](const Fragment& fragment) {
            std::uint32_t value = fragment.first_value;
            for (std::uint32_t i = fragment.begin; i < fragment.end; ++i) {
                if (original.nodes[i].op == Op::bind) origin.push_back(static_cast<std::uint32_t>(keys + value++));
            }
        };
        for (const auto& fragment : node.where) note(fragment);
        for (const auto& fragment : node.order) note(fragment);
        for (const auto& criterion : node.entity_criteria) note(criterion.predicate);
    }
    Expansion expansion(std::move(base), std::move(origin), original, keys);
    const std::uint32_t slot = expansion.select(*node.link->target, 0);
    expansion.add(slot, 0, node.children);
    FlatStatement statement = expansion.statement();
    const PlanPtr plan = plan_for(state, statement);
    auto query = std::make_shared<EntityQuery>(expansion.finish(plan->query));
    if (key_holder(*node.relationship).beside) query->key_column = plan->query.items[1].first_column;
    if (node.uses_sources) {  // keep the values with it; those of joined loads below were counted in the original statement
        auto own = std::make_shared<CompiledStatement>(*plan->query.statement);
        query->values = std::move(statement.values);
        query->values.erase(query->values.begin(), query->values.begin() + static_cast<std::ptrdiff_t>(keys));
        query->statement = std::move(own);
        return query;
    }
    node.statements->keep(size, query);
    return query;
}

}  // namespace azoth::detail

// Joined loads: each an alias of its own at the end of the statement, so that nothing the user wrote can touch it.
#include "entity_query.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/sql/select.hpp>
#include <azoth/sql/source.hpp>

#include <algorithm>

namespace azoth::detail {

Expansion::Expansion(FlatStatement base, std::vector<std::uint32_t> origin, const FlatStatement& original, std::size_t keys)
    : base_(std::move(base)), origin_(std::move(origin)), original_(original) {
    query_.keys = keys;
    for (std::uint32_t i = 0; i < base_.main_size; ++i) {
        main_values_ += base_.nodes[i].op == Op::bind ? 1 : 0;
        main_texts_ += (base_.nodes[i].flags & node_has_text) != 0 ? 1 : 0;
    }
}

std::uint32_t Expansion::select(const Table& table, std::uint32_t first_column) {
    query_.slots.push_back({&table, first_column, {}, -1, nullptr});
    outer_.push_back(false);
    query_.selected = query_.slots.size();
    return static_cast<std::uint32_t>(query_.slots.size() - 1);
}

void Expansion::add(std::uint32_t slot, std::uint32_t source, std::span<const LoadNode> nodes) {
    for (const auto& node : nodes) {
        if (node.strategy == LoadStrategy::contains_eager) {
            contain(slot, node);
        } else if (node.joins()) {
            join(slot, source, node);
        } else {
            query_.further.emplace_back(slot, &node);
        }
    }
}

void Expansion::push(Op op, std::uint16_t children, const void* ref, std::uint8_t flags, std::uint32_t source) {
    std::size_t begin = tail_.size();
    for (std::uint16_t i = 0; i < children; ++i) begin -= tail_[begin - 1].size;
    tail_.push_back(Node{op, flags, children, static_cast<std::uint32_t>(tail_.size() - begin + 1), source, 0, ref});
}

void Expansion::push_item(const LoadNode& node, std::uint32_t source) {
    const Table& target = *node.link->target;
    for (const std::uint32_t index : node.further) push(Op::column, 0, &target.columns[index], 0, source);
    push(Op::item_entity, static_cast<std::uint16_t>(node.further.size()), &target, item_listed, source);
}

// The criteria speak of the target by its table; here it goes by an alias.
void Expansion::append(const Fragment& fragment, const Table& target, std::uint32_t source) {
    std::uint32_t value = fragment.first_value, text = fragment.first_text;
    for (std::uint32_t i = fragment.begin; i < fragment.end; ++i) {
        Node node = original_.nodes[i];
        if (node.op == Op::column && node.source == 0 && static_cast<const Column*>(node.ref)->table == &target) node.source = source;
        if (node.op == Op::bind) tail_origin_.push_back(static_cast<std::uint32_t>(query_.keys + value++));
        if ((node.flags & node_has_text) != 0) tail_texts_.push_back(original_.texts[text++]);
        tail_.push_back(node);
    }
}

void Expansion::join(std::uint32_t slot, std::uint32_t source, const LoadNode& node) {
    const Table& target = *node.link->target;
    const auto new_alias = [&](const Table& table) {
        aliases_.push_back(make_alias(table, {}));
        return static_cast<std::uint32_t>(base_.sources.size() + aliases_.size());
    };
    const bool outer = outer_[slot] || node.strategy != LoadStrategy::joined_inner;
    const std::uint8_t kind = outer ? join_left : join_inner;
    const Table* const between = node.link->secondary;
    const auto condition = node.relationship->def.primaryjoin;
    const std::uint32_t between_alias = between != nullptr ? new_alias(*between) : 0;
    const std::uint32_t alias = new_alias(target);
    std::uint16_t operands = 1;
    if (between != nullptr) {
        Tape joins;
        write_secondary_join(joins, *node.relationship, kind, source, between_alias, alias);
        tail_.insert(tail_.end(), joins.nodes().begin(), joins.nodes().end());
        ++operands;
    } else {
        push(Op::from_table, 0, &target, 0, alias);
        if (condition != nullptr) {
            Tape on;
            condition(on);
            for (auto& one : on.mutable_nodes()) {  // it speaks of both tables; here they go by aliases
                if (one.op == Op::column && one.source == 0) one.source = static_cast<const Column*>(one.ref)->table == &target ? alias : source;
            }
            tail_.insert(tail_.end(), on.nodes().begin(), on.nodes().end());
            ++operands;
        }
    }
    if (!node.where.empty()) {
        for (const auto& fragment : node.where) append(fragment, target, alias);
        if (node.where.size() > 1) push(Op::and_, static_cast<std::uint16_t>(node.where.size()), nullptr, 0, 0);
        ++operands;
    }
    if (between != nullptr || condition != nullptr) {
        if (operands > 2) push(Op::and_, 2, nullptr, 0, 0);
        push(Op::join, 2, nullptr, kind, 0);
    } else {
        push(Op::join_relationship, operands, node.relationship, kind, source);
    }
    push_item(node, alias);
    if (node.to_many()) {
        query_.repeats = true;
        for (const auto& fragment : node.order) append(fragment, target, alias);
        if (node.order.empty() && !node.link->order_by.empty()) {
            for (const auto& [column, descending] : node.link->order_by) {
                push(Op::column, 0, &target.columns[column], 0, alias);
                push(Op::order, 1, nullptr, descending ? order_desc : std::uint8_t{0}, 0);
            }
            push(Op::order_by, static_cast<std::uint16_t>(node.link->order_by.size()), nullptr, 0, 0);
        }
    }
    query_.slots.push_back({&target, 0, {}, static_cast<std::int32_t>(slot), &node});
    outer_.push_back(outer);
    add(static_cast<std::uint32_t>(query_.slots.size() - 1), alias, node.children);
}

// Does the query join the table, or the alias of it?
bool Expansion::names(const Table& table, std::uint32_t source) const {
    for (std::uint32_t i = base_.main_size; i-- > 0;) {
        const Node& node = base_.nodes[i];
        if (node.op == Op::load_option) {
            i -= node.size - 1;
        } else if (node.op == Op::from_table) {
            if (node.source == source && node.ref == &table) return true;
        } else if (node.op == Op::join_relationship && source == 0 && node.children == 0) {
            if (static_cast<const Relationship*>(node.ref)->link().target == &table) return true;
        }
    }
    return false;
}

void Expansion::contain(std::uint32_t slot, const LoadNode& node) {
    const Table& target = *node.link->target;
    if (!names(target, node.source))
        throw_argument_error("contains_eager of " + node.relationship->full_name() + ": the query does not join " + (node.source != 0 ? "that alias of " : "") +
                             std::string(target.type_name) + "; add .join<...>() or .outerjoin<...>()");
    push_item(node, node.source);
    if (node.to_many()) query_.repeats = true;
    query_.slots.push_back({&target, 0, {}, static_cast<std::int32_t>(slot), &node});
    outer_.push_back(true);
    add(static_cast<std::uint32_t>(query_.slots.size() - 1), node.source, node.children);
}

FlatStatement Expansion::statement() const {
    FlatStatement out;
    const auto main = static_cast<std::ptrdiff_t>(base_.main_size);
    out.nodes.assign(base_.nodes.begin(), base_.nodes.begin() + main);
    out.nodes.insert(out.nodes.end(), tail_.begin(), tail_.end());
    out.main_size = static_cast<std::uint32_t>(out.nodes.size());
    out.nodes.insert(out.nodes.end(), base_.nodes.begin() + main, base_.nodes.end());
    out.values.assign(base_.values.begin(), base_.values.begin() + main_values_);
    for (const std::uint32_t origin : tail_origin_) out.values.push_back(original_.values[origin - query_.keys]);
    out.values.insert(out.values.end(), base_.values.begin() + main_values_, base_.values.end());
    out.texts.assign(base_.texts.begin(), base_.texts.begin() + main_texts_);
    out.texts.insert(out.texts.end(), tail_texts_.begin(), tail_texts_.end());
    out.texts.insert(out.texts.end(), base_.texts.begin() + main_texts_, base_.texts.end());
    out.sources = base_.sources;
    for (const auto& alias : aliases_) {
        out.sources.push_back(alias);
        out.nodes.push_back(Node{Op::segment, static_cast<std::uint8_t>(SourceKind::alias), 0, 1, static_cast<std::uint32_t>(out.sources.size()), 0, alias->table});
    }
    return out;
}

EntityQuery Expansion::finish(const CompiledQuery& compiled) {
    std::size_t slot = 0;
    for (const auto& item : compiled.items) {
        if (!item.entity || slot == query_.slots.size()) continue;
        query_.slots[slot].first_column = item.first_column;
        query_.slots[slot++].further = item.further;
    }
    std::vector<std::uint32_t> origin(origin_.begin(), origin_.begin() + main_values_);
    origin.insert(origin.end(), tail_origin_.begin(), tail_origin_.end());
    origin.insert(origin.end(), origin_.begin() + main_values_, origin_.end());
    auto statement = std::make_shared<CompiledStatement>(*compiled.statement);
    for (auto& parameter : statement->parameters) {
        if (parameter < first_constant) parameter = origin[parameter];
    }
    query_.statement = std::move(statement);
    return std::move(query_);
}

}  // namespace azoth::detail

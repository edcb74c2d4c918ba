// Bulk UPDATE and DELETE and the objects that are loaded: evaluated in memory, found by keys, or expired.
#include "synchronize.hpp"

#include "related.hpp"
#include "row_evaluator.hpp"

#include <azoth/base/error.hpp>
#include <azoth/engine/engine_core.hpp>

#include <algorithm>
#include <utility>

namespace azoth::detail {

void expire_table(SessionState& state, const Table& table) {
    state.for_each_graph([&](Graph& graph) { graph.for_each(table, [](Entity& entity) { entity.epoch = 0; }); });
}

namespace {

bool holds_key(const Column& column) {
    const auto& keys = column.table->foreign_keys;
    return std::any_of(keys.begin(), keys.end(), [&](const ForeignKey& key) { return std::find(key.columns.begin(), key.columns.end(), column.index) != key.columns.end(); });
}

// The row has the new values; members that the user has changed and not flushed stay.
void assign(SessionState& state, Entity& entity, const std::vector<std::pair<const Column*, Value>>& values) {
    if (state.transaction != 0) state.record_snapshot(entity);
    for (const auto& [column, value] : values) {
        const bool edited = !column->ops->same(entity.saved_field(*column), entity.field(*column));
        Value edit;
        if (edited) column->ops->encode(entity.field(*column), edit);
        column->ops->decode(entity.field(*column), value.view(), column->name);
        void* slot = column->saved(static_cast<void*>(entity.snapshot));
        if (column->ops->drop != nullptr) column->ops->drop(slot);
        column->ops->save(slot, entity.field(*column), *entity.graph);
        if (edited) column->ops->decode(entity.field(*column), edit.view(), column->name);
        if (holds_key(*column)) entity.relations_stale = true;
    }
}

void updated(SessionState& state, const RowEvaluator& evaluator, bool values_known, Entity& entity) {
    std::vector<std::pair<const Column*, Value>> values;
    for (const auto& assignment : evaluator.assignments()) {
        auto value = values_known ? evaluator.value(assignment, entity) : std::nullopt;
        if (!value) {
            entity.epoch = 0;
            return;
        }
        values.emplace_back(assignment.column, std::move(*value));
    }
    try {
        assign(state, entity, values);
    } catch (const Error&) {  // the column's type made something else of it
        entity.epoch = 0;
    }
}

void deleted(SessionState& state, Entity& entity) {
    row_gone(state, entity);
    if (state.transaction == 0) {  // committed by itself: nothing brings it back
        state.undo.pop_back();
        state.deleted.pop_back();
        state.set_state(entity, ObjectState::detached);
    }
}

// Calls `met` for the loaded objects whose keys these are.
template <class F>
void for_each_key(SessionState& state, const Table& table, const ValueBuffer& keys, const F& met) {
    const std::size_t width = table.primary_key.size();
    std::vector<ValueView> cells;
    ValueView key[max_key_columns];
    for (std::size_t row = 0; row < keys.rows(); ++row) {
        cells.assign(table.columns.size(), ValueView());
        for (std::size_t i = 0; i < width; ++i) cells[table.primary_key[i]] = keys.row(row)[i];
        state.keys.read(table, cells, key);
        if (Entity* entity = state.map.find(table, {key, width})) met(*entity);
    }
}

void write_keys(std::vector<Node>& out, const Table& target) {
    for (const std::uint32_t index : target.primary_key) {
        Tape item;
        item.leaf(Op::column, &target.columns[index]);
        item.close(Op::item, 1);
        out.insert(out.end(), item.nodes().begin(), item.nodes().end());
    }
}

}  // namespace

void synchronize(SessionState& state, const QueryPlan& plan, const FlatStatement& statement, const ValueBuffer* keys) {
    if (plan.target == nullptr) return;
    if (plan.updates_existing || plan.synchronize == QueryPlan::Synchronize::expire) expire_table(state, *plan.target);
    if (plan.synchronize == QueryPlan::Synchronize::nothing || plan.synchronize == QueryPlan::Synchronize::expire) return;

    const RowEvaluator evaluator(statement, *plan.target, state.connection->engine().dialect().features());
    const bool update = plan.kind == QueryPlan::Kind::update;
    const bool values_known = update && evaluator.knows_values();
    const auto met = [&](Entity& entity) {
        if (entity.state != ObjectState::persistent) return;
        if (!update) return deleted(state, entity);
        if (!state.expired(entity)) updated(state, evaluator, values_known, entity);
    };
    if (keys != nullptr) return for_each_key(state, *plan.target, *keys, met);
    state.for_each_graph([&](Graph& graph) {
        graph.for_each(*plan.target, [&](Entity& entity) {
            if (entity.state != ObjectState::persistent || state.expired(entity)) return;  // what is expired is reread when it is next met
            const auto verdict = evaluator.matches(entity);
            if (verdict == RowEvaluator::Verdict::yes) met(entity);
            if (verdict == RowEvaluator::Verdict::unknown) entity.epoch = 0;
        });
    });
}

CompiledPtr select_keys(const FlatStatement& statement, const Table& target, const Dialect& dialect) {
    FlatStatement out;
    std::vector<std::uint32_t> origin;
    write_keys(out.nodes, target);
    std::vector<std::uint32_t> roots;
    for (std::uint32_t end = statement.main_size; end > 0; end -= statement.nodes[end - 1].size) roots.push_back(end - 1);
    std::uint32_t value = 0, text = 0;
    for (auto root = roots.rbegin(); root != roots.rend(); ++root) {
        const bool criteria = statement.nodes[*root].op == Op::where;
        for (std::uint32_t i = *root + 1 - statement.nodes[*root].size; i <= *root; ++i) {
            const Node& node = statement.nodes[i];
            if (criteria) out.nodes.push_back(node);
            if (node.op == Op::bind) {
                if (criteria) {
                    out.values.push_back(statement.values[value]);
                    origin.push_back(value);
                }
                ++value;
            }
            if ((node.flags & node_has_text) != 0) {
                if (criteria) out.texts.push_back(statement.texts[text]);
                ++text;
            }
        }
    }
    out.main_size = static_cast<std::uint32_t>(out.nodes.size());
    out.nodes.insert(out.nodes.end(), statement.nodes.begin() + statement.main_size, statement.nodes.end());
    for (; value < statement.values.size(); ++value) {
        out.values.push_back(statement.values[value]);
        origin.push_back(value);
    }
    out.texts.insert(out.texts.end(), statement.texts.begin() + text, statement.texts.end());
    out.sources = statement.sources;
    auto compiled = std::make_shared<CompiledStatement>(*compile(out, dialect).statement);
    for (auto& parameter : compiled->parameters) parameter = origin[parameter];
    return compiled;
}

FlatStatement returning_keys(FlatStatement statement, const Table& target) {
    std::vector<Node> nodes;
    write_keys(nodes, target);
    const auto count = static_cast<std::uint16_t>(target.primary_key.size());
    nodes.push_back(Node{Op::returning, 0, count, static_cast<std::uint32_t>(nodes.size() + 1), 0, 0, nullptr});
    statement.nodes.insert(statement.nodes.begin() + statement.main_size, nodes.begin(), nodes.end());
    statement.main_size += static_cast<std::uint32_t>(nodes.size());
    return statement;
}

}  // namespace azoth::detail

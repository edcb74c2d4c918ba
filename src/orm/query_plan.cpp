// Plans: where a statement may be joined to, what its rows hold, which tables it reads.
#include "query_plan.hpp"

#include "row_evaluator.hpp"
#include "synchronize.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/sql/dml.hpp>

#include <algorithm>
#include <numeric>

namespace azoth::detail {

namespace {

/// The shape of a statement as far as joined loads care.
struct Shape {
    QueryPlan::Kind kind = QueryPlan::Kind::select;
    bool untracked = false, populate_existing = false, streamed = false, do_update = false;
    bool groups = false, locks = false, compound = false;
    bool counts_rows = false;   ///< LIMIT, OFFSET, DISTINCT
    bool several = false;       ///< further FROM elements
    bool from_query = false;    ///< INSERT ... SELECT
    SynchronizeSession synchronize = SynchronizeSession::automatic;
};

void look_at(const Node& root, Shape& shape) {
    switch (root.op) {
        case Op::insert_into: shape.kind = QueryPlan::Kind::insert; break;
        case Op::update_table: shape.kind = QueryPlan::Kind::update; break;
        case Op::delete_from: shape.kind = QueryPlan::Kind::delete_; break;
        case Op::text_statement: shape.kind = QueryPlan::Kind::text; break;
        case Op::do_update: shape.do_update = true; break;
        case Op::insert_query: shape.from_query = true; break;
        case Op::group_by:
        case Op::having: shape.groups = true; break;
        case Op::for_update: shape.locks = true; break;
        case Op::compound: shape.compound = true; break;
        case Op::limit:
        case Op::offset:
        case Op::distinct: shape.counts_rows = true; break;
        case Op::select_from:
        case Op::join:
        case Op::join_relationship: shape.several = true; break;
        case Op::statement_flag:
            switch (static_cast<StatementFlag>(root.arg)) {
                case StatementFlag::untracked: shape.untracked = true; break;
                case StatementFlag::populate_existing: shape.populate_existing = true; break;
                case StatementFlag::streamed: shape.streamed = true; break;
                case StatementFlag::synchronize_evaluate: shape.synchronize = SynchronizeSession::evaluate; break;
                case StatementFlag::synchronize_fetch: shape.synchronize = SynchronizeSession::fetch; break;
                case StatementFlag::synchronize_none: shape.synchronize = SynchronizeSession::none; break;
                case StatementFlag::session:
                case StatementFlag::by_identity: break;
            }
            break;
        default: break;
    }
}

Shape shape_of(const FlatStatement& statement) {
    Shape shape;
    for (std::uint32_t end = statement.main_size; end > 0; end -= statement.nodes[end - 1].size) look_at(statement.nodes[end - 1], shape);
    return shape;
}

// Does the outermost query itself (not its subqueries or options) speak of anything but this one FROM element?
bool names_others(const FlatStatement& statement, const ResultItem& item) {
    for (std::uint32_t i = statement.main_size; i-- > 0;) {
        const Node& node = statement.nodes[i];
        if (node.op == Op::query || node.op == Op::load_option || node.op == Op::criteria) {
            i -= node.size - 1;
            continue;
        }
        if (node.op == Op::source_column) return true;
        if (node.op == Op::column && (node.source != item.source || static_cast<const Column*>(node.ref)->table != item.table)) return true;
    }
    return false;
}

void add_table(const Table* table, std::vector<const Table*>& tables) {
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
}

void add_tables(const std::vector<LoadNode>& nodes, std::vector<const Table*>& tables) {
    for (const auto& node : nodes) {
        const Table& target = *node.link->target;
        add_table(&target, tables);
        if (node.link->secondary != nullptr) add_table(node.link->secondary, tables);  // what else a primaryjoin() reads is the owner
        for (const std::uint32_t index : node.further) {
            if (target.columns[index].expression == nullptr) continue;
            Tape tape;
            target.columns[index].expression(tape);
            for (const Node& part : tape.nodes()) {
                if (part.op == Op::column) add_table(static_cast<const Column*>(part.ref)->table, tables);
            }
        }
        add_tables(node.children, tables);
    }
}

// The same INSERT with RETURNING of the generated key. RETURNING comes last and binds nothing: the values stay in their places.
FlatStatement returning_key(FlatStatement statement, const Table& table) {
    Tape returning;
    returning.leaf(Op::column, &table.columns[static_cast<std::size_t>(table.generated_column)]);
    returning.close(Op::item, 1);
    returning.close(Op::returning, 1);
    const auto nodes = returning.nodes();
    statement.nodes.insert(statement.nodes.begin() + statement.main_size, nodes.begin(), nodes.end());
    statement.main_size += static_cast<std::uint32_t>(nodes.size());
    return statement;
}

// How loaded objects learn of an UPDATE or DELETE.
void plan_synchronization(QueryPlan& plan, const FlatStatement& statement, const Shape& shape, const Dialect& dialect) {
    using Synchronize = QueryPlan::Synchronize;
    const bool update = plan.kind == QueryPlan::Kind::update;
    if ((!update && plan.kind != QueryPlan::Kind::delete_) || shape.synchronize == SynchronizeSession::none) return;
    if (shape.synchronize == SynchronizeSession::fetch) {
        const auto& features = dialect.features();
        if ((update ? features.update_returning : features.delete_returning) && !plan.query.statement->returns_rows) {
            plan.synchronize = Synchronize::keys_returned;
            plan.query.statement = compile(returning_keys(statement, *plan.target), dialect).statement;
        } else {
            plan.synchronize = Synchronize::keys_selected;
            plan.key_query = select_keys(statement, *plan.target, dialect);
        }
        return;
    }
    const RowEvaluator evaluator(statement, *plan.target, dialect.features());
    const bool known = evaluator.knows_criteria();
    if (!known && shape.synchronize == SynchronizeSession::evaluate)
        throw_argument_error("synchronize_session: which rows of " + plan.target->full_name() +
                             " this statement meets cannot be computed in memory, which takes comparisons of its columns with values; use fetch, or automatic");
    plan.synchronize = known ? Synchronize::evaluate : Synchronize::expire;
}

std::shared_ptr<const QueryPlan> make_plan(const FlatStatement& statement, CachedPlan& cached, const Dialect& dialect) {
    const Shape shape = shape_of(statement);
    CompiledQuery compiled = compile(statement, dialect);
    auto plan = std::make_shared<QueryPlan>();
    plan->kind = shape.kind;
    plan->tables = compiled.tables;
    plan->target = compiled.target;
    plan->populate_existing = shape.populate_existing;
    plan->updates_existing = shape.do_update;
    plan->overwrite = shape.populate_existing || compiled.locking || shape.kind != QueryPlan::Kind::select;
    plan->wants_keys = shape.kind == QueryPlan::Kind::insert && compiled.target != nullptr && compiled.target->generated_column >= 0 && !compiled.statement->returns_rows;

    std::vector<const Table*> selected;
    for (const auto& item : compiled.items) {
        plan->first_column.push_back(item.first_column);
        if (shape.untracked) plan->further.push_back(item.further);
        item.append_names(plan->keys);
        if (item.entity && !shape.untracked) {
            selected.push_back(item.table);
        } else {
            plan->values_selected = true;
        }
    }
    std::vector<const Table*> named;
    for (const auto& item : compiled.items) {
        if (item.entity) named.push_back(item.table);
    }
    const LoadTreeBuilder builder(statement, named);
    if (shape.untracked && builder.has_options()) throw_argument_error("untracked() gives plain values, whose relationships are not loaded: leave out the loading options");

    JoinRules rules;
    rules.contains = shape.kind == QueryPlan::Kind::select && !shape.compound;
    rules.target = rules.contains && !shape.groups && !shape.locks;
    rules.collection = rules.target && !shape.counts_rows && !shape.several && !shape.streamed && compiled.items.size() == 1 &&
                       !names_others(statement, compiled.items.front());
    for (const auto* table : selected) plan->trees.push_back(builder.build(*table, rules));
    for (const auto& tree : plan->trees) add_tables(tree, plan->tables);

    std::vector<std::uint32_t> origin(statement.values.size());
    std::iota(origin.begin(), origin.end(), 0U);
    Expansion expansion(statement, std::move(origin), statement, 0);
    std::vector<std::uint32_t> sources;
    for (const auto& item : compiled.items) {
        if (!item.entity || shape.untracked) continue;
        expansion.select(*item.table, item.first_column);
        sources.push_back(item.source);
    }
    for (std::uint32_t i = 0; i < sources.size(); ++i) expansion.add(i, sources[i], plan->trees[i]);
    if (expansion.joins()) compiled = compile(expansion.statement(), dialect);
    plan->query = expansion.finish(compiled);
    if (plan->wants_keys && dialect.features().keys_by_returning) {
        plan->wants_keys = !shape.from_query;  // that can be any number of rows
        plan->keys_returned = plan->wants_keys;
        if (plan->keys_returned) plan->query.statement = compile(returning_key(statement, *plan->target), dialect).statement;
    }
    plan_synchronization(*plan, statement, shape, dialect);
    cached.query = std::move(compiled);
    return plan;
}

PlanPtr build(const FlatStatement& statement, void* context) {
    auto cached = std::make_shared<CachedPlan>();
    cached->extra = make_plan(statement, *cached, *static_cast<const Dialect*>(context));
    return cached;
}

}  // namespace

namespace {

bool is_query(const Tape& statement) {
    const auto nodes = statement.nodes();
    for (std::size_t end = nodes.size(); end > 0; end -= nodes[end - 1].size) {
        const Op op = nodes[end - 1].op;
        if (op == Op::insert_into || op == Op::update_table || op == Op::delete_from || op == Op::text_statement) return false;
    }
    return true;
}

}  // namespace

FlatStatement session_statement(const SessionState& state, Tape statement, bool streamed) {
    if (!state.criteria.empty() && is_query(statement)) statement.append(state.criteria);
    statement.leaf(Op::statement_flag, nullptr, static_cast<std::uint32_t>(StatementFlag::session));
    if (streamed) statement.leaf(Op::statement_flag, nullptr, static_cast<std::uint32_t>(StatementFlag::streamed));
    return FlatStatement(std::move(statement));
}

PlanPtr query_plan(SessionState& state, const FlatStatement& statement) {
    EngineCore& engine = state.connection->engine();
    return engine.statements().lookup(statement, &build, const_cast<Dialect*>(&engine.dialect()));
}

}  // namespace azoth::detail

// SessionCore::get, refresh and load: what is asked for by identity.
#include "columns_by_key.hpp"
#include "query.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace azoth::detail {

namespace {

std::string name_of(const Table& table) { return std::string(table.type_name); }

Tape select_by_key(const Table& table, std::span<const ValueView> key, bool lock, std::uint8_t lock_flags) {
    Tape out;
    out.reserve(8 + 4 * key.size(), key.size());
    out.leaf(Op::item_entity, &table);
    for (std::size_t i = 0; i < key.size(); ++i) {
        out.leaf(Op::column, &table.columns[table.primary_key[i]]);
        out.bind(Value(key[i]), &table.columns[table.primary_key[i]].type);
        out.close(Op::eq, 2);
        out.close(Op::where, 1);
    }
    if (lock) out.leaf(Op::for_update, nullptr, 0, lock_flags);
    return out;
}

void read_column(Tape& out, const Column& column) { out.leaf(Op::column_option, &column, 1); }

bool is_missing(const Entity& entity, const Column& column) { return column.deferred && !column.ops->is_loaded(entity.field(column)); }

// A row that is read again brings the deferred columns that the object has.
void read_what_is_loaded(Tape& out, const Entity& entity) {
    for (const auto& column : entity.table->columns) {
        if (column.deferred && !is_missing(entity, column)) read_column(out, column);
    }
}

// Criteria do not make a known object's row look deleted. Without any, the shape stays what it is for others.
void mark_by_identity(const SessionState& state, Tape& tape, const Tape& options) {
    const auto nodes = options.nodes();
    const bool narrowed = !state.criteria.empty() || std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return node.op == Op::criteria; });
    if (narrowed) tape.leaf(Op::statement_flag, nullptr, static_cast<std::uint32_t>(StatementFlag::by_identity));
}

awaitable<std::shared_ptr<void>> ready(std::shared_ptr<void> handle) { co_return handle; }
awaitable<void> nothing() { co_return; }

// An identity-map hit with loading options.
awaitable<std::shared_ptr<void>> complete(SessionState& state, BusyGuard busy, FlatStatement statement, PlanPtr cached, Entity* entity) {
    const BusyGuard held(std::move(busy));
    std::shared_ptr<void> handle = entity->graph->handle(entity);
    std::vector<LoadWork> work;
    for (const auto& node : plan_of(cached).trees.front()) {
        if (node.named) add_work(work, node, {entity}, node.depth);
    }
    LoadRun run;
    run.original = &statement;
    state.ensure_transaction();
    co_await load_related(state, std::move(work), run);
    co_return handle;
}

// Runs the select by key. Null when there is no row; then an entity of that key leaves the session.
awaitable<Entity*> fetch(SessionState& state, const FlatStatement& statement, const PlanPtr& cached, const Table& table, ReadHow how, bool related) {
    const QueryPlan& plan = plan_of(cached);
    if (state.options.autoflush && needs_flush(state, plan.tables, false)) co_await flush_state(state);
    state.ensure_transaction();
    Batch batch;
    batch.items.push_back(bind_query(plan.query, statement));
    const RunOptions run_options;
    if (!state.connection->try_run(batch, run_options)) batch = co_await state.connection->run(std::move(batch), run_options);
    const std::vector<Entity*> entities = read_entities(state, plan.query, batch.items.front().rows, how);
    if (entities.empty()) {
        ValueView key[max_key_columns];
        const std::size_t width = table.primary_key.size();
        for (std::size_t i = 0; i < width; ++i) key[i] = statement.values[i].view();
        if (Entity* gone = state.map.find(table, {key, width})) row_gone(state, *gone);
        co_return nullptr;
    }
    if (related && !plan.query.further.empty()) {
        LoadRun run;
        run.original = &statement;
        co_await load_related(state, work_after(plan.query, entities), run);
    }
    co_return entities.front();
}

awaitable<std::shared_ptr<void>> get_by_key(SessionState& state, BusyGuard busy, FlatStatement statement, PlanPtr plan, const Table& table, bool lock) {
    const BusyGuard held(std::move(busy));
    ReadHow how;
    how.overwrite = lock;
    Entity* entity = co_await fetch(state, statement, plan, table, how, true);
    if (entity == nullptr) co_return nullptr;
    co_return entity->graph->handle(entity);
}

// The entity behind a handle, which must be this session's.
Entity& managed(SessionState& state, const Table& table, const std::shared_ptr<void>& handle, const char* what) {
    if (handle == nullptr) throw_argument_error(std::string(what) + ": the handle is null");
    Graph* home = graph_of(handle);
    if (home == nullptr) {
        Entity* adopted = state.graph->find(table, handle.get());
        if (adopted == nullptr) throw_invalid_request(std::string(what) + ": this " + name_of(table) + " is not in the session; add() it first");
        return *adopted;
    }
    Entity* entity = nullptr;
    for (; home != nullptr && entity == nullptr; home = home->parent.get()) entity = home->find(table, handle.get());
    if (entity == nullptr) throw_argument_error(std::string(what) + ": this handle points into an entity, not at a " + name_of(table));
    if (entity->graph->session == nullptr || entity->state == ObjectState::detached)
        throw_detached_instance(std::string(what) + ": this " + name_of(table) + " is detached: its session is closed or has let go of it");
    if (entity->graph->session != &state.core) throw_invalid_request(std::string(what) + ": this " + name_of(table) + " belongs to another session");
    return *entity;
}

void check_persistent(const Entity& entity, const char* what) {
    if (entity.state == ObjectState::persistent) return;
    throw_invalid_request(std::string(what) + ": this " + name_of(*entity.table) +
                          (entity.state == ObjectState::deleted ? " was deleted in this transaction" : " is not in the database yet; flush() first"));
}

awaitable<void> reread(SessionState& state, BusyGuard busy, FlatStatement statement, PlanPtr plan, Entity* entity, bool all) {
    const BusyGuard held(std::move(busy));
    const std::shared_ptr<void> handle = entity->graph->handle(entity);
    entity->epoch = 0;
    if (all) {
        for (Entity* reached : reached_by(*entity, Cascade::refresh_expire)) {
            if (reached->state == ObjectState::persistent) reached->epoch = 0;
        }
    }
    Entity* found = co_await fetch(state, statement, plan, *entity->table, ReadHow(), all);
    if (found != entity) throw_invalid_request("refresh(): the row of this " + name_of(*entity->table) + " is gone");
}

awaitable<void> load_now(SessionState& state, BusyGuard busy, FlatStatement statement, PlanPtr cached, std::vector<Entity*> owners,
                         [[maybe_unused]] std::vector<std::shared_ptr<void>> kept_alive, std::source_location where) {
    const BusyGuard held(std::move(busy));
    const QueryPlan& plan = plan_of(cached);
    if (state.options.autoflush && needs_flush(state, plan.tables, false)) co_await flush_state(state);
    for (auto* owner : owners) {
        check_persistent(*owner, "load()");
        if (state.expired(*owner)) owner->relations_stale = true;
    }
    std::vector<LoadWork> work;
    for (const auto& node : plan.trees.front()) {
        if (node.named) add_work(work, node, owners, node.depth);
    }
    LoadRun run;
    run.original = &statement;
    state.ensure_transaction();
    bool sent = false;
    run.sent = &sent;
    const Relationship* first = work.empty() ? nullptr : work.front().node->relationship;
    co_await load_related(state, std::move(work), run);
    if (sent && first != nullptr) state.load_counts.count(state, first, *first->owner, first->name(), where);
}

awaitable<void> load_columns_now(SessionState& state, BusyGuard busy, ColumnsByKey columns, std::vector<Entity*> entities,
                                 [[maybe_unused]] std::vector<std::shared_ptr<void>> kept_alive, const Column& column, std::source_location where) {
    const BusyGuard held(std::move(busy));
    const Table* const table = &columns.table();
    if (state.options.autoflush && needs_flush(state, {&table, 1}, false)) co_await flush_state(state);
    for (auto* entity : entities) check_persistent(*entity, "load()");
    state.ensure_transaction();
    Batch batch;
    columns.request(state, entities, batch.items);
    if (!state.connection->try_run(batch)) batch = co_await state.connection->run(std::move(batch));
    std::size_t rows = 0;
    for (const auto& item : batch.items) {
        rows += item.rows.rows();
        columns.take(state, item.rows);
    }
    if (rows != entities.size()) {
        throw_invalid_request("load(): " + std::to_string(entities.size() - rows) + " of " + std::to_string(entities.size()) + " rows of " + name_of(*table) + " are gone");
    }
    state.load_counts.count(state, &column, *table, column.member, where);
}

}  // namespace

awaitable<std::shared_ptr<void>> SessionCore::get(const Table& table, std::vector<Value> key, Tape options, bool lock, std::uint8_t lock_flags,
                                                  std::source_location where) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    const std::size_t width = table.primary_key.size();
    if (key.size() != width)
        throw_argument_error("get(): the primary key of " + name_of(table) + " has " + std::to_string(width) + " columns, " + std::to_string(key.size()) + " values were given");
    ValueView cells[max_key_columns];
    for (std::size_t i = 0; i < width; ++i) {
        cells[i] = key[i].view();
        if (cells[i].is_null()) throw_argument_error("get(): a primary key is never NULL, and no row of " + name_of(table) + " has one");
    }
    const std::span<const ValueView> cell_span(cells, width);
    Entity* const met = state.map.find(table, cell_span);
    Entity* known = lock || met == nullptr || state.expired(*met) ? nullptr : met;
    if (known != nullptr && options.empty()) return ready(known->graph->handle(known));

    Tape tape = select_by_key(table, cell_span, lock, lock_flags);
    if (met != nullptr) {
        read_what_is_loaded(tape, *met);
        mark_by_identity(state, tape, options);
    }
    tape.append(std::move(options));
    FlatStatement flat = session_statement(state, std::move(tape));
    PlanPtr plan = query_plan(state, flat);
    for (const std::uint32_t index : plan_of(plan).query.slots.front().further) {
        if (known != nullptr && is_missing(*known, table.columns[index])) known = nullptr;
    }
    if (known == nullptr) state.load_counts.count(state, &table, table, {}, where);
    if (known != nullptr) return complete(state, std::move(busy), std::move(flat), std::move(plan), known);
    return get_by_key(state, std::move(busy), std::move(flat), std::move(plan), table, lock);
}

awaitable<void> SessionCore::refresh(const Table& table, std::shared_ptr<void> handle, std::vector<const Column*> columns, bool lock) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    Entity& entity = managed(state, table, handle, "refresh()");
    check_persistent(entity, "refresh()");
    const bool all = columns.empty();
    for (const auto* column : columns) {
        if (column->table != &table) throw_argument_error("refresh(): " + column->name + " is no column of " + name_of(table));
    }
    // What the user changed is given up before the flush that comes first could write it.
    for (const auto& column : table.columns) {
        if (!all && std::find(columns.begin(), columns.end(), &column) == columns.end()) continue;
        column.ops->restore(entity.field(column), entity.saved_field(column));
        std::erase(state.flagged, std::pair<Entity*, const Column*>(&entity, &column));
    }
    if (all) entity.flag_modified = false;
    ValueBuffer key(table.primary_key.size());
    append_saved_key(entity, key);
    Tape tape = select_by_key(table, key.cells(), lock, 0);
    read_what_is_loaded(tape, entity);
    for (const auto* column : columns) {
        if (column->deferred) read_column(tape, *column);
    }
    mark_by_identity(state, tape, {});
    FlatStatement flat = session_statement(state, std::move(tape));
    PlanPtr plan = query_plan(state, flat);
    return reread(state, std::move(busy), std::move(flat), std::move(plan), &entity, all);
}

awaitable<void> SessionCore::load(const Table& table, std::vector<std::shared_ptr<void>> handles, Tape option, std::source_location where) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    for (const Node& node : option.nodes()) {
        if (node.op != Op::load_option || node.ref == nullptr) continue;
        const auto& relationship = *static_cast<const Relationship*>(node.ref);
        if (relationship.owner == &table && relationship.def.lazy == Lazy::raise)
            throw_invalid_request("load(): " + relationship.full_name() + " is mapped lazy::raise: it is loaded by options of queries only");
    }
    std::vector<Entity*> owners;
    for (const auto& handle : handles) {
        Entity& entity = managed(state, table, handle, "load()");
        if (entity.state == ObjectState::transient) throw_invalid_request("load(): this " + name_of(table) + " is not in the session; add() it first");
        owners.push_back(&entity);
    }
    Tape tape;
    tape.leaf(Op::item_entity, &table);
    tape.append(std::move(option));
    FlatStatement flat = session_statement(state, std::move(tape));
    PlanPtr plan = query_plan(state, flat);
    return load_now(state, std::move(busy), std::move(flat), std::move(plan), std::move(owners), std::move(handles), where);
}

awaitable<void> SessionCore::load_column(const Table& table, std::vector<std::shared_ptr<void>> handles, const Column& column, std::source_location where) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    std::vector<Entity*> entities;
    std::unordered_set<const Entity*> seen;
    for (const auto& handle : handles) {
        Entity& entity = managed(state, table, handle, "load()");
        if (!is_missing(entity, column)) continue;
        check_persistent(entity, "load()");
        if (seen.insert(&entity).second) entities.push_back(&entity);
    }
    if (entities.empty()) return nothing();
    return load_columns_now(state, std::move(busy), ColumnsByKey(table, {&column.index, 1}), std::move(entities), std::move(handles), column, where);
}

}  // namespace azoth::detail

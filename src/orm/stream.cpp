// Streams of a session: a cursor, and a graph for each fetch that is given back with the next one.
#include <azoth/orm/stream.hpp>

#include "query.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <utility>

namespace azoth::detail {

namespace {

awaitable<std::unique_ptr<StreamCore>> open(SessionState& state, BusyGuard busy, FlatStatement statement, PlanPtr cached, ExecutionOptions options) {
    const BusyGuard held(std::move(busy));
    const QueryPlan& plan = plan_of(cached);
    if (state.options.autoflush && needs_flush(state, plan.tables, plan.kind != QueryPlan::Kind::select)) co_await flush_state(state);
    state.ensure_transaction();
    const RunOptions run = run_options_of(options);
    BatchItem item = bind_query(plan.query, statement);
    Cursor cursor = co_await state.connection->open_cursor(std::move(item), run);
    co_return std::make_unique<StreamCore>(state, std::move(statement), std::move(cached), std::move(cursor), run);
}

}  // namespace

StreamCore::StreamCore(SessionState& session, FlatStatement statement, PlanPtr plan, Cursor cursor, RunOptions options)
    : session_graph_(session.graph),
      connection_(session.connection),
      statement_(std::move(statement)),
      plan_(std::move(plan)),
      cursor_(std::move(cursor)),
      options_(options),
      transaction_(session.transaction) {}

StreamCore::~StreamCore() { close(); }

// The session lets go of its graph when it ends or forgets everything: then there is nobody to talk to.
SessionState* StreamCore::state() const noexcept { return session_graph_->session == nullptr ? nullptr : &session_graph_->session->internals(); }

void StreamCore::check_open() const {
    const SessionState* session = state();
    if (session == nullptr || session->closed) throw_resource_closed("this stream's session was closed, or has let go of all its entities");
    if (session->transaction != transaction_) throw_resource_closed("this stream ended with the transaction in which it was opened: commit and rollback end open streams");
}

void StreamCore::drop_partition() noexcept {
    rows_ = RowSource();
    position_ = 0;
    partition_.reset();
    if (SessionState* session = state()) session->prune_streamed();
}

void StreamCore::close() noexcept {
    ended_ = true;
    cursor_.close();
    drop_partition();
}

awaitable<bool> StreamCore::fetch(std::size_t rows) {
    if (ended_) co_return false;
    check_open();
    SessionState& session = *state();
    session.check_usable();
    const BusyGuard busy(session);
    ValueBuffer buffer = std::move(rows_.rows);
    drop_partition();
    BatchItem item;
    item.rows = co_await connection_->fetch(cursor_, rows, std::move(buffer));
    if (item.rows.rows() == 0) {
        ended_ = true;
        cursor_.close();
        co_return false;
    }
    const QueryPlan& plan = plan_of(plan_);
    ReadHow how;
    how.overwrite = plan.overwrite;
    if (!plan.query.slots.empty()) {
        partition_ = Graph::make(&session.core);
        partition_->parent = session.graph;
        session.streamed.push_back(partition_);
        how.into = partition_.get();
    }
    const std::vector<Entity*> entities = plan.query.slots.empty() ? std::vector<Entity*>() : read_entities(session, plan.query, item.rows, how);
    rows_ = make_source(session, plan, std::move(item), entities, how.into);
    if (!plan.query.further.empty()) {
        LoadRun run;
        run.original = &statement_;
        run.overwrite = plan.populate_existing;
        run.options = options_;
        co_await load_related(session, work_after(plan.query, entities), run);
    }
    co_return true;
}

awaitable<std::unique_ptr<StreamCore>> SessionCore::stream(Tape statement, ExecutionOptions options) {
    SessionState& state = *state_;
    state.check_usable();
    if (options.autocommit) throw_invalid_request("stream(): a cursor lives in a transaction; autocommit has none");
    BusyGuard busy(state);
    FlatStatement flat = session_statement(state, std::move(statement), true);
    PlanPtr plan = query_plan(state, flat);
    if (plan_of(plan).kind != QueryPlan::Kind::select && plan_of(plan).kind != QueryPlan::Kind::text) throw_argument_error("stream(): only queries are streamed");
    return open(state, std::move(busy), std::move(flat), std::move(plan), options);
}

}  // namespace azoth::detail

// The unit of work's one run: decide, write, send, take in what came back; undo everything when it fails.
#include "flush.hpp"

#include <azoth/base/error.hpp>
#include <azoth/base/throw.hpp>

#include <algorithm>
#include <compare>
#include <string>

namespace azoth::detail {

namespace {

constexpr std::size_t send_at_bytes = std::size_t{4} << 20;
constexpr std::size_t send_at_rows = 20000;

bool too_large(const Flush& flush) {
    std::size_t bytes = 0;
    std::size_t rows = 0;
    for (const auto& item : flush.batch.items) {
        bytes += item.parameters.byte_size();
        rows += item.executions;
    }
    return bytes > send_at_bytes || rows > send_at_rows;
}

// The driver knows the statement; whose rows they were, the flush knows.
[[noreturn]] void throw_stale(const Flush& flush, const StaleDataError& stale) {
    for (const auto& group : flush.groups) {
        if (group.statement == nullptr || group.statement->sql != stale.statement()) continue;
        const bool update = group.kind == WriteGroup::Kind::update;
        throw StaleDataError(std::string(update ? "UPDATE" : "DELETE") + " of " + std::string(group.table->type_name) + " in " + group.table->name + ": " + stale.message() +
                                 "; the row was deleted" + (group.table->version_column >= 0 ? " or changed (its version is another now)" : "") + " by somebody else",
                             stale.detail());
    }
    stale.raise();
}

}  // namespace

awaitable<void> send(Flush& flush, bool commit_after) {
    if (flush.batch.items.empty()) co_return;
    RunOptions options;
    options.commit_after = commit_after;
    Batch batch = std::move(flush.batch);
    flush.batch = Batch();
    try {
        if (!flush.state.connection->try_run(batch, options)) batch = co_await flush.state.connection->run(std::move(batch), options);
    } catch (const StaleDataError& stale) {
        throw_stale(flush, stale);
    }
    std::vector<WriteGroup> unread;
    for (const auto& group : flush.groups) {
        if (group.read_back) unread.push_back(group);
    }
    flush.applied(batch);
    if (!unread.empty()) co_await read_defaults(flush.state, std::move(unread));
}

namespace {

/// By table, then by integer key: one order of locks for everybody. Other keys, and rows with equal ones, keep the order they came in.
void sort_by_key(std::vector<Entity*>& entities, const std::vector<const Table*>& tables, bool by_key) {
    struct Place {
        std::size_t table;
        std::int64_t key;
        std::size_t index;
        auto operator<=>(const Place&) const = default;
    };
    std::vector<Place> places;
    places.reserve(entities.size());
    Value value;
    for (std::size_t i = 0; i < entities.size(); ++i) {
        const Entity& entity = *entities[i];
        const Column& column = entity.table->columns[entity.table->primary_key.front()];
        Place place{static_cast<std::size_t>(std::find(tables.begin(), tables.end(), entity.table) - tables.begin()), 0, i};
        if (by_key && column.ops->integral) {
            column.ops->encode(entity.field(column), value);
            place.key = value.view().integer;
        }
        places.push_back(place);
    }
    std::sort(places.begin(), places.end());
    std::vector<Entity*> sorted;
    sorted.reserve(entities.size());
    for (const auto& place : places) sorted.push_back(entities[place.index]);
    entities = std::move(sorted);
}

awaitable<bool> run(Flush& flush, bool commit_after) {
    co_await free_old_partners(flush.state);
    co_await cascade_removals(flush.state);
    flush.collect();
    if (flush.keys_change()) {
        co_await find_followers(flush);
        co_await let_go(flush);
        flush.follow_keys();
    }
    if (!flush.inserts.empty()) flush.state.map.reserve(flush.state.map.size() + flush.inserts.size());
    flush.sort_tables();
    const auto of_tables = [](const std::vector<Entity*>& from, const std::vector<const Table*>& tables) {
        std::vector<Entity*> chosen;
        for (auto* entity : from) {
            if (std::find(tables.begin(), tables.end(), entity->table) != tables.end()) chosen.push_back(entity);
        }
        return chosen;
    };
    const auto resolve_links = [&](const Entity& entity) {
        for (const auto& key : entity.table->foreign_keys) {
            const Link* link = flush.state.find_link(entity, key.columns);
            if (link != nullptr && !flush.is_later(*link)) flush.apply_link(*link);
        }
    };
    for (const auto& tables : flush.order) {
        std::vector<Entity*> updates = of_tables(flush.updates, tables);
        const std::vector<Entity*> inserts = of_tables(flush.inserts, tables);
        sort_by_key(updates, tables, true);
        std::vector<Entity*> behind;  // those that follow a changed key come after it
        std::erase_if(updates, [&](Entity* entity) {
            if (!flush.followers.contains(entity)) return false;
            behind.push_back(entity);
            return true;
        });
        updates.insert(updates.end(), behind.begin(), behind.end());
        std::vector<Entity*> late;  // changed rows that refer to rows still to be inserted here
        for (auto* entity : updates) {
            if (flush.waits_for_key(*entity)) co_await send(flush);
            if (flush.waits_for_key(*entity)) {
                late.push_back(entity);
                continue;
            }
            resolve_links(*entity);
            flush.write_update(*entity);
            if (too_large(flush)) co_await send(flush);
        }
        bool rows_depend = tables.size() > 1;
        for (const auto& key : tables.front()->foreign_keys) rows_depend = rows_depend || key.refers_to(*tables.front());
        std::vector<std::vector<Entity*>> levels;
        if (rows_depend) {
            levels = flush.levels(inserts, false);
        } else {
            levels.push_back(inserts);
        }
        for (auto& level : levels) {
            if (tables.size() > 1) sort_by_key(level, tables, false);
            for (auto* entity : level) {
                if (flush.waits_for_key(*entity)) co_await send(flush);
                resolve_links(*entity);
                flush.write_insert(*entity);
                if (too_large(flush)) co_await send(flush);
            }
        }
        if (!late.empty()) {
            co_await send(flush);
            for (auto* entity : late) {
                resolve_links(*entity);
                flush.write_update(*entity);
            }
        }
    }
    if (!flush.post_updates.empty()) {
        co_await send(flush);
        flush.write_post_updates();
    }
    if (flush.free_removed()) co_await send(flush);
    for (auto tables = flush.order.rbegin(); tables != flush.order.rend(); ++tables) {
        const std::vector<Entity*> deletes = of_tables(flush.deletes, *tables);
        if (deletes.empty()) continue;
        bool rows_depend = tables->size() > 1;
        for (const auto& key : tables->front()->foreign_keys) rows_depend = rows_depend || key.refers_to(*tables->front());
        std::vector<std::vector<Entity*>> levels;
        if (rows_depend) {
            levels = flush.levels(deletes, true);
        } else {
            levels.push_back(deletes);
        }
        for (const auto& level : levels) {
            for (auto* entity : level) flush.write_delete(*entity);
        }
    }
    const bool with_commit = commit_after && flush.only_inserts && !flush.batch.items.empty() && !flush.reads_back();
    co_await send(flush, with_commit);
    flush.finish();
    if (flush.state.events != nullptr) {
        for (const auto* entity : flush.inserted) flush.report.inserted.emplace_back(object_of(*entity), changes_of(*entity, RowChange::insert));
        flush.state.events->after_flush(flush.report);
    }
    co_return with_commit;
}

}  // namespace

bool anything_to_write(SessionState& state) {
    if (!state.pending.empty() || !state.removed.empty() || !state.links.empty() || !state.associations.empty() || !state.replaced_unseen.empty() || !state.flagged.empty()) return true;
    bool found = false;
    state.for_each_graph([&](Graph& graph) {
        graph.for_each([&](Entity& entity) {
            if (!found && entity.state == ObjectState::persistent && state.changed(entity)) found = true;
        });
    });
    return found;
}

bool needs_flush(SessionState& state, std::span<const Table* const> tables_read, bool all) {
    if (all) return anything_to_write(state);
    const auto reads = [&](const Table* table) { return std::find(tables_read.begin(), tables_read.end(), table) != tables_read.end(); };
    for (const auto* entity : state.pending) {
        if (entity->state == ObjectState::pending && reads(entity->table)) return true;
    }
    for (const auto* entity : state.removed) {
        if (reads(entity->table)) return true;
    }
    for (const auto& link : state.links) {
        if (reads(link.child->table)) return true;
    }
    for (const auto& change : state.associations) {
        if (reads(change.relationship->link().secondary)) return true;
    }
    for (const auto& [owner, relationship] : state.replaced_unseen) {
        if (reads(relationship->link().target)) return true;
    }
    bool found = false;
    state.for_each_graph([&](Graph& graph) {
        for (const Table* table : tables_read) {
            graph.for_each(*table, [&](Entity& entity) {
                if (!found && entity.state == ObjectState::persistent && state.changed(entity)) found = true;
            });
        }
    });
    const auto refers = [](const Table* table) { return !table->foreign_keys.empty(); };
    return found || (std::any_of(tables_read.begin(), tables_read.end(), refers) && key_changes(state, tables_read));
}

awaitable<bool> flush_state(SessionState& state, bool commit_after) {
    if (!anything_to_write(state)) co_return false;
    if (state.events != nullptr) state.events->before_flush();
    state.ensure_transaction();
    if (state.flushing) throw_invalid_request("flush() inside a flush");
    state.flushing = true;
    std::exception_ptr error;
    bool committed = false;
    {
        Flush flush(state);
        try {
            committed = co_await run(flush, commit_after);
        } catch (...) {
            error = std::current_exception();
        }
    }
    state.flushing = false;
    if (error == nullptr) {
        state.prune_streamed();
        co_return committed;
    }

    state.failed_flush = error;
    state.failed_depth = static_cast<std::uint32_t>(state.savepoints.size());
    try {
        std::rethrow_exception(error);
    } catch (const Error& failure) {
        state.failed_message = failure.message();
    } catch (const std::exception& failure) {
        state.failed_message = failure.what();
    } catch (...) {
        state.failed_message = "an exception of unknown type";
    }
    // Transaction or savepoint end here, in memory at once; the database hears of it with whatever is sent next.
    state.undo_to(state.savepoints.empty() ? 0 : state.savepoints.back().undo_mark, state.savepoints.empty());
    if (!state.savepoints.empty()) {
        state.connection->drop(state.savepoints.back().token);
    } else if (state.joined) {
        state.connection->drop(state.joint);
    } else if (!state.connection->try_rollback()) {
        try {
            co_await state.connection->rollback();
        } catch (...) {
            // cancelled, or the connection is gone: rollback() of the session tries again, the flush's own error is the one to show
        }
    }
    if (state.events != nullptr) state.events->after_rollback(!state.savepoints.empty());
    std::rethrow_exception(error);
}

}  // namespace azoth::detail

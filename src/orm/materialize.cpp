// Rows to entities: the identity map decides whether a row becomes a new object, refreshes an old one or leaves it alone.
#include "session_state.hpp"

#include <azoth/base/throw.hpp>

namespace azoth::detail {

Entity* SessionState::materialize(const Table& table, std::span<const ValueView> cells, const MaterializeOptions& how) {
    ValueView key[max_key_columns];
    bool all_null = true;
    const std::size_t key_size = table.primary_key.size();
    keys.read(table, cells, key);
    for (std::size_t i = 0; i < key_size; ++i) all_null = all_null && key[i].is_null();
    if (all_null) return nullptr;

    const std::span<const ValueView> key_span(key, key_size);
    const std::uint64_t hash = IdentityMap::hash(table, key_span);
    Entity* entity = map.find(table, key_span, hash);
    if (entity == nullptr) {
        Graph& home = how.into != nullptr ? *how.into : *graph;
        entity = home.create_loaded(table);
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const Column& column = table.columns[i];
            column.ops->decode(entity->field(column), cells[i], column.name);
        }
        home.save(*entity);
        entity->state = ObjectState::persistent;
        entity->epoch = epoch;
        map.insert_new(*entity, hash);
        if (events != nullptr) events->note_loaded(*entity);
        return entity;
    }

    const bool was_expired = expired(*entity);
    if (!how.overwrite && !was_expired) return entity;
    if (entity->state == ObjectState::deleted) return entity;
    // Reread: what the user has changed since stays, unless everything is to be overwritten.
    std::uint64_t kept[4] = {};
    const std::size_t columns = table.columns.size();
    if (!how.overwrite) {
        for (std::size_t i = 0; i < columns && i < 256; ++i) {
            const Column& column = table.columns[i];
            if (!column.ops->same(entity->saved_field(column), entity->field(column))) kept[i / 64] |= std::uint64_t{1} << (i % 64);
        }
    }
    if (transaction != 0) record_snapshot(*entity);
    std::vector<Value> edits;
    for (std::size_t i = 0; i < columns; ++i) {
        const Column& column = table.columns[i];
        const bool keep = i < 256 && (kept[i / 64] >> (i % 64) & 1) != 0;
        if (keep) {  // park the edit, let the snapshot take the row's value, put the edit back below
            Value edit;
            column.ops->encode(entity->field(column), edit);
            edits.push_back(std::move(edit));
        }
        column.ops->decode(entity->field(column), cells[i], column.name);
    }
    entity->graph->save(*entity);
    std::size_t next = 0;
    for (std::size_t i = 0; i < columns && next < edits.size(); ++i) {
        if (i < 256 && (kept[i / 64] >> (i % 64) & 1) != 0) {
            const Column& column = table.columns[i];
            column.ops->decode(entity->field(column), edits[next++].view(), column.name);
        }
    }
    entity->epoch = epoch;
    entity->relations_stale = true;
    return entity;
}

}  // namespace azoth::detail

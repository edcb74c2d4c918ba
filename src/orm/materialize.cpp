// Rows to entities: the identity map decides whether a row becomes a new object, refreshes an old one or leaves it alone.
#include "session_state.hpp"

#include <azoth/base/throw.hpp>

#include <utility>
#include <vector>

namespace azoth::detail {

namespace {

/// The columns of one row.
class RowCells {
public:
    RowCells(const Table& table, std::span<const ValueView> cells, std::span<const std::uint32_t> further) : table_(table), cells_(cells), further_(further) {}

    /// Null: the row was read without this column.
    const ValueView* find(std::size_t index) const {
        if (index < table_.plain_columns) return &cells_[index];
        for (std::size_t i = 0; i < further_.size(); ++i) {
            if (further_[i] == index) return &cells_[table_.plain_columns + i];
        }
        return nullptr;
    }
    /// Into an entity without a snapshot, and into its snapshot. That counts when all of it is there: until then nobody would destroy it.
    void load(Entity& entity) const {
        for (std::size_t i = 0; i < table_.plain_columns; ++i) {
            const Column& column = table_.columns[i];
            if (column.ops->load != nullptr) {
                column.ops->load(entity.field(column), column.saved(static_cast<void*>(entity.snapshot)), cells_[i], column.name, *entity.graph);
            } else {
                column.ops->decode(entity.field(column), cells_[i], column.name);
            }
        }
        for (std::size_t i = 0; i < further_.size(); ++i) decode(entity, further_[i], cells_[table_.plain_columns + i]);
        for (const auto& column : table_.columns) {
            if (column.index < table_.plain_columns && column.ops->load != nullptr) continue;
            column.ops->save(column.saved(static_cast<void*>(entity.snapshot)), entity.field(column), *entity.graph);
        }
        entity.saved = true;
    }
    void decode(const Entity& entity, std::size_t index, ValueView cell) const {
        const Column& column = table_.columns[index];
        column.ops->decode(entity.field(column), cell, column.name);
    }
    /// Deferred columns that the entity does not have and the row has.
    void fill(Entity& entity) const {
        for (std::size_t i = 0; i < further_.size(); ++i) {
            const Column& column = table_.columns[further_[i]];
            if (!column.deferred || column.ops->is_loaded(entity.field(column))) continue;
            decode(entity, further_[i], cells_[table_.plain_columns + i]);
            entity.graph->save(entity, column);
        }
    }

private:
    const Table& table_;
    std::span<const ValueView> cells_;
    std::span<const std::uint32_t> further_;
};

// What the user has changed since stays, unless everything is to be overwritten. A deferred column that the row does not have may be out of
// date like the others: it is not loaded any more.
void reread(Entity& entity, const RowCells& row, bool overwrite) {
    const auto& columns = entity.table->columns;
    std::vector<std::pair<const Column*, Value>> edits;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = columns[i];
        void* field = entity.field(column);
        if (!overwrite && !column.ops->same(entity.saved_field(column), field)) {  // park the edit, let the snapshot take the row's value, put the edit back below
            Value edit;
            column.ops->encode(field, edit);
            edits.emplace_back(&column, std::move(edit));
        }
        if (const ValueView* cell = row.find(i)) {
            row.decode(entity, i, *cell);
        } else if (column.deferred) {
            column.ops->set_not_loaded(field, &column.full_name);
        }
    }
    entity.graph->save(entity);
    for (const auto& [column, edit] : edits) column->ops->decode(entity.field(*column), edit.view(), column->name);
}

}  // namespace

Entity* SessionState::materialize(const Table& table, std::span<const ValueView> cells, std::span<const std::uint32_t> further, const MaterializeOptions& how) {
    ValueView key[max_key_columns];
    bool all_null = true;
    const std::size_t key_size = table.primary_key.size();
    keys.read(table, cells, key);
    for (std::size_t i = 0; i < key_size; ++i) all_null = all_null && key[i].is_null();
    if (all_null) return nullptr;

    const RowCells row(table, cells, further);
    const std::span<const ValueView> key_span(key, key_size);
    const std::uint64_t hash = IdentityMap::hash(table, key_span);
    Entity* entity = map.find(table, key_span, hash);
    if (entity == nullptr) {
        Graph& home = how.into != nullptr ? *how.into : *graph;
        entity = home.create_loaded(table);
        row.load(*entity);
        entity->state = ObjectState::persistent;
        entity->epoch = epoch;
        map.insert_new(*entity, hash);
        if (events != nullptr) events->note_loaded(*entity);
        return entity;
    }
    if (entity->state == ObjectState::deleted) return entity;
    if (!how.overwrite && !expired(*entity)) {
        row.fill(*entity);
        return entity;
    }
    if (transaction != 0) record_snapshot(*entity);
    reread(*entity, row, how.overwrite);
    entity->epoch = epoch;
    entity->relations_stale = true;
    return entity;
}

}  // namespace azoth::detail

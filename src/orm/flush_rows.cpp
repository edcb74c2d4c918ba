// Rows of a flush as batch items: one item for consecutive rows of one shape, and what comes back into the entities.
#include "flush.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>

#include <sql/key_condition.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

namespace {

constexpr std::size_t largest_group = 10000;

std::vector<const Column*> masked(const Table& table, const ColumnMask& mask) {
    std::vector<const Column*> columns;
    for (const auto& column : table.columns) {
        if (mask.test(column.index)) columns.push_back(&column);
    }
    return columns;
}

// Columns of RETURNING: the generated key, then server defaults.
std::size_t returned_columns(const WriteGroup& group) noexcept {
    return group.read_back ? 0 : (group.key_returned ? 1 : 0) + group.returning.size();
}

FlatStatement statement_of(const WriteGroup& group) {
    Tape tape;
    switch (group.kind) {
        case WriteGroup::Kind::insert: {
            tape.leaf(Op::insert_into, group.table);
            if (!group.set.empty()) {
                for (const auto* column : group.set) tape.leaf(Op::column, column);
                tape.close(Op::insert_columns, static_cast<std::uint16_t>(group.set.size()));
                tape.leaf(Op::insert_parameters);
            }
            if (const std::size_t count = returned_columns(group); count != 0) {
                const auto item = [&](std::size_t index) {
                    tape.leaf(Op::column, &group.table->columns[index]);
                    tape.close(Op::item, 1);
                };
                if (group.key_returned) item(static_cast<std::size_t>(group.table->generated_column));
                for (const std::uint32_t index : group.returning) item(index);
                tape.close(Op::returning, static_cast<std::uint16_t>(count));
            }
            break;
        }
        case WriteGroup::Kind::update:
            tape.leaf(Op::update_table, group.table);
            for (const auto* column : group.set) {
                tape.bind(Value());
                tape.close(Op::set, 1, column);
            }
            write_key_condition(tape, *group.table);
            break;
        case WriteGroup::Kind::delete_:
            tape.leaf(Op::delete_from, group.table);
            write_key_condition(tape, *group.table);
            break;
    }
    return flatten(std::move(tape));
}

// The group's parameters: what bound value `index` of the statement is for one entity.
void append_parameter(const WriteGroup& group, const Entity& entity, std::uint32_t index, ValueBuffer& out) {
    if (index < group.set.size()) {
        group.set[index]->ops->append(entity.field(*group.set[index]), out);
        return;
    }
    const std::size_t key = index - group.set.size();
    const auto& primary = group.table->primary_key;
    const Column& column = key < primary.size() ? group.table->columns[primary[key]] : group.table->columns[static_cast<std::size_t>(group.table->version_column)];
    column.ops->append_saved(entity.saved_field(column), out);
}

}  // namespace

bool Flush::waits_for_key(const Entity& entity) const {
    if (state.links.empty()) return false;
    for (const auto& key : entity.table->foreign_keys) {
        const Link* link = state.find_link(entity, key.columns);
        if (link == nullptr || link->parent == nullptr || link->relationship->def.post_update) continue;
        if (link->parent->state == ObjectState::pending) return true;
    }
    return false;
}

namespace {

WriteGroup& group_for(Flush& flush, WriteGroup shape) {
    if (!flush.groups.empty()) {
        WriteGroup& last = flush.groups.back();
        if (last.kind == shape.kind && last.table == shape.table && last.columns == shape.columns && last.returning == shape.returning &&
            last.generated_key == shape.generated_key && last.entities.size() < largest_group)
            return last;
    }
    if (shape.kind != WriteGroup::Kind::delete_) shape.set = masked(*shape.table, shape.columns);
    flush.groups.push_back(std::move(shape));
    BatchItem item;
    const WriteGroup& group = flush.groups.back();
    FlatStatement flat = statement_of(group);
    item.statement = plan_for(flush.state, flat)->query.statement;
    flush.groups.back().statement = item.statement;
    item.parameters = ValueBuffer(item.statement->parameters.size());
    item.executions = 0;
    item.want_generated_keys = group.generated_key;
    if (group.kind != WriteGroup::Kind::insert) item.expected_rows_each = 1;
    flush.batch.items.push_back(std::move(item));
    return flush.groups.back();
}

void add_row(Flush& flush, WriteGroup& group, Entity& entity) {
    BatchItem& item = flush.batch.items.back();
    for (const std::uint32_t index : item.statement->parameters) append_parameter(group, entity, index, item.parameters);
    ++item.executions;
    group.entities.push_back(&entity);
}

}  // namespace

void Flush::write_insert(Entity& entity) {
    const Table& table = *entity.table;
    WriteGroup shape;
    shape.kind = WriteGroup::Kind::insert;
    shape.table = &table;
    if (table.version_column >= 0) {
        const Column& version = table.columns[static_cast<std::size_t>(table.version_column)];
        if (version.ops->is_default(entity.field(version)) && version.ops->set_integer != nullptr) version.ops->set_integer(entity.field(version), 1);
    }
    for (const auto& column : table.columns) {
        if (column.read_only()) {
            if (!column.computed.empty() && !column.deferred) shape.returning.push_back(column.index);
            continue;
        }
        const bool unset = (column.generated || column.has_server_default) && column.ops->is_default(entity.field(column));
        const bool forced = unset && std::find(state.flagged.begin(), state.flagged.end(), std::pair<Entity*, const Column*>(&entity, &column)) != state.flagged.end();
        if (!unset || forced) {
            shape.columns.set(column.index);
        } else if (column.generated) {
            shape.generated_key = true;
        } else {
            shape.returning.push_back(column.index);
        }
    }
    const DialectFeatures& features = state.connection->engine().dialect().features();
    shape.key_returned = shape.generated_key && features.keys_by_returning;
    shape.read_back = !shape.returning.empty() && !features.insert_returning;
    if (shape.read_back) {
        for (const std::uint32_t index : shape.returning) {
            if (!table.columns[index].primary_key) continue;
            throw_not_supported(std::string(state.connection->engine().dialect().title()) + " has no INSERT ... RETURNING and cannot tell the key that the default of " +
                                table.full_name() + '.' + table.columns[index].name + " made: set it before, by default_factory() for instance");
        }
    }
    WriteGroup& group = group_for(*this, std::move(shape));
    add_row(*this, group, entity);
}

void Flush::write_update(Entity& entity, const ColumnMask* only) {
    const Table& table = *entity.table;
    WriteGroup shape;
    shape.kind = WriteGroup::Kind::update;
    shape.table = &table;
    for (const auto& column : table.columns) {
        if (!column.ops->same(entity.saved_field(column), entity.field(column)) && (only == nullptr || only->test(column.index))) shape.columns.set(column.index);
    }
    for (const auto& [flagged, column] : state.flagged) {
        if (flagged == &entity && only == nullptr) shape.columns.set(column->index);
    }
    if (!shape.columns.any()) return;
    if (table.version_column >= 0 && !shape.columns.test(static_cast<std::size_t>(table.version_column))) {
        const Column& version = table.columns[static_cast<std::size_t>(table.version_column)];
        Value current;
        version.ops->encode(entity.field(version), current);
        version.ops->set_integer(entity.field(version), current.view().integer + 1);
        shape.columns.set(version.index);
    }
    WriteGroup& group = group_for(*this, std::move(shape));
    add_row(*this, group, entity);
}

void Flush::write_post_updates() {
    for (const auto& link : post_updates) apply_link(link);
    std::vector<const Entity*> written;
    for (const auto& link : post_updates) {
        if (link.child->state != ObjectState::persistent || std::find(written.begin(), written.end(), link.child) != written.end()) continue;
        written.push_back(link.child);
        only_inserts = false;
        write_update(*link.child);
    }
}

bool Flush::free_removed() {
    const std::size_t before = batch.items.size();
    for (auto* entity : deletes) {
        bool freed = false;
        for (const auto& relationship : entity->table->relationships) {
            const RelationshipLink& link = relationship.link();
            if (!relationship.def.post_update || link.direction != Direction::many_to_one) continue;
            if (std::none_of(deletes.begin(), deletes.end(), [&](const Entity* other) { return other->table == link.target; })) continue;
            for (const std::uint32_t index : link.local) {
                const Column& key = entity->table->columns[index];
                if (key.ops->set_null == nullptr || key.primary_key) continue;
                key.ops->set_null(entity->field(key));
                freed = true;
            }
        }
        if (freed) write_update(*entity);
    }
    return batch.items.size() != before;
}

void Flush::write_delete(Entity& entity) {
    WriteGroup shape;
    shape.kind = WriteGroup::Kind::delete_;
    shape.table = entity.table;
    WriteGroup& group = group_for(*this, std::move(shape));
    add_row(*this, group, entity);
}

void Flush::applied(Batch& done) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
        WriteGroup& group = groups[g];
        BatchItem& item = done.items[g];
        const Table& table = *group.table;
        if (group.kind == WriteGroup::Kind::insert) {
            if (group.generated_key && !group.key_returned && item.generated_keys.size() != group.entities.size())
                throw_internal_error("the driver gave " + std::to_string(item.generated_keys.size()) + " generated keys for " + std::to_string(group.entities.size()) + " rows of " + table.name);
            if (returned_columns(group) != 0 && item.rows.rows() != group.entities.size())
                throw_internal_error("RETURNING gave " + std::to_string(item.rows.rows()) + " rows for " + std::to_string(group.entities.size()) + " inserted into " + table.name);
        }
        for (std::size_t i = 0; i < group.entities.size(); ++i) {
            Entity& entity = *group.entities[i];
            UndoRecord record;
            record.entity = &entity;
            switch (group.kind) {
                case WriteGroup::Kind::insert: {
                    if (group.generated_key) {
                        const Column& key = table.columns[static_cast<std::size_t>(table.generated_column)];
                        if (group.key_returned) {
                            key.ops->decode(entity.field(key), item.rows.row(i)[0], key.name);
                        } else {
                            key.ops->set_integer(entity.field(key), item.generated_keys[i]);
                        }
                        entity.generated_key = true;
                    }
                    for (std::size_t r = 0; r < group.returning.size() && !group.read_back; ++r) {
                        const Column& column = table.columns[group.returning[r]];
                        column.ops->decode(entity.field(column), item.rows.row(i)[r + (group.key_returned ? 1 : 0)], column.name);
                    }
                    for (const auto& column : table.columns) {  // nobody has computed it yet
                        if (column.read_only() && column.deferred) column.ops->set_not_loaded(entity.field(column), &column.full_name);
                    }
                    entity.graph->save(entity);
                    entity.level = static_cast<std::uint32_t>(state.savepoints.size() + 1);
                    state.set_state(entity, ObjectState::persistent);
                    if (state.events != nullptr) inserted.push_back(&entity);
                    entity.epoch = state.epoch;
                    record.kind = UndoRecord::Kind::inserted;
                    state.undo.push_back(std::move(record));
                    if (Entity* other = state.map.insert(entity); other != nullptr) state.set_state(*other, ObjectState::detached);  // a row of that key was deleted behind our back
                    break;
                }
                case WriteGroup::Kind::update: {
                    const auto& primary = table.primary_key;
                    const bool rekey = std::any_of(primary.begin(), primary.end(), [&](std::uint32_t index) { return group.columns.test(index); });
                    if (rekey) state.map.erase(entity);
                    if (state.events != nullptr) {
                        auto& changes = report.updated.emplace_back(object_of(entity), changes_of(entity, RowChange::update)).changes;
                        std::erase_if(changes, [&](const ColumnChange& change) { return std::none_of(group.set.begin(), group.set.end(), [&](const Column* column) { return column->name == change.column; }); });
                    }
                    state.record_snapshot(entity);
                    for (const auto* column : group.set) entity.graph->save(entity, *column);
                    if (rekey) state.map.insert(entity);
                    entity.flag_modified = false;
                    if (table.has_computed) entity.epoch = 0;  // what the database computes from the new values is not known here
                    break;
                }
                case WriteGroup::Kind::delete_:
                    if (state.events != nullptr) report.deleted.emplace_back(object_of(entity), changes_of(entity, RowChange::remove));
                    state.set_state(entity, ObjectState::deleted);
                    state.map.erase(entity);
                    record.kind = UndoRecord::Kind::deleted;
                    state.undo.push_back(std::move(record));
                    state.deleted.push_back(&entity);
                    break;
            }
        }
    }
    groups.clear();
}

}  // namespace azoth::detail

// Server defaults where INSERT has no RETURNING: the rows just inserted are read by key, many in one query, in the same flush.
#include "flush.hpp"
#include "load_statements.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

namespace {

/// SELECT key, defaults FROM table WHERE key IN (...), for `count` keys out of `keys`; the last one repeated to fill up.
FlatStatement select_defaults(const WriteGroup& group, const ValueBuffer& keys, std::size_t first, std::size_t count) {
    const Table& table = *group.table;
    const auto& primary = table.primary_key;
    const bool composite = primary.size() > 1;
    const auto width = static_cast<std::uint16_t>(primary.size());
    Tape tape;
    const auto item = [&](std::uint32_t column) {
        tape.leaf(Op::column, &table.columns[column]);
        tape.close(Op::item, 1);
    };
    for (const std::uint32_t column : primary) item(column);
    for (const std::uint32_t column : group.returning) item(column);
    for (const std::uint32_t column : primary) tape.leaf(Op::column, &table.columns[column]);
    if (composite) tape.close(Op::tuple, width);
    const std::size_t size = padded(count);
    for (std::size_t i = 0; i < size; ++i) {
        const auto key = keys.row(first + std::min(i, count - 1));
        for (std::size_t k = 0; k < width; ++k) tape.bind(Value(key[k]), &table.columns[primary[k]].type);
        if (composite) tape.close(Op::tuple, width);
    }
    tape.close(Op::in_list, static_cast<std::uint16_t>(size + 1));
    tape.close(Op::where, 1);
    return flatten(std::move(tape));
}

/// One row into its entity: members and snapshot.
void take_row(SessionState& state, const WriteGroup& group, std::span<const ValueView> row, std::vector<ValueView>& cells) {
    const Table& table = *group.table;
    const std::size_t width = table.primary_key.size();
    cells.assign(table.columns.size(), ValueView());
    for (std::size_t i = 0; i < width; ++i) cells[table.primary_key[i]] = row[i];
    ValueView key[max_key_columns];
    state.keys.read(table, cells, key);
    Entity* entity = state.map.find(table, {key, width});
    if (entity == nullptr) throw_internal_error("the key of a row of " + table.name + " came back from the database as another than the one inserted");
    for (std::size_t i = 0; i < group.returning.size(); ++i) {
        const Column& column = table.columns[group.returning[i]];
        column.ops->decode(entity->field(column), row[width + i], column.name);
        void* slot = column.saved(static_cast<void*>(entity->snapshot));
        if (column.ops->drop != nullptr) column.ops->drop(slot);
        column.ops->save(slot, entity->field(column), *entity->graph);
    }
}

}  // namespace

bool Flush::reads_back() const noexcept {
    return std::any_of(groups.begin(), groups.end(), [](const WriteGroup& group) { return group.read_back; });
}

awaitable<void> read_defaults(SessionState& state, std::vector<WriteGroup> groups) {
    Batch batch;
    std::vector<const WriteGroup*> group_of_item;
    std::vector<std::size_t> keys_of_item;
    for (const auto& group : groups) {
        ValueBuffer keys(group.table->primary_key.size());
        for (const auto* entity : group.entities) append_saved_key(*entity, keys);
        for (std::size_t first = 0; first < group.entities.size(); first += most_keys) {
            const std::size_t count = std::min(most_keys, group.entities.size() - first);
            const FlatStatement statement = select_defaults(group, keys, first, count);
            BatchItem item;
            item.statement = plan_for(state, statement)->query.statement;
            item.parameters = ValueBuffer(item.statement->parameters.size());
            for (const std::uint32_t index : item.statement->parameters) item.parameters.append(statement.values[index].view());
            batch.items.push_back(std::move(item));
            group_of_item.push_back(&group);
            keys_of_item.push_back(count);
        }
    }
    const RunOptions options;
    if (!state.connection->try_run(batch, options)) batch = co_await state.connection->run(std::move(batch), options);
    std::vector<ValueView> cells;
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
        const ValueBuffer& rows = batch.items[i].rows;
        if (rows.rows() != keys_of_item[i]) {
            throw_internal_error(std::to_string(keys_of_item[i]) + " rows were inserted into " + group_of_item[i]->table->name + ", " + std::to_string(rows.rows()) +
                                 " of them could be read back for what the database filled in");
        }
        for (std::size_t r = 0; r < rows.rows(); ++r) take_row(state, *group_of_item[i], rows.row(r), cells);
    }
}

}  // namespace azoth::detail

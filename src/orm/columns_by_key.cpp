// ColumnsByKey: the statement, and its rows into entities.
#include "columns_by_key.hpp"

#include "load_statements.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

// For `count` keys out of `keys`; the last one repeated to fill up.
FlatStatement ColumnsByKey::statement(const ValueBuffer& keys, std::size_t first, std::size_t count) const {
    const auto& primary = table_.primary_key;
    const bool composite = primary.size() > 1;
    const auto width = static_cast<std::uint16_t>(primary.size());
    Tape tape;
    const auto item = [&](std::uint32_t column) {
        tape.leaf(Op::column, &table_.columns[column]);
        tape.close(Op::item, 1);
    };
    for (const std::uint32_t column : primary) item(column);
    for (const std::uint32_t column : columns_) item(column);
    for (const std::uint32_t column : primary) tape.leaf(Op::column, &table_.columns[column]);
    if (composite) tape.close(Op::tuple, width);
    const std::size_t size = padded(count);
    for (std::size_t i = 0; i < size; ++i) {
        const auto key = keys.row(first + std::min(i, count - 1));
        for (std::size_t k = 0; k < width; ++k) tape.bind(Value(key[k]), &table_.columns[primary[k]].type);
        if (composite) tape.close(Op::tuple, width);
    }
    tape.close(Op::in_list, static_cast<std::uint16_t>(size + 1));
    tape.close(Op::where, 1);
    return flatten(std::move(tape));
}

void ColumnsByKey::request(SessionState& state, std::span<Entity* const> entities, std::vector<BatchItem>& items) const {
    ValueBuffer keys(table_.primary_key.size());
    for (const auto* entity : entities) append_saved_key(*entity, keys);
    for (std::size_t first = 0; first < entities.size(); first += most_keys) {
        const FlatStatement flat = statement(keys, first, std::min(most_keys, entities.size() - first));
        BatchItem item;
        item.statement = plan_for(state, flat)->query.statement;
        item.parameters = ValueBuffer(item.statement->parameters.size());
        for (const std::uint32_t index : item.statement->parameters) item.parameters.append(item.statement->value(index, flat.values));
        items.push_back(std::move(item));
    }
}

void ColumnsByKey::take(SessionState& state, const ValueBuffer& rows) const {
    const std::size_t width = table_.primary_key.size();
    std::vector<ValueView> cells(table_.columns.size());
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        const auto row = rows.row(r);
        for (std::size_t i = 0; i < width; ++i) cells[table_.primary_key[i]] = row[i];
        ValueView key[max_key_columns];
        state.keys.read(table_, cells, key);
        Entity* entity = state.map.find(table_, {key, width});
        if (entity == nullptr) throw_internal_error("the key of a row of " + table_.name + " came back from the database as another than the one asked for");
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const Column& column = table_.columns[columns_[i]];
            column.ops->decode(entity->field(column), row[width + i], column.name);
            entity->graph->save(*entity, column);
        }
    }
}

}  // namespace azoth::detail

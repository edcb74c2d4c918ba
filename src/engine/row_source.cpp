// Reading rows without their types.
#include <azoth/base/throw.hpp>
#include <azoth/engine/row_source.hpp>

namespace azoth::detail {

void check_width(const RowSource& source, std::size_t items_end) {
    if (source.row_count != 0 && source.rows.columns() != items_end)
        throw_data_error("the database returned " + std::to_string(source.rows.columns()) + " columns where the statement's types say " + std::to_string(items_end));
}

void decode_plain(const Table& table, std::span<const ValueView> row, std::uint32_t first, std::span<const std::uint32_t> further, void* object) {
    const auto cells = row.subspan(first, table.plain_columns + further.size());
    const auto take = [&](std::size_t index, ValueView cell) { table.columns[index].ops->decode(table.columns[index].field(object), cell, table.columns[index].name); };
    for (std::size_t i = 0; i < table.plain_columns; ++i) take(i, cells[i]);
    for (std::size_t i = table.plain_columns; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        if (column.deferred) column.ops->set_not_loaded(column.field(object), &column.full_name);
    }
    for (std::size_t i = 0; i < further.size(); ++i) take(further[i], cells[table.plain_columns + i]);
}

}  // namespace azoth::detail

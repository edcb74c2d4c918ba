// Reading rows without their types.
#include <azoth/base/throw.hpp>
#include <azoth/engine/row_source.hpp>

namespace azoth::detail {

void check_width(const RowSource& source, std::size_t items_end) {
    if (source.row_count != 0 && source.rows.columns() != items_end)
        throw_data_error("the database returned " + std::to_string(source.rows.columns()) + " columns where the statement's types say " + std::to_string(items_end));
}

void decode_plain(const Table& table, std::span<const ValueView> cells, void* object) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        column.ops->decode(column.field(object), cells[i], column.name);
    }
}

}  // namespace azoth::detail

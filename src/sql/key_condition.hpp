// The condition that one row is meant: its key, and its version where it has one.
#pragma once

#include <azoth/schema/table.hpp>
#include <azoth/sql/tape.hpp>

namespace azoth::detail {

/// Appends "column = ?" for every column of the primary key and for the version, each a WHERE; binds in that order.
inline void write_key_condition(Tape& tape, const Table& table) {
    const auto condition = [&](const Column& column) {
        tape.leaf(Op::column, &column);
        tape.bind(Value(), &column.type);
        tape.close(Op::eq, 2);
        tape.close(Op::where, 1);
    };
    for (const std::uint32_t index : table.primary_key) condition(table.columns[index]);
    if (table.version_column >= 0) condition(table.columns[static_cast<std::size_t>(table.version_column)]);
}

}  // namespace azoth::detail

// TapeBuilder: tapes by hand, for nodes that no typed statement writes alone.
#pragma once

#include <azoth/schema/table.hpp>
#include <azoth/sql/tape.hpp>

#include <initializer_list>
#include <string>
#include <utility>

namespace tape_builder {

using azoth::detail::Op;
using azoth::detail::Tape;

inline Tape column(const azoth::Column& column, std::uint32_t source = 0) {
    Tape tape;
    tape.leaf(Op::column, &column, 0, 0, source);
    return tape;
}
inline Tape bind(std::int64_t value) {
    Tape tape;
    tape.bind(azoth::Value::integer(value));
    return tape;
}
inline Tape bind(std::string value) {
    Tape tape;
    tape.bind(azoth::Value::text(std::move(value)));
    return tape;
}
inline Tape leaf(Op op, const void* ref = nullptr, std::uint32_t arg = 0, std::uint8_t flags = 0, std::uint32_t source = 0) {
    Tape tape;
    tape.leaf(op, ref, arg, flags, source);
    return tape;
}
inline Tape node(Op op, std::initializer_list<Tape> operands, std::uint8_t flags = 0, std::uint32_t arg = 0, const void* ref = nullptr) {
    Tape tape;
    for (const auto& operand : operands) tape.append(operand);
    tape.close(op, static_cast<std::uint16_t>(operands.size()), ref, arg, flags);
    return tape;
}
inline Tape node_text(Op op, std::initializer_list<Tape> operands, std::string text, std::uint8_t flags = 0) {
    Tape tape;
    for (const auto& operand : operands) tape.append(operand);
    tape.close_text(op, static_cast<std::uint16_t>(operands.size()), std::move(text), 0, flags);
    return tape;
}
/// Clauses side by side: a statement.
inline Tape clauses(std::initializer_list<Tape> parts) {
    Tape tape;
    for (const auto& part : parts) tape.append(part);
    return tape;
}
inline Tape item(const Tape& expression, std::uint8_t flags = 0) { return node(Op::item, {expression}, flags); }
inline Tape from(const azoth::Table& table) { return node(Op::select_from, {leaf(Op::from_table, &table)}); }

/// What to_sql() takes as a statement.
struct Statement {
    Tape nodes;
    const Tape& tape() const noexcept { return nodes; }
};
inline Statement statement(std::initializer_list<Tape> parts) { return {clauses(parts)}; }

}  // namespace tape_builder

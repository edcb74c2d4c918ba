// INSERT of parameter rows, many at a time: by arrays, and by the database's bulk load.
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

// RETURNING promises no order, but keys that are generated in the order of the rows sort into it. Nothing else tells a row from another.
bool Compiler::rows_can_be_matched(std::span<const NodeId> roots, const Table& table) const {
    for (const NodeId root : roots) {
        if (tree_[root].op != Op::returning) continue;
        const NodeId first = tree_.children(root).front();
        if (tree_[first].op != Op::item) return false;
        const Node& value = tree_[tree_.children(first)[0]];
        if (value.op != Op::column) return false;
        const auto* column = static_cast<const Column*>(value.ref);
        return column->table == &table && column->generated &&
               std::find(parameter_columns_.begin(), parameter_columns_.end(), column) == parameter_columns_.end();
    }
    return true;
}

void Compiler::bulk_forms(std::span<const NodeId> roots, const Table& table) {
    bool conflict = false, update = false;
    for (const NodeId root : roots) {
        conflict = conflict || tree_[root].op == Op::on_conflict;
        update = update || tree_[root].op == Op::do_update;
    }
    if (!conflict && result_.items.empty()) {
        copy_sql_ = "COPY ";
        dialect_.append_qualified(copy_sql_, table.schema, table.name);
        for (std::size_t i = 0; i < parameter_columns_.size(); ++i) {
            copy_sql_ += i == 0 ? " (" : ", ";
            dialect_.append_identifier(copy_sql_, parameter_columns_[i]->name);
        }
        copy_sql_ += ") FROM STDIN";
    }
    // Row by row, the second of two rows with one key updates the first; in one statement that is an error.
    if (update) return;
    // Values of the statement's own are the same for every row: there is no array of them.
    if (parameters_.size() != parameter_columns_.size()) return;
    const auto has_no_array = [](const Column* column) { return column->type.kind == TypeKind::unknown || column->type.array; };
    if (std::any_of(parameter_columns_.begin(), parameter_columns_.end(), has_no_array)) return;
    if (!rows_can_be_matched(roots, table)) return;

    std::string& out = array_sql_;
    out.assign(sql_, 0, values_begin_);
    out += " SELECT ";
    std::string arrays, names;
    for (std::size_t i = 0; i < parameter_columns_.size(); ++i) {
        const std::string name = 'c' + std::to_string(i + 1);
        if (i != 0) {
            out += ", ";
            arrays += ", ";
        }
        out += "x." + name;
        names += name + ", ";
        arrays += "CAST(";
        dialect_.append_placeholder(arrays, i + 1);
        // Without its length: a cast would cut off what is too long, where the column reports it.
        arrays += " AS " + (parameter_columns_[i]->native_enum.empty() ? dialect_.column_type({parameter_columns_[i]->type.kind}) : dialect_.column_type(*parameter_columns_[i])) + "[])";
    }
    out += " FROM unnest(" + arrays + ") WITH ORDINALITY AS x (" + names + "n) ORDER BY x.n";
    out.append(sql_, values_end_);
}

}  // namespace azoth::detail

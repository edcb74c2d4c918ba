// Names: of sources (anon_1, posts_1), of FROM elements, of columns.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

// Given names first, so that generated ones can avoid them and every table's.
void Compiler::assign_names() {
    names_.resize(tree_.source_count());
    std::vector<std::string_view> taken;
    for (const Node& node : tree_.nodes()) {
        if (node.op == Op::from_table || node.op == Op::item_entity) taken.emplace_back(static_cast<const Table*>(node.ref)->name);
        if (node.op == Op::column && node.ref != nullptr) taken.emplace_back(static_cast<const Column*>(node.ref)->table->name);
    }
    if (owner_.table != nullptr) taken.emplace_back(owner_.name);
    for (std::uint32_t id = 1; id <= tree_.source_count(); ++id) {
        names_[id - 1] = tree_.source(id).name;
        if (!names_[id - 1].empty()) taken.emplace_back(tree_.source(id).name);
    }
    const auto free = [&](const std::string& name) { return std::find(taken.begin(), taken.end(), name) == taken.end(); };
    for (std::uint32_t id = 1; id <= tree_.source_count(); ++id) {
        std::string& name = names_[id - 1];
        if (!name.empty()) continue;
        const auto& source = tree_.source(id);
        const std::string stem = source.kind == SourceKind::alias ? static_cast<const Table*>(source.table)->name + '_' : std::string("anon_");
        for (std::uint32_t number = 1;; ++number) {
            name = stem + std::to_string(number);
            if (!free(name)) continue;
            const auto same = [&](const std::string& other) { return &other != &name && other == name; };
            if (std::none_of(names_.begin(), names_.end(), same)) break;
        }
    }
}

std::string Compiler::describe(const FromKey& key) const {
    return key.source == 0 ? key.table->full_name() : names_[key.source - 1];
}

std::string Compiler::from_name(const FromKey& key) const {
    if (owner_.table != nullptr && key == FromKey{owner_.table, 0}) {
        const Scope* scope = scope_;
        while (scope != owner_.scope && scope != nullptr && scope->find(key) == nullptr) scope = scope->parent;
        if (scope == owner_.scope) return owner_.text;
    }
    std::string text;
    if (key.source == 0) {
        dialect_.append_qualified(text, key.table->schema, key.table->name);
    } else {
        dialect_.append_identifier(text, names_[key.source - 1]);
    }
    return text;
}

FromKey Compiler::key_of(NodeId at) const {
    const Node& node = tree_[at];
    if (node.source != 0) return {nullptr, node.source};
    switch (node.op) {
        case Op::column: {
            const FromKey key{static_cast<const Column*>(node.ref)->table, 0};
            return criteria_key_ && table_of_key(*criteria_key_) == key.table ? *criteria_key_ : key;
        }
        case Op::from_table:
        case Op::item_entity: return {static_cast<const Table*>(node.ref), 0};
        default: throw_internal_error("a FROM element of a statement's tape names no table and no source");
    }
}

void Compiler::append_column(const ColumnOf& column) {
    const bool of_table = column.from.source == 0 || tree_.source(column.from.source).kind == SourceKind::alias;
    if (of_table && column.column->expression != nullptr) return member_expression(column);
    if (qualify_) {
        append_name(column.from);
        sql_ += '.';
    }
    dialect_.append_identifier(sql_, of_table ? column.column->name : source_column(column.from.source, column.column->name));
}

// AS, where the expression is not called so by itself.
void Compiler::append_alias(std::string_view natural, std::string_view wanted) {
    if (wanted.empty() || wanted == natural) return;
    sql_ += " AS ";
    dialect_.append_identifier(sql_, wanted);
}

const std::string& Compiler::source_column(std::uint32_t source, std::string_view name) const {
    const std::string* found = nullptr;
    for (const auto& column : tree_.source(source).columns) {
        if (column.name != name) continue;
        found = &column.name;
        break;
    }
    if (found == nullptr) throw_argument_error(names_[source - 1] + " has no column " + std::string(name));
    return *found;
}

// What a plain column is called in a result without AS; empty for any other expression.
std::string Compiler::column_label(NodeId at) const {
    const Node& node = tree_[at];
    if (node.op == Op::source_column) {
        const auto& columns = tree_.source(node.source).columns;
        if (node.arg >= columns.size()) throw_internal_error("a statement refers to a column that a subquery does not have");
        return columns[node.arg].name;
    }
    if (node.op != Op::column) return {};
    return static_cast<const Column*>(node.ref)->name;
}

}  // namespace azoth::detail

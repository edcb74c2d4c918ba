// INSERT: values, rows, parameter rows, from a query, and what happens on a conflict.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

void Compiler::check_written(const Column& column, const Table& table, std::string_view clause) const {
    check_target(column, table, clause);
    if (!column.read_only()) return;
    throw_argument_error(std::string(clause) + ": " + std::string(table.type_name) + '.' + std::string(column.member) +
                         (column.expression != nullptr ? " is an expression" : " is computed by the database") + ", which is read and never written");
}

void Compiler::check_target(const Column& column, const Table& table, std::string_view clause) const {
    if (column.table == &table) return;
    throw_argument_error(std::string(clause) + ": " + column.table->full_name() + '.' + column.name + " is no column of " + table.full_name());
}

void Compiler::insert_column_list(const std::vector<const Column*>& columns) {
    sql_ += " (";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (columns[i] == columns[j]) throw_argument_error("insert: a value for " + columns[i]->table->full_name() + '.' + columns[i]->name + " is given twice");
        }
        if (i != 0) sql_ += ", ";
        dialect_.append_identifier(sql_, columns[i]->name);
    }
    sql_ += ')';
}

void Compiler::insert(std::span<const NodeId> roots) {
    const auto& table = *static_cast<const Table*>(tree_[roots[0]].ref);
    NodeId query_node = no_node;
    bool conflict = false;
    for (const NodeId root : roots) {
        switch (tree_[root].op) {
            case Op::insert_query: query_node = root; break;
            case Op::on_conflict: conflict = true; break;
            case Op::insert_into:
            case Op::set:
            case Op::values_row:
            case Op::insert_columns:
            case Op::insert_parameters:
            case Op::do_nothing:
            case Op::do_update:
            case Op::do_update_where:
            case Op::returning:
            case Op::load_option:
            case Op::statement_flag: break;
            default: throw_argument_error("an INSERT holds something that is not a clause of an INSERT");
        }
    }
    const bool before = features_.cte_place == DialectFeatures::CtePlace::before;
    if (before || query_node == no_node) with_clause();
    sql_ += "INSERT INTO ";
    dialect_.append_qualified(sql_, table.schema, table.name);
    insert_values(roots, table);
    if (query_node != no_node) {
        sql_ += ' ';
        if (!before) with_clause();
        insert_select(tree_.children(query_node)[0], conflict);
    }
    if (conflict) upsert(roots, table);
    returning(roots, features_.insert_returning, "INSERT ... RETURNING");
    if (!parameter_columns_.empty() && features_.insert_arrays) bulk_forms(roots, table);
}

// The column list and VALUES; for INSERT ... SELECT the column list alone.
void Compiler::insert_values(std::span<const NodeId> roots, const Table& table) {
    std::vector<const Column*> columns;
    std::vector<NodeId> sets, rows;
    bool parameters = false, query_follows = false;
    for (const NodeId root : roots) {
        switch (tree_[root].op) {
            case Op::insert_columns:
                for (const NodeId node : tree_.children(root)) columns.push_back(static_cast<const Column*>(tree_[node].ref));
                break;
            case Op::set: sets.push_back(root); break;
            case Op::values_row: rows.push_back(root); break;
            case Op::insert_parameters: parameters = true; break;
            case Op::insert_query: query_follows = true; break;
            default: break;
        }
    }
    if ((sets.empty() ? 0 : 1) + (rows.empty() ? 0 : 1) + (parameters ? 1 : 0) + (query_follows ? 1 : 0) > 1) {
        throw_argument_error("insert into " + table.full_name() + ": values come from values(), from rows or from a query, not from several of them");
    }
    for (const NodeId node : sets) columns.push_back(static_cast<const Column*>(tree_[node].ref));
    for (const Column* column_ptr : columns) check_written(*column_ptr, table, "insert into " + table.full_name());
    if (columns.empty()) {
        if (!rows.empty() || query_follows) throw_argument_error("insert into " + table.full_name() + ": the columns are missing");
        sql_ += features_.default_values ? " DEFAULT VALUES" : " () VALUES ()";
        return;
    }
    insert_column_list(columns);
    if (query_follows) return;
    const Saved<bool> plain(qualify_, false);
    values_begin_ = sql_.size();
    sql_ += " VALUES (";
    if (parameters) {
        result_.row_columns = static_cast<std::uint32_t>(columns.size());
        for (std::uint32_t i = 0; i < columns.size(); ++i) {
            if (i != 0) sql_ += ", ";
            add_parameter(i, ValueKind::null);
        }
        parameter_columns_ = std::move(columns);
    } else if (!rows.empty()) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (tree_[rows[i]].children != columns.size()) {
                throw_argument_error("insert into " + table.full_name() + ": row " + std::to_string(i + 1) + " has " + std::to_string(tree_[rows[i]].children) +
                                     " values for " + std::to_string(columns.size()) + " columns");
            }
            if (i != 0) sql_ += "), (";
            list(tree_.children(rows[i]));
        }
    } else {
        for (std::size_t i = 0; i < sets.size(); ++i) {
            if (i != 0) sql_ += ", ";
            expression(tree_.children(sets[i])[0]);
        }
    }
    sql_ += ')';
    values_end_ = sql_.size();
}

void Compiler::insert_select(NodeId at, bool conflict) {
    // "SELECT ... ON CONFLICT" would begin a join condition: https://www.sqlite.org/lang_upsert.html, parsing ambiguity
    const bool wrap = conflict && !features_.insert_select_conflict;
    if (wrap) sql_ += "SELECT * FROM (";
    query(at, nullptr);
    if (wrap) sql_ += ") WHERE 1";
}

void Compiler::upsert(std::span<const NodeId> roots, const Table& table) {
    NodeId target = no_node, update_node = no_node;
    std::vector<NodeId> conditions;
    bool nothing = false;
    for (const NodeId root : roots) {
        if (tree_[root].op == Op::on_conflict) {
            if (target != no_node) throw_argument_error("insert into " + table.full_name() + ": on_conflict() is given twice");
            target = root;
        }
        if (tree_[root].op == Op::do_nothing) nothing = true;
        if (tree_[root].op == Op::do_update) update_node = root;
        if (tree_[root].op == Op::do_update_where) conditions.push_back(tree_.children(root)[0]);
    }
    if (nothing == (update_node != no_node)) {
        throw_argument_error("insert into " + table.full_name() + ": on_conflict() is followed by either do_nothing() or do_update()");
    }
    const auto columns = tree_.children(target);
    const std::string constraint(tree_.text(target));
    if (!constraint.empty() && !features_.on_constraint) unsupported("ON CONFLICT ON CONSTRAINT \"" + constraint + '"', "name the columns of the constraint");
    Scope scope = target_scope(table, {}, {});
    const Saved<const Scope*> in_scope(scope_, &scope);
    if (!features_.on_conflict) {
        if (!conditions.empty()) unsupported("condition on an upsert's update", "use an if() in the assigned value");
        sql_ += " ON DUPLICATE KEY UPDATE ";
        if (nothing) {
            // Assigning a key to itself changes nothing, and unlike INSERT IGNORE hides no other error.
            const auto& key = table.columns[table.primary_key.empty() ? 0 : table.primary_key.front()];
            dialect_.append_identifier(sql_, key.name);
            sql_ += " = ";
            append_column({{&table, 0}, &key});
        } else {
            assignments(tree_.children(update_node), table, false);
        }
        return;
    }
    if (columns.empty() && constraint.empty() && !nothing) {
        throw_argument_error("insert into " + table.full_name() + ": do_update() needs the columns of the conflict, on_conflict(col<...>)");
    }
    sql_ += " ON CONFLICT";
    if (!constraint.empty()) {
        sql_ += " ON CONSTRAINT ";
        dialect_.append_identifier(sql_, constraint);
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& column_ref = *static_cast<const Column*>(tree_[columns[i]].ref);
        check_target(column_ref, table, "on_conflict");
        sql_ += i == 0 ? " (" : ", ";
        dialect_.append_identifier(sql_, column_ref.name);
    }
    if (!columns.empty()) sql_ += ')';
    if (nothing) {
        sql_ += " DO NOTHING";
        return;
    }
    sql_ += " DO UPDATE SET ";
    assignments(tree_.children(update_node), table, false);
    where(conditions, " WHERE ");
}

}  // namespace azoth::detail

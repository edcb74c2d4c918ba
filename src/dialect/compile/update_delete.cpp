// UPDATE and DELETE, also where they read other tables.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

// The target is the first element; other tables that the values or WHERE name follow it.
Scope Compiler::target_scope(const Table& table, std::span<const NodeId> sets, std::span<const NodeId> where_predicates) const {
    Scope scope;
    add_element(scope, {&table, 0});
    scope.trees.push_back({{&table, 0}, {}});
    std::vector<FromKey> named;
    for (const NodeId node : sets) references(node, named, false);
    for (const NodeId node : where_predicates) references(node, named, false);
    for (const auto& key : named) {
        if (scope.find(key) != nullptr) continue;
        add_element(scope, key);
        scope.trees.push_back({key, {}});
    }
    check_connected(scope, where_predicates);
    return scope;
}

void Compiler::assignments(std::span<const NodeId> sets, const Table& table, bool qualified) {
    std::vector<const Column*> seen;
    for (const NodeId node : sets) {
        const auto& target = *static_cast<const Column*>(tree_[node].ref);
        check_written(target, table, "values()");
        if (std::find(seen.begin(), seen.end(), &target) != seen.end()) {
            throw_argument_error("a value for " + table.full_name() + '.' + target.name + " is given twice");
        }
        if (!seen.empty()) sql_ += ", ";
        seen.push_back(&target);
        if (qualified) {
            append_column({{&table, 0}, &target});
        } else {
            dialect_.append_identifier(sql_, target.name);
        }
        sql_ += " = ";
        expression(tree_.children(node)[0]);
    }
}

void Compiler::update(std::span<const NodeId> roots) {
    const auto& table = *static_cast<const Table*>(tree_[roots[0]].ref);
    std::vector<NodeId> sets, predicates;
    for (const NodeId root : roots) {
        const auto operands = tree_.children(root);
        switch (tree_[root].op) {
            case Op::set: sets.push_back(root); break;
            case Op::where: predicates.insert(predicates.end(), operands.begin(), operands.end()); break;
            case Op::update_table:
            case Op::returning:
            case Op::load_option:
            case Op::statement_flag: break;
            default: throw_argument_error("an UPDATE takes values(), where() and returning(); other tables are named in where()");
        }
    }
    if (sets.empty()) throw_argument_error("update of " + table.full_name() + " without values()");
    const Scope scope = target_scope(table, sets, predicates);
    const Saved<const Scope*> in_scope(scope_, &scope);
    if (features_.cte_place == DialectFeatures::CtePlace::insert_select_only && tree_.source_count() != 0) {
        const auto mark = sql_.size();
        with_clause();
        if (sql_.size() != mark) unsupported("WITH before UPDATE", "use a subquery()");
    } else {
        with_clause();
    }
    const bool others = scope.trees.size() > 1;
    const auto form = features_.update_from;
    if (others && form == DialectFeatures::MultiTable::none) unsupported("UPDATE that reads other tables", "use a scalar_subquery()");
    sql_ += "UPDATE ";
    dialect_.append_qualified(sql_, table.schema, table.name);
    const bool list_form = others && form == DialectFeatures::MultiTable::list;
    if (list_form) from_clause(scope, 1, ", ");
    sql_ += " SET ";
    assignments(sets, table, list_form);
    if (others && !list_form) from_clause(scope, 1, " FROM ");
    where(predicates, " WHERE ");
    returning(roots, features_.update_returning, "UPDATE ... RETURNING");
}

void Compiler::delete_rows(std::span<const NodeId> roots) {
    const auto& table = *static_cast<const Table*>(tree_[roots[0]].ref);
    std::vector<NodeId> predicates;
    for (const NodeId root : roots) {
        const auto operands = tree_.children(root);
        switch (tree_[root].op) {
            case Op::where: predicates.insert(predicates.end(), operands.begin(), operands.end()); break;
            case Op::delete_from:
            case Op::returning:
            case Op::load_option:
            case Op::statement_flag: break;
            default: throw_argument_error("a DELETE takes where() and returning(); other tables are named in where()");
        }
    }
    const Scope scope = target_scope(table, {}, predicates);
    const Saved<const Scope*> in_scope(scope_, &scope);
    if (features_.cte_place == DialectFeatures::CtePlace::insert_select_only && tree_.source_count() != 0) {
        const auto mark = sql_.size();
        with_clause();
        if (sql_.size() != mark) unsupported("WITH before DELETE", "use a subquery()");
    } else {
        with_clause();
    }
    const bool others = scope.trees.size() > 1;
    if (others && features_.delete_using == DialectFeatures::DeleteFrom::none) {
        unsupported("DELETE that reads other tables", "use exists() or in_() with a subquery");
    }
    sql_ += "DELETE FROM ";
    dialect_.append_qualified(sql_, table.schema, table.name);
    if (others) from_clause(scope, features_.delete_using == DialectFeatures::DeleteFrom::list ? 0 : 1, " USING ");
    where(predicates, " WHERE ");
    returning(roots, features_.delete_returning, "DELETE ... RETURNING");
}

bool Compiler::returning(std::span<const NodeId> roots, bool can, std::string_view statement) {
    std::vector<NodeId> items;
    for (const NodeId root : roots) {
        if (tree_[root].op != Op::returning) continue;
        const auto operands = tree_.children(root);
        items.insert(items.end(), operands.begin(), operands.end());
    }
    if (items.empty()) return false;
    if (!can) unsupported(statement, "select the rows in a statement of its own");
    Scope scope = target_scope(*result_.target, {}, {});
    const Saved<const Scope*> in_scope(scope_, &scope);
    const Saved<bool> qualified(qualify_, features_.returning_qualified);
    sql_ += " RETURNING ";
    select_items(items, nullptr, true);
    return true;
}

}  // namespace azoth::detail

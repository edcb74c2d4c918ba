// Sources in FROM: subqueries, LATERAL, VALUES, functions; and WITH.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

std::vector<std::string> Compiler::column_names(std::uint32_t id) const {
    std::vector<std::string> names;
    for (const auto& column : tree_.source(id).columns) names.push_back(column.name);
    return names;
}

void Compiler::source_body(std::uint32_t id, const Scope* parent) {
    const auto& source = tree_.source(id);
    const auto as_name = [&] {
        sql_ += " AS ";
        dialect_.append_identifier(sql_, names_[id - 1]);
    };
    switch (source.kind) {
        case SourceKind::alias: {
            const auto& table = *static_cast<const Table*>(source.table);
            dialect_.append_qualified(sql_, table.schema, table.name);
            as_name();
            return;
        }
        case SourceKind::lateral:
            if (!features_.lateral) unsupported("LATERAL", "a correlated scalar_subquery() reads one value");
            sql_ += "LATERAL ";
            [[fallthrough]];
        case SourceKind::subquery: {
            const auto names = column_names(id);
            sql_ += '(';
            query_body(tree_.body(id), source.kind == SourceKind::lateral ? parent : nullptr, names.empty() ? nullptr : &names, false);
            sql_ += ')';
            as_name();
            return;
        }
        case SourceKind::cte:
        case SourceKind::recursive_cte: dialect_.append_identifier(sql_, names_[id - 1]); return;
        case SourceKind::values: values_source(id); return;
        case SourceKind::table_function: function_source(id, parent); return;
    }
}

void Compiler::values_source(std::uint32_t id) {
    const auto rows = tree_.body(id);
    const auto names = column_names(id);
    if (rows.empty()) throw_argument_error("VALUES as a FROM element needs at least one row");
    for (const NodeId row : rows) {
        if (tree_[row].op != Op::values_row || tree_[row].children != names.size()) {
            throw_argument_error("every row of VALUES has as many values as there are columns");
        }
    }
    const auto identifiers = [&] {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i != 0) sql_ += ", ";
            if (features_.select_from_values) sql_ += "column" + std::to_string(i + 1) + " AS ";
            dialect_.append_identifier(sql_, names[i]);
        }
    };
    const auto all_rows = [&] {
        sql_ += "VALUES ";
        for (std::size_t i = 0; i < rows.size(); ++i) {
            sql_ += i == 0 ? "(" : ", (";
            list(tree_.children(rows[i]), BindAs::alone);
            sql_ += ')';
        }
    };
    sql_ += '(';
    if (features_.select_from_values) {
        sql_ += "SELECT ";
        identifiers();
        sql_ += " FROM (";
        all_rows();
        sql_ += ')';
    } else if (features_.values_source) {
        all_rows();
    } else {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            sql_ += i == 0 ? "SELECT " : " UNION ALL SELECT ";
            const auto values = tree_.children(rows[i]);
            for (std::size_t column = 0; column < values.size(); ++column) {
                if (column != 0) sql_ += ", ";
                expression(values[column]);
                if (i != 0) continue;
                sql_ += " AS ";
                dialect_.append_identifier(sql_, names[column]);
            }
        }
    }
    sql_ += ") AS ";
    dialect_.append_identifier(sql_, names_[id - 1]);
    if (features_.values_source) {
        sql_ += " (";
        identifiers();
        sql_ += ')';
    }
}

void Compiler::function_source(std::uint32_t id, const Scope* parent) {
    const auto body = tree_.body(id);
    if (body.size() != 1 || tree_[body[0]].op != Op::func) throw_internal_error("a table function of a statement's tape is no function");
    {
        const Saved<const Scope*> outer(scope_, parent);
        function(body[0]);
    }
    sql_ += " AS ";
    dialect_.append_identifier(sql_, names_[id - 1]);
    const auto names = column_names(id);
    if (names.empty() || !features_.function_columns) return;
    for (std::size_t i = 0; i < names.size(); ++i) {
        sql_ += i == 0 ? " (" : ", ";
        dialect_.append_identifier(sql_, names[i]);
    }
    sql_ += ')';
}

// A CTE after the ones it reads; `state`: 1 = under way, 2 = done.
void Compiler::order_ctes(std::uint32_t id, std::vector<std::uint8_t>& state, std::vector<std::uint32_t>& order) const {
    if (state[id - 1] != 0) return;
    state[id - 1] = 1;
    const auto visit = [&](std::span<const NodeId> roots) {
        if (roots.empty()) return;
        for (NodeId at = tree_.first(roots.front()); at <= roots.back(); ++at) {
            if (tree_[at].source != 0) order_ctes(tree_[at].source, state, order);
        }
    };
    visit(tree_.body(id));
    visit(tree_.recursive_arm(id));
    state[id - 1] = 2;
    const auto kind = tree_.source(id).kind;
    if (kind == SourceKind::cte || kind == SourceKind::recursive_cte) order.push_back(id);
}

void Compiler::with_clause() {
    std::vector<std::uint8_t> state(tree_.source_count());
    std::vector<std::uint32_t> order;
    for (std::uint32_t id = 1; id <= tree_.source_count(); ++id) order_ctes(id, state, order);
    if (order.empty()) return;
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (names_[order[i] - 1] == names_[order[j] - 1]) {
                throw_argument_error("two different CTEs of one statement are named \"" + names_[order[i] - 1] + '"');
            }
        }
    }
    const bool recursive = std::any_of(order.begin(), order.end(), [&](std::uint32_t id) { return tree_.source(id).kind == SourceKind::recursive_cte; });
    sql_ += recursive ? "WITH RECURSIVE " : "WITH ";
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t id = order[i];
        const auto& source = tree_.source(id);
        const auto names = column_names(id);
        if (i != 0) sql_ += ", ";
        dialect_.append_identifier(sql_, names_[id - 1]);
        if (source.kind == SourceKind::recursive_cte) {
            for (std::size_t column = 0; column < names.size(); ++column) {
                sql_ += column == 0 ? " (" : ", ";
                dialect_.append_identifier(sql_, names[column]);
            }
            if (!names.empty()) sql_ += ')';
            sql_ += " AS (";
            if (tree_.recursive_arm(id).empty()) throw_argument_error("recursive CTE \"" + names_[id - 1] + "\" has no recursive arm: give it one with union_all()");
            {
                const Saved<bool> anchor(widen_items_, features_.anchor != DialectFeatures::Anchor::as_is);
                query_body(tree_.body(id), nullptr, nullptr, false);
            }
            sql_ += source.recursive_all ? " UNION ALL " : " UNION ";
            query_body(tree_.recursive_arm(id), nullptr, nullptr, false);
        } else {
            sql_ += " AS (";
            query_body(tree_.body(id), nullptr, names.empty() ? nullptr : &names, false);
        }
        sql_ += ')';
    }
    sql_ += ' ';
}

}  // namespace azoth::detail

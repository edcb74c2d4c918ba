// compile(): which statement it is, what it touches, and the finished text.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace azoth {

void ResultItem::append_names(std::vector<std::string>& names) const {
    if (!entity) {
        names.push_back(label);
        return;
    }
    for (std::uint32_t i = 0; i < table->plain_columns; ++i) names.push_back(table->columns[i].name);
    for (const std::uint32_t index : further) names.push_back(table->columns[index].name);
}

CompiledQuery compile(const detail::FlatStatement& statement, const Dialect& dialect) {
    return detail::Compiler(statement, dialect).run();
}

namespace detail {

Compiler::Compiler(const FlatStatement& statement, const Dialect& dialect)
    : statement_(statement), tree_(statement), dialect_(dialect), features_(dialect.features()) {}

CompiledQuery Compiler::run() {
    assign_names();
    find_criteria();
    collect_tables();
    list_read_columns();
    sql_.reserve(256);
    auto roots = tree_.roots();
    if (roots.size() == 1 && tree_[roots[0]].op == Op::query) roots = tree_.children(roots[0]);
    Effect effect = Effect::read;
    bool rows = true;
    const auto first = roots.empty() ? Op::query : tree_[roots[0]].op;
    switch (first) {
        case Op::insert_into:
        case Op::update_table:
        case Op::delete_from: {
            effect = Effect::write;
            result_.target = static_cast<const Table*>(tree_[roots[0]].ref);
            if (first == Op::insert_into) {
                insert(roots);
            } else if (first == Op::update_table) {
                update(roots);
            } else {
                delete_rows(roots);
            }
            rows = !result_.items.empty();
            break;
        }
        case Op::text_statement:
            effect = Effect::unknown;
            text_statement(roots);
            rows = !result_.items.empty();
            break;
        default:
            with_clause();
            query_body(roots, nullptr, nullptr, true);
            if (result_.locking) effect = Effect::write;
            break;
    }
    result_.statement = finish(effect, rows);
    return std::move(result_);
}

CompiledPtr Compiler::finish(Effect effect, bool returns_rows) {
    if (parameters_.size() > features_.max_parameters) {
        throw_argument_error("the statement binds " + std::to_string(parameters_.size()) + " values; " + std::string(dialect_.title()) +
                             " takes at most " + std::to_string(features_.max_parameters) + " in one statement");
    }
    auto compiled = std::make_shared<CompiledStatement>();
    compiled->id = next_statement_id();
    compiled->sql = std::move(sql_);
    if (!array_sql_.empty()) {
        for (const auto* column : parameter_columns_) compiled->array_kinds.push_back(column->native_enum.empty() ? column->type.kind : TypeKind::unknown);
    }
    compiled->array_sql = std::move(array_sql_);
    compiled->copy_sql = std::move(copy_sql_);
    compiled->constants = std::move(constants_);
    compiled->parameters = std::move(parameters_);
    compiled->parameter_kinds = std::move(kinds_);
    compiled->columns = columns_;
    compiled->returns_rows = returns_rows;
    compiled->effect = effect;
    return compiled;
}

void Compiler::collect_tables() {
    const auto add = [this](const Table* table) {
        if (table != nullptr && std::find(result_.tables.begin(), result_.tables.end(), table) == result_.tables.end()) {
            result_.tables.push_back(table);
        }
    };
    const auto visit = [&](const Node& node) {
        switch (node.op) {
            case Op::from_table:
            case Op::item_entity:
            case Op::insert_into:
            case Op::update_table:
            case Op::delete_from: add(static_cast<const Table*>(node.ref)); break;
            case Op::column:
                if (node.ref != nullptr) add(static_cast<const Column*>(node.ref)->table);
                break;
            case Op::join_relationship: {
                const auto& relationship = *static_cast<const Relationship*>(node.ref);
                add(relationship.owner);
                add(relationship.link().target);
                break;
            }
            default: break;
        }
    };
    for (std::size_t i = tree_.nodes().size(); i-- > 0;) {
        const Node& node = tree_.nodes()[i];
        if (node.op == Op::load_option || node.op == Op::criteria) {  // the session's own queries; below
            i -= node.size - 1;
            continue;
        }
        visit(node);
    }
    for (const auto& [table, predicate] : criteria_) {
        if (std::find(result_.tables.begin(), result_.tables.end(), table) == result_.tables.end()) continue;
        for (NodeId i = tree_.first(predicate); i <= predicate; ++i) visit(tree_[i]);
    }
    std::reverse(result_.tables.begin(), result_.tables.end());
    for (const Table* table : result_.tables) {
        for (const Column& column : table->columns) {
            if (column.type.array && !features_.arrays) unsupported("arrays, as " + table->full_name() + '.' + column.name + " is one", "store Json instead");
        }
    }
}

void Compiler::add_parameter(std::uint32_t value, ValueKind kind) {
    parameters_.push_back(value);
    kinds_.push_back(kind);
    dialect_.append_placeholder(sql_, parameters_.size());
}

void Compiler::unsupported(std::string_view construct, std::string_view advice) const {
    std::string message(dialect_.title());
    message += " has no ";
    message += construct;
    if (!advice.empty()) {
        message += ": ";
        message += advice;
    }
    throw_not_supported(std::move(message));
}

}  // namespace detail
}  // namespace azoth

// Criteria on entities: where each stands, so that a SELECT means what it would mean over tables that hold only the rows that match.
#include <dialect/compile/compiler.hpp>

#include <azoth/sql/criteria.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

// Neither WHERE nor ON can narrow a side that a RIGHT or FULL JOIN fills with NULL.
bool fills_left(const FromTree& tree) {
    return std::any_of(tree.joins.begin(), tree.joins.end(), [](const JoinStep& step) { return step.kind == join_right || step.kind == join_full; });
}

}  // namespace

void Compiler::find_criteria() {
    for (const auto& [table, root] : criteria_in(statement_)) criteria_.push_back({table, tree_.children(root)[0]});
    for (const NodeId root : tree_.roots()) {
        const Node& node = tree_[root];
        if (node.op == Op::statement_flag && static_cast<StatementFlag>(node.arg) == StatementFlag::by_identity) by_identity_ = true;
    }
}

std::vector<Compiler::Criterion> Compiler::criteria_on(const FromKey& key) const {
    std::vector<Criterion> found;
    if (criteria_.empty() || in_criteria_) return found;
    if (key.source != 0 && tree_.source(key.source).kind != SourceKind::alias) return found;
    const Table* table = table_of_key(key);
    for (const auto& [of, predicate] : criteria_) {
        if (of == table && tree_.truth(predicate) != Truth::yes) found.push_back({key, predicate});
    }
    return found;
}

bool Compiler::narrowed_in_on(const JoinStep& step) const {
    return (step.kind == join_inner || step.kind == join_left) && (step.on != no_node || !step.equal.empty());
}

// Those that WHERE takes: of what stands first in FROM, and of what is joined without a condition.
std::vector<Compiler::Criterion> Compiler::criteria_for_where(const Scope& scope, bool top) const {
    std::vector<Criterion> found;
    if (criteria_.empty() || in_criteria_) return found;
    const auto add = [&](const FromKey& key) {
        for (const auto& criterion : criteria_on(key)) found.push_back(criterion);
    };
    for (const auto& tree : scope.trees) {
        if (fills_left(tree)) continue;
        if (!top || !by_identity_) add(tree.root);
        for (const auto& step : tree.joins) {
            if (!narrowed_in_on(step)) add(step.target);
        }
    }
    return found;
}

// The column of the criteria's table stands for the same column of `criterion.key`.
void Compiler::criterion(const Criterion& criterion, Rank at_least) {
    const Saved<bool> inside(in_criteria_, true);
    const Saved<std::optional<FromKey>> remapped(criteria_key_, criterion.key);
    expression(criterion.predicate, at_least);
}

void Compiler::where_with(std::span<const NodeId> predicates, const std::vector<Criterion>& criteria) {
    if (criteria.empty()) return where(predicates, " WHERE ");
    std::vector<NodeId> open;
    bool never = false;
    for (const NodeId node : predicates) {
        never = never || tree_.truth(node) == Truth::no;
        if (tree_.truth(node) == Truth::open) open.push_back(node);
    }
    for (const auto& one : criteria) never = never || tree_.truth(one.predicate) == Truth::no;
    sql_ += " WHERE ";
    if (never) return truth(false);
    const Rank rank = open.size() + criteria.size() == 1 ? Rank::any : Rank::not_;
    bool first = open.empty();
    if (open.size() == 1) {
        expression(open[0], rank);
    } else {
        side_by_side(open, Op::and_);
    }
    for (const auto& one : criteria) {
        if (!first) sql_ += " AND ";
        first = false;
        criterion(one, rank);
    }
}

// As a derived table: right in any place, needed in few.
bool Compiler::narrowed_element(const FromKey& key) {
    const auto criteria = criteria_on(key);
    if (criteria.empty()) return false;
    const Table& table = *table_of_key(key);
    if (key.source == 0 && !table.schema.empty())
        unsupported("name for a narrowed table of a schema", "give " + table.full_name() + " an alias<>() where a RIGHT or FULL JOIN meets with_loader_criteria()");
    sql_ += "(SELECT * FROM ";
    dialect_.append_qualified(sql_, table.schema, table.name);
    sql_ += " WHERE ";
    {
        const Saved<bool> unqualified(qualify_, false);
        for (std::size_t i = 0; i < criteria.size(); ++i) {
            if (i != 0) sql_ += " AND ";
            criterion(criteria[i], criteria.size() == 1 ? Rank::any : Rank::not_);
        }
    }
    sql_ += ") AS ";
    append_name(key);
    return true;
}

}  // namespace azoth::detail

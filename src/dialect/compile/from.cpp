// FROM: which elements a SELECT has, which it borrows from the statement around it, and their text.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

void add_new(std::vector<FromKey>& keys, const FromKey& key) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

bool contains(const std::vector<FromKey>& keys, const FromKey& key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); }

}  // namespace

// The FROM elements that an expression names, in reading order; with `nested`, also those its subqueries name.
void Compiler::references(NodeId at, std::vector<FromKey>& out, bool nested) const {
    std::vector<FromKey> found;
    const NodeId first = tree_.first(at);
    for (NodeId i = at + 1; i-- > first;) {
        switch (tree_[i].op) {
            case Op::query:
                if (!nested) i = tree_.first(i);
                break;
            case Op::column:
            case Op::source_column:
            case Op::item_entity: found.push_back(key_of(i)); break;
            default: break;
        }
    }
    for (auto key = found.rbegin(); key != found.rend(); ++key) add_new(out, *key);
}

// What the body of a LATERAL or a table function reads from its neighbours.
void Compiler::references_of_source(std::uint32_t source, std::vector<FromKey>& out) const {
    if (source == 0) return;
    const auto kind = tree_.source(source).kind;
    if (kind != SourceKind::lateral && kind != SourceKind::table_function) return;
    for (const NodeId root : tree_.body(source)) references(root, out, true);
}

const Table* Compiler::table_of_key(const FromKey& key) const {
    if (key.source == 0) return key.table;
    return static_cast<const Table*>(tree_.source(key.source).table);
}

void Compiler::add_element(Scope& scope, const FromKey& key) const {
    if (scope.find(key) != nullptr) {
        throw_argument_error(describe(key) + " is in FROM twice: give one of them another name with alias<>()");
    }
    for (const auto& element : scope.elements) {
        const bool plain = key.source == 0 && element.key.source == 0;
        if (!plain && describe(element.key) == describe(key)) {
            throw_argument_error("two different elements of FROM are named \"" + describe(key) + '"');
        }
    }
    scope.elements.push_back({key, false, {}});
}

void Compiler::build_from(const Clauses& parts, Scope& scope) const {
    std::vector<FromKey> given;      // select_from()
    std::vector<FromKey> implied;    // by selected items and WHERE
    std::vector<FromKey> targets;    // of joins
    for (const NodeId node : parts.joins) {
        std::vector<FromKey> names;
        const FromKey target = tree_[node].op == Op::join ? key_of(tree_.children(node)[0]) : relationship_step(node, names).target;
        targets.push_back(target);
    }
    for (const NodeId node : parts.from) given.push_back(key_of(node));
    std::vector<FromKey> named;
    for (const NodeId node : parts.items) references(node, named, false);
    for (const NodeId node : parts.where) references(node, named, false);
    for (const auto& key : named) {
        if (!contains(given, key) && !contains(targets, key)) implied.push_back(key);
    }
    // A table of the enclosing statement is meant, unless it is the only one here. What select_from() and join() name is always
    // this statement's own.
    if (scope.parent != nullptr && given.size() + implied.size() + targets.size() > 1) {
        const auto outer = std::remove_if(implied.begin(), implied.end(), [&](const FromKey& key) { return scope.parent->visible(key); });
        const bool correlated = outer != implied.end();
        if (correlated && outer == implied.begin() && given.empty() && targets.empty()) {
            throw_argument_error("a subquery reads only tables of the statement around it (" + describe(*outer) +
                                 " ...): name its own in select_from(), or use alias<>()");
        }
        implied.erase(outer, implied.end());
    }
    for (const auto& keys : {given, implied}) {
        for (const auto& key : keys) {
            add_element(scope, key);
            scope.trees.push_back({key, {}});
        }
    }
    for (std::size_t i = 0; i < parts.joins.size(); ++i) {
        join(parts.joins[i], scope, {targets.begin() + static_cast<std::ptrdiff_t>(i) + 1, targets.end()});
    }
}

void Compiler::from_clause(const Scope& scope, std::size_t first_tree, std::string_view keyword) {
    for (std::size_t i = first_tree; i < scope.trees.size(); ++i) {
        sql_ += i == first_tree ? keyword : std::string_view(", ");
        from_tree(scope.trees[i]);
    }
}

void Compiler::from_tree(const FromTree& tree) {
    const bool narrowed = std::any_of(tree.joins.begin(), tree.joins.end(), [](const JoinStep& step) { return step.kind == join_right || step.kind == join_full; });
    const auto element = [&](const FromKey& key) {
        if (!narrowed || !narrowed_element(key)) from_element(key);
    };
    element(tree.root);
    for (const auto& step : tree.joins) {
        const bool condition = step.on != no_node || !step.equal.empty();
        switch (step.kind) {
            case join_left: sql_ += " LEFT OUTER JOIN "; break;
            case join_right:
                if (!features_.right_join) unsupported("RIGHT OUTER JOIN", "swap the sides");
                sql_ += " RIGHT OUTER JOIN ";
                break;
            case join_full:
                if (!features_.full_join) unsupported("FULL OUTER JOIN", "a union_() of a left and a right join gives the same");
                sql_ += " FULL OUTER JOIN ";
                break;
            case join_cross: sql_ += " CROSS JOIN "; break;
            default: sql_ += condition ? " JOIN " : " CROSS JOIN "; break;
        }
        element(step.target);
        const auto criteria = narrowed || !narrowed_in_on(step) ? std::vector<Criterion>() : criteria_on(step.target);
        if (step.kind != join_cross) join_condition(step, !criteria.empty());
        for (const auto& one : criteria) {
            sql_ += " AND ";
            criterion(one, Rank::not_);
        }
    }
}

// `more`: AND follows.
void Compiler::join_condition(const JoinStep& step, bool more) {
    bool first = true;
    for (const auto& [left, right] : step.equal) {
        sql_ += first ? " ON " : " AND ";
        first = false;
        append_column(left);
        sql_ += " = ";
        append_column(right);
    }
    if (step.on == no_node) return;
    if (tree_.truth(step.on) == Truth::yes && !first) return;
    sql_ += first ? " ON " : " AND ";
    expression(step.on, first && !more ? Rank::any : Rank::and_);
}

void Compiler::from_element(const FromKey& key) {
    if (key.source == 0) {
        append_name(key);
    } else {
        source_body(key.source, scope_);
    }
}

}  // namespace azoth::detail

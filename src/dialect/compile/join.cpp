// Joins: what is joined to what, and on which columns when the user does not say.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

struct Candidate {
    FromKey left;
    const ForeignKey* key;
    bool from_left;   // the left side holds the foreign key
};

// Columns of a foreign key paired with those it refers to; empty when it refers to another table.
std::vector<std::pair<const Column*, const Column*>> pairs(const Table& from, const ForeignKey& key, const Table& to) {
    std::vector<std::pair<const Column*, const Column*>> out;
    if (!key.refers_to(to)) return out;
    const auto target = key.resolve(to);
    for (std::size_t i = 0; i < key.columns.size(); ++i) out.emplace_back(&from.columns[key.columns[i]], &to.columns[target.columns[i]]);
    return out;
}

}  // namespace

// The step of a join_relationship; `names` gets what its condition names on the left.
JoinStep Compiler::relationship_step(NodeId at, std::vector<FromKey>& names) const {
    const Node& node = tree_[at];
    const auto& relationship = *static_cast<const Relationship*>(node.ref);
    const auto& link = relationship.link();
    JoinStep step;
    step.kind = static_cast<std::uint8_t>(node.flags & 0x07);
    step.target = {link.target, 0};
    for (const NodeId operand : tree_.children(at)) {
        if (tree_[operand].op == Op::from_table || tree_[operand].op == Op::from_source) {
            step.target = key_of(operand);
            if (table_of_key(step.target) != link.target && tree_[operand].op == Op::from_table) {
                throw_argument_error("join along " + relationship.full_name() + ": " + describe(step.target) + " is no alias of " + link.target->full_name());
            }
        } else {
            step.on = operand;
        }
    }
    const FromKey owner = node.source != 0 ? FromKey{nullptr, node.source} : FromKey{relationship.owner, 0};
    if (owner == step.target) {
        throw_argument_error("join along " + relationship.full_name() + " leads back to " + describe(owner) + ": join an alias<>() of it");
    }
    for (std::size_t i = 0; i < link.local.size(); ++i) {
        step.equal.push_back({{owner, &relationship.owner->columns[link.local[i]]}, {step.target, &link.target->columns[link.remote[i]]}});
    }
    names.push_back(owner);
    if (step.on != no_node) references(step.on, names, true);
    return step;
}

void Compiler::infer_condition(JoinStep& step, const Scope& scope) const {
    const Table* target = table_of_key(step.target);
    if (target == nullptr) throw_argument_error("join(" + describe(step.target) + "): a subquery or CTE needs a condition to join on");
    std::vector<Candidate> candidates;
    std::string lefts;
    for (const auto& element : scope.elements) {
        if (!lefts.empty()) lefts += ", ";
        lefts += describe(element.key);
        const Table* left = table_of_key(element.key);
        if (left == nullptr) continue;
        for (const auto& key : left->foreign_keys) {
            if (!pairs(*left, key, *target).empty()) candidates.push_back({element.key, &key, true});
        }
        for (const auto& key : target->foreign_keys) {
            if (!pairs(*target, key, *left).empty()) candidates.push_back({element.key, &key, false});
        }
    }
    if (candidates.empty()) {
        throw_argument_error("join(" + describe(step.target) + "): no foreign key between " + describe(step.target) + " and " + lefts +
                             "; give the condition to join on");
    }
    if (candidates.size() > 1) {
        throw_argument_error("join(" + describe(step.target) + "): ambiguous, there are " + std::to_string(candidates.size()) +
                             " foreign keys between it and " + lefts + "; give the condition to join on, or join along a relationship");
    }
    const Candidate& found = candidates.front();
    const Table& left = *table_of_key(found.left);
    for (const auto& [from, to] : found.from_left ? pairs(left, *found.key, *target) : pairs(*target, *found.key, left)) {
        const ColumnOf ours{found.left, found.from_left ? from : to};
        const ColumnOf theirs{step.target, found.from_left ? to : from};
        step.equal.push_back({ours, theirs});
    }
}

// The tree of FROM that the join hangs on. Several trees that one condition names are put side by side first.
std::size_t Compiler::tree_for(Scope& scope, const JoinStep& step, const std::vector<FromKey>& names, const std::vector<FromKey>& later) const {
    std::size_t chosen = scope.trees.size();
    for (const auto& key : names) {
        if (key == step.target) continue;
        std::size_t at = 0;
        while (at < scope.trees.size() && !scope.trees[at].contains(key)) ++at;
        if (at == scope.trees.size()) {
            if (std::find(later.begin(), later.end(), key) != later.end()) {
                throw_argument_error("join(" + describe(step.target) + "): its condition names " + describe(key) + ", which is joined only after it");
            }
            if (scope.parent != nullptr && scope.parent->visible(key)) continue;
            add_element(scope, key);
            scope.trees.push_back({key, {}});
        }
        if (chosen >= scope.trees.size()) {
            chosen = at;
        } else if (at != chosen) {
            const auto first = std::min(at, chosen), second = std::max(at, chosen);
            FromTree moved = std::move(scope.trees[second]);
            scope.trees.erase(scope.trees.begin() + static_cast<std::ptrdiff_t>(second));
            auto& joins = scope.trees[first].joins;
            JoinStep side{moved.root, join_cross, no_node, {}, false};
            joins.push_back(std::move(side));
            joins.insert(joins.end(), std::make_move_iterator(moved.joins.begin()), std::make_move_iterator(moved.joins.end()));
            chosen = first;
        }
    }
    if (chosen < scope.trees.size()) return chosen;
    if (scope.trees.empty()) {
        throw_argument_error("join(" + describe(step.target) + "): there is nothing to join it to; name the left side in select_from()");
    }
    return scope.trees.size() - 1;
}

void Compiler::join(NodeId at, Scope& scope, const std::vector<FromKey>& later) const {
    const Node& node = tree_[at];
    JoinStep step;
    std::vector<FromKey> names;
    if (node.op == Op::join_relationship) {
        step = relationship_step(at, names);
    } else {
        const auto operands = tree_.children(at);
        step.kind = static_cast<std::uint8_t>(node.flags & 0x07);
        step.target = key_of(operands[0]);
        if (operands.size() > 1) {
            step.on = operands[1];
            references(step.on, names, true);
        }
    }
    if (scope.find(step.target) != nullptr) {
        throw_argument_error(describe(step.target) + " is joined twice, or to itself: give one of them another name with alias<>()");
    }
    if (step.on == no_node && step.equal.empty() && step.kind != join_cross) {
        if (scope.elements.empty()) throw_argument_error("join(" + describe(step.target) + "): there is nothing to join it to; name the left side in select_from()");
        infer_condition(step, scope);
        names.push_back(step.equal.front().first.from);
    }
    std::vector<FromKey> beside;
    references_of_source(step.target.source, beside);
    for (const auto& key : beside) {
        if (scope.find(key) != nullptr) names.push_back(key);  // the others are its own
    }
    FromTree& tree = scope.trees[tree_for(scope, step, names, later)];
    add_element(scope, step.target);
    tree.joins.push_back(std::move(step));
}

}  // namespace azoth::detail

// Cartesian products: FROM elements that nothing connects are refused.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <numeric>

namespace azoth::detail {

namespace {

/// Union-find over the elements of a scope.
class Groups {
public:
    explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
    std::size_t of(std::size_t element) {
        while (parent_[element] != element) element = parent_[element] = parent_[parent_[element]];
        return element;
    }
    void join(std::size_t a, std::size_t b) { parent_[of(a)] = of(b); }

private:
    std::vector<std::size_t> parent_;
};

}  // namespace

void Compiler::check_connected(const Scope& scope, std::span<const NodeId> predicates) const {
    if (scope.elements.size() < 2) return;
    Groups groups(scope.elements.size());
    const auto index = [&](const FromKey& key) -> std::size_t {
        for (std::size_t i = 0; i < scope.elements.size(); ++i) {
            if (scope.elements[i].key == key) return i;
        }
        return scope.elements.size();
    };
    const auto connect = [&](const std::vector<FromKey>& keys) {
        std::size_t first = scope.elements.size();
        for (const auto& key : keys) {
            const auto at = index(key);
            if (at == scope.elements.size()) continue;  // of the enclosing statement
            if (first == scope.elements.size()) {
                first = at;
            } else {
                groups.join(first, at);
            }
        }
    };
    // Every comparison (or other condition) connects what it names; AND, OR and NOT only hold such conditions.
    const auto connect_predicate = [&](const auto& self, NodeId at) -> void {
        const Op op = tree_[at].op;
        if (op == Op::and_ || op == Op::or_ || op == Op::not_) {
            for (const NodeId operand : tree_.children(at)) self(self, operand);
            return;
        }
        std::vector<FromKey> keys;
        references(at, keys, true);
        connect(keys);
    };
    for (const auto& tree : scope.trees) {
        for (const auto& step : tree.joins) {
            if (step.on != no_node) connect_predicate(connect_predicate, step.on);
            if (step.explicit_join) connect({tree.root, step.target});
            for (const auto& [left, right] : step.equal) connect({left.from, right.from});
        }
    }
    for (const auto& element : scope.elements) {
        std::vector<FromKey> keys{element.key};
        references_of_source(element.key.source, keys);
        connect(keys);
    }
    for (const NodeId predicate_node : predicates) connect_predicate(connect_predicate, predicate_node);
    for (std::size_t i = 1; i < scope.elements.size(); ++i) {
        if (groups.of(i) == groups.of(0)) continue;
        throw_argument_error("nothing connects " + describe(scope.elements[0].key) + " and " + describe(scope.elements[i].key) +
                             ": the result would be their cartesian product. Join them, compare them in where(), or say cross_join()");
    }
}

}  // namespace azoth::detail

// text(): SQL by hand, with named binds put in place.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

void Compiler::text_statement(std::span<const NodeId> roots) {
    const auto pieces = tree_.children(roots[0]);
    std::vector<NodeId> values, columns;
    const bool named = std::any_of(pieces.begin(), pieces.end(), [&](NodeId node) { return tree_[node].op == Op::text_bind; });
    const auto sort_out = [&](NodeId node) {
        if (tree_[node].op == Op::text_column) columns.push_back(node);
    };
    for (const NodeId node : pieces) {
        if (named && tree_[node].op == Op::bind) values.push_back(node);
        sort_out(node);
    }
    for (const NodeId node : roots.subspan(1)) sort_out(node);
    for (const NodeId node : pieces) {
        switch (tree_[node].op) {
            case Op::raw: sql_ += tree_.text(node); break;
            case Op::bind:
                if (!named) placeholder(node, BindAs::typed);
                break;
            case Op::text_bind:
                if (tree_[node].arg >= values.size()) {
                    throw_argument_error("text(): bind number " + std::to_string(tree_[node].arg + 1) + " has no value; give it one with bind()");
                }
                placeholder(values[tree_[node].arg], BindAs::typed);
                break;
            case Op::text_column: break;
            default: throw_internal_error("a text statement's tape holds something else than text and binds");
        }
    }
    for (const NodeId node : columns) {
        ResultItem out;
        out.first_column = columns_++;
        out.label = tree_.text(node);
        result_.items.push_back(std::move(out));
    }
}

}  // namespace azoth::detail

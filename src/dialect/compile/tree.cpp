// Reading postfix order into a tree, in one pass.
#include <azoth/base/throw.hpp>
#include <dialect/compile/tree.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

// Every level of nesting is a few frames of the renderer's stack, and of the database's own parser.
constexpr std::uint32_t max_depth = 1000;

[[noreturn]] void throw_broken() { throw_internal_error("a statement's tape is not in postfix order"); }

}  // namespace

Tree::Tree(const FlatStatement& statement) : statement_(statement) {
    const auto count = statement.nodes.size();
    first_operand_.resize(count);
    index_.resize(count);
    truth_.resize(count, Truth::open);
    operands_.reserve(count);
    bodies_.resize(statement.sources.size());
    if (statement.main_size > count) throw_broken();
    main_ = read(0, statement.main_size);
    std::vector<bool> seen(statement.sources.size());
    for (NodeId at = statement.main_size; at < count;) {
        const Node& segment = statement.nodes[at];
        if (segment.op != Op::segment || segment.source == 0 || segment.source > bodies_.size() || at + 1 + segment.arg > count) throw_broken();
        if ((segment.flags & node_has_text) != 0) index_[at] = next_text_++;
        auto roots = read(at + 1, at + 1 + segment.arg);
        auto& body = bodies_[segment.source - 1];
        (seen[segment.source - 1] ? body.arm : body.roots) = std::move(roots);
        seen[segment.source - 1] = true;
        at += 1 + segment.arg;
    }
    if (next_value_ != statement.values.size() || next_text_ != statement.texts.size()) throw_broken();
}

std::vector<NodeId> Tree::read(NodeId begin, NodeId end) {
    std::vector<NodeId> open;
    std::vector<std::uint32_t> depth;
    for (NodeId at = begin; at < end; ++at) {
        const Node& node = statement_.nodes[at];
        if (node.children > open.size() || node.source > bodies_.size()) throw_broken();
        const auto first_child = open.end() - node.children;
        first_operand_[at] = static_cast<std::uint32_t>(operands_.size());
        operands_.insert(operands_.end(), first_child, open.end());
        std::uint32_t level = 0;
        for (auto child = depth.end() - node.children; child != depth.end(); ++child) level = std::max(level, *child + 1);
        if (level > max_depth) {
            throw_argument_error("an SQL expression is nested more than 1000 levels deep; and_(range), or_(range) and in_() take any number of operands side by side");
        }
        open.erase(first_child, open.end());
        depth.resize(open.size());
        open.push_back(at);
        depth.push_back(level);
        if (node.op == Op::bind) {
            index_[at] = next_value_++;
        } else if ((node.flags & node_has_text) != 0) {
            index_[at] = next_text_++;
        }
        truth_[at] = truth_of(at);
    }
    return open;
}

Truth Tree::truth_of(NodeId at) const {
    const Node& node = statement_.nodes[at];
    switch (node.op) {
        case Op::true_literal: return Truth::yes;
        case Op::false_literal: return Truth::no;
        case Op::not_: {
            const Truth inner = truth_[children(at)[0]];
            return inner == Truth::open ? Truth::open : inner == Truth::yes ? Truth::no : Truth::yes;
        }
        case Op::and_:
        case Op::or_: {
            const Truth neutral = node.op == Op::and_ ? Truth::yes : Truth::no;
            Truth result = neutral;
            for (const NodeId child : children(at)) {
                if (truth_[child] == Truth::open) {
                    result = Truth::open;
                } else if (truth_[child] != neutral) {
                    return truth_[child];  // false AND anything, NULL included, is false; true OR anything is true
                }
            }
            return result;
        }
        case Op::in_list:
            if (node.children == 1) return (node.flags & negated) != 0 ? Truth::yes : Truth::no;
            return Truth::open;
        default: return Truth::open;
    }
}

std::string_view Tree::text(NodeId at) const {
    const Node& node = statement_.nodes[at];
    if ((node.flags & node_has_text) != 0) return statement_.texts[index_[at]];
    return node.ref == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(node.ref));
}

}  // namespace azoth::detail

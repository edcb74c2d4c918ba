// Tree: a flattened statement with operands, texts and values found by node, which postfix order alone does not give.
#pragma once

#include <azoth/schema/table.hpp>
#include <azoth/sql/tape.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace azoth::detail {

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = 0xFFFFFFFF;

/// A predicate known without the database.
enum class Truth : std::uint8_t { open, yes, no };

class Tree {
public:
    explicit Tree(const FlatStatement& statement);

    const Node& operator[](NodeId node) const { return statement_.nodes[node]; }
    std::span<const NodeId> children(NodeId node) const {
        return std::span(operands_).subspan(first_operand_[node], statement_.nodes[node].children);
    }
    /// First node of the subtree that ends with `node`.
    NodeId first(NodeId node) const { return node + 1 - statement_.nodes[node].size; }
    /// The node's text, its own or static; empty if it has none.
    std::string_view text(NodeId node) const;
    /// Number of a bind node's value.
    std::uint32_t value(NodeId node) const { return index_[node]; }
    Truth truth(NodeId node) const { return truth_[node]; }

    std::span<const NodeId> roots() const { return main_; }
    /// Top-level nodes of a source's body; `id` is canonical.
    std::span<const NodeId> body(std::uint32_t id) const { return bodies_[id - 1].roots; }
    std::span<const NodeId> recursive_arm(std::uint32_t id) const { return bodies_[id - 1].arm; }
    const Source& source(std::uint32_t id) const { return *statement_.sources[id - 1]; }
    std::uint32_t source_count() const { return static_cast<std::uint32_t>(statement_.sources.size()); }
    std::span<const Node> nodes() const { return statement_.nodes; }

private:
    struct Body {
        std::vector<NodeId> roots;
        std::vector<NodeId> arm;
    };
    std::vector<NodeId> read(NodeId begin, NodeId end);
    Truth truth_of(NodeId node) const;

    const FlatStatement& statement_;
    std::vector<std::uint32_t> first_operand_;
    std::vector<NodeId> operands_;
    std::vector<std::uint32_t> index_;   // of a node's text, or of a bind's value
    std::vector<Truth> truth_;
    std::uint32_t next_value_ = 0;
    std::uint32_t next_text_ = 0;
    std::vector<NodeId> main_;
    std::vector<Body> bodies_;
};

}  // namespace azoth::detail

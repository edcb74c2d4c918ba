// Tape: the run-time form of every expression and statement; nodes in postfix order, bound values beside them.
#pragma once

#include <azoth/sql/op.hpp>
#include <azoth/types/sql_type.hpp>
#include <azoth/types/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace azoth::detail {

/// One node. Its operands precede it: a subtree is the `size` nodes that end with its root.
struct Node {
    Op op;
    std::uint8_t flags;        ///< meaning by op; see op.hpp
    std::uint16_t children;    ///< operands, each a subtree
    std::uint32_t size;        ///< nodes in this subtree, itself included
    std::uint32_t source;      ///< alias, subquery or CTE that a column or FROM item belongs to; 0 = the mapped table itself
    std::uint32_t arg;         ///< meaning by op
    const void* ref;           ///< Column, Table, Relationship, SqlType or static text, by op
};
static_assert(sizeof(Node) == 24);

struct Source;

/// A forest of subtrees. Concatenation is appending: the k-th node with op bind takes values[k], the k-th node flagged
/// `node_has_text` takes texts[k]. So a tape's shape is its nodes and texts; its values are what is bound.
/// Regular value type. Thread safety: as std::vector.
class Tape {
public:
    Tape() = default;

    bool empty() const noexcept { return nodes_.empty(); }
    std::span<const Node> nodes() const noexcept { return nodes_; }
    std::span<const Value> values() const noexcept { return values_; }
    std::span<const std::string> texts() const noexcept { return texts_; }
    std::span<const std::shared_ptr<const Source>> sources() const noexcept { return sources_; }
    std::vector<Node>& mutable_nodes() noexcept { return nodes_; }
    std::vector<Value>& mutable_values() noexcept { return values_; }

    /// Appends a leaf.
    Tape& leaf(Op op, const void* ref = nullptr, std::uint32_t arg = 0, std::uint8_t flags = 0, std::uint32_t source = 0);
    /// Appends a leaf that carries text of its own.
    Tape& text_leaf(Op op, std::string text, std::uint32_t arg = 0, std::uint8_t flags = 0);
    /// Appends a bound value. `type`: its SQL type where that is not the widest of its kind (a 32-bit integer); must be immortal.
    Tape& bind(Value value, const SqlType* type = nullptr);
    /// Appends another tape's nodes, values, texts and sources.
    Tape& append(const Tape& other);
    Tape& append(Tape&& other);
    /// Closes the last `children` subtrees under a new root.
    Tape& close(Op op, std::uint16_t children, const void* ref = nullptr, std::uint32_t arg = 0, std::uint8_t flags = 0, std::uint32_t source = 0);
    /// The same with text.
    Tape& close_text(Op op, std::uint16_t children, std::string text, std::uint32_t arg = 0, std::uint8_t flags = 0);
    /// Closes every subtree so far under one root.
    Tape& close_all(Op op, const void* ref = nullptr, std::uint32_t arg = 0, std::uint8_t flags = 0);
    /// Notes that a source (subquery, CTE, alias) is referred to; no effect when it is known already.
    Tape& use(std::shared_ptr<const Source> source);
    void drop_source(std::uint32_t id);
    void reserve(std::size_t nodes, std::size_t values);

    /// Number of top-level subtrees.
    std::size_t roots() const noexcept;

    /// Same structure, texts and values.
    friend bool operator==(const Tape& a, const Tape& b) noexcept;

private:
    friend struct FlatStatement;
    std::vector<Node> nodes_;
    std::vector<Value> values_;
    std::vector<std::string> texts_;
    std::vector<std::shared_ptr<const Source>> sources_;
};

enum class SourceKind : std::uint8_t {
    alias,           ///< a mapped table under another name
    subquery,
    lateral,
    cte,
    recursive_cte,   ///< body = anchor arm, recursive = the arm that refers to the CTE
    values,          ///< VALUES rows: body holds `values_row` subtrees
    table_function,  ///< body holds one func subtree
};

/// What a column of a source is called and what it came from.
struct SourceColumn {
    std::string name;   ///< in SQL
};

/// A named FROM element that is no plain table. Immutable once statements refer to it, but for union_all on a recursive CTE.
struct Source {
    std::uint32_t id = 0;           ///< unique in the process; canonical within a flattened statement
    SourceKind kind = SourceKind::subquery;
    std::string name;               ///< empty: anonymous, named anon_1 ... when rendered
    const void* table = nullptr;    ///< const Table*, for aliases
    Tape body;
    Tape recursive;
    bool recursive_all = true;      ///< UNION ALL between the arms of a recursive CTE, else UNION
    std::vector<SourceColumn> columns;
    std::vector<std::uint32_t> item_first;   ///< first column of each item of the body
};

std::uint32_t next_source_id() noexcept;

/// A statement ready for the cache: the tape and all sources it reaches in one row, source ids made canonical (1, 2, ... in the
/// order of first appearance), so that the same code gives the same shape every time.
struct FlatStatement {
    /// Main tape, then for each source a `segment` node and its body; for a recursive CTE a second segment and the recursive arm.
    std::vector<Node> nodes;
    std::vector<Value> values;           ///< in node order
    std::vector<std::string> texts;      ///< in node order
    std::vector<std::shared_ptr<const Source>> sources;  ///< by canonical id - 1
    std::uint32_t main_size = 0;         ///< nodes of the main tape

    FlatStatement() = default;
    /// As flatten().
    explicit FlatStatement(Tape&& tape);

    std::uint64_t hash() const noexcept;
    bool same_shape(const FlatStatement& other) const noexcept;
};

FlatStatement flatten(const Tape& tape);
FlatStatement flatten(Tape&& tape);

}  // namespace azoth::detail

// EntityQuery: a rendered statement whose rows hold entities, and the expansion of joined loads into it. No I/O.
#pragma once

#include "load_tree.hpp"

#include <azoth/dialect/compiler.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace azoth::detail {

/// One entity of each row.
struct Slot {
    const Table* table = nullptr;
    std::uint32_t first_column = 0;
    std::vector<std::uint32_t> further;  ///< columns after the plain ones (ResultItem::further)
    std::int32_t parent = -1;          ///< slot of the object whose relationship it fills; -1: selected itself
    const LoadNode* node = nullptr;    ///< that relationship
};

struct EntityQuery {
    CompiledPtr statement;             ///< its parameters count `keys` cells of keys first, then the original statement's values
    std::vector<Slot> slots;           ///< selected ones first
    std::size_t selected = 0;
    std::vector<std::pair<std::uint32_t, const LoadNode*>> further;  ///< by keys, once the rows are read: slot and relationship
    bool repeats = false;              ///< a joined collection repeats the rows of its owners
    std::size_t keys = 0;
    std::uint32_t key_column = 0;      ///< of a KeyHolder beside the target: where its columns begin in a row
    std::vector<Value> values;         ///< when not empty: these instead of the original statement's
};

/// A statement being completed by joined loads.
class Expansion {
public:
    /// `origin`: what each value of `base` is in EntityQuery's counting. `original` is where loading options point, and outlives this.
    Expansion(FlatStatement base, std::vector<std::uint32_t> origin, const FlatStatement& original, std::size_t keys);

    /// Notes a selected entity.
    std::uint32_t select(const Table& table, std::uint32_t first_column);
    /// Adds what is joined below an entity (`source`: its canonical alias or 0), and notes what is loaded afterwards.
    void add(std::uint32_t slot, std::uint32_t source, std::span<const LoadNode> nodes);
    bool joins() const noexcept { return !tail_.empty(); }
    /// The statement with its joins.
    FlatStatement statement() const;
    /// `compiled`: from statement().
    EntityQuery finish(const CompiledQuery& compiled);

private:
    void join(std::uint32_t slot, std::uint32_t source, const LoadNode& node);
    void contain(std::uint32_t slot, const LoadNode& node);
    void push_item(const LoadNode& node, std::uint32_t source);
    void append(const Fragment& fragment, const Table& target, std::uint32_t source);
    void push(Op op, std::uint16_t children, const void* ref, std::uint8_t flags, std::uint32_t source);
    bool names(const Table& table, std::uint32_t source) const;

    FlatStatement base_;
    std::vector<std::uint32_t> origin_;
    const FlatStatement& original_;
    std::vector<Node> tail_;                                ///< appended to the statement's clauses
    std::vector<std::uint32_t> tail_origin_;
    std::vector<std::string> tail_texts_;
    std::vector<std::shared_ptr<const Source>> aliases_;
    std::vector<bool> outer_;                               ///< by slot: can be missing, for an outer join
    std::uint32_t main_values_ = 0, main_texts_ = 0;
    EntityQuery query_;
};

}  // namespace azoth::detail

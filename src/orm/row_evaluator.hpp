// RowEvaluator: simple criteria and values of an UPDATE or DELETE, computed for a row that is known. No I/O.
#pragma once

#include <azoth/dialect/dialect.hpp>
#include <azoth/orm/graph.hpp>
#include <azoth/sql/tape.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace azoth::detail {

/// Knows comparisons of the target's columns with values, IS NULL, IN, BETWEEN, AND, OR and NOT; sums and products of integers, sums of decimals.
/// What a database may see otherwise than C++ does (the order of texts, the equality of texts where case is ignored) it does not know.
/// Rows are taken as the database has them: by their snapshots, not by members that were changed and not flushed.
class RowEvaluator {
public:
    struct Assignment {
        const Column* column;
        std::uint32_t value;   ///< node
    };
    /// Lifetimes: the statement must outlive it.
    RowEvaluator(const FlatStatement& statement, const Table& target, const DialectFeatures& features);

    /// Could every criterion be computed, as far as the statement's shape tells?
    bool knows_criteria() const;
    /// The same for all new values. False when one of them follows from a column that is assigned too, or when a key is assigned.
    bool knows_values() const;

    enum class Verdict : std::uint8_t { no, yes, unknown };
    Verdict matches(const Entity& row) const;
    const std::vector<Assignment>& assignments() const noexcept { return assignments_; }
    /// Nothing when it cannot be known.
    std::optional<Value> value(const Assignment& assignment, const Entity& row) const;

private:
    using Result = std::optional<Value>;   ///< nothing: unknown; a predicate gives a boolean or NULL

    std::vector<std::uint32_t> operands(std::uint32_t node) const;
    bool knows(std::uint32_t node) const;
    bool knows_comparison(std::uint32_t node, bool ordered) const;
    bool is_text(std::uint32_t node) const;
    bool assigned(std::uint32_t node) const;

    Result evaluate(std::uint32_t node, const Entity& row) const;
    Result junction(std::uint32_t node, const Entity& row) const;
    Result in_list(std::uint32_t node, const Entity& row) const;
    Result between(std::uint32_t node, const Entity& row) const;
    Result arithmetic(std::uint32_t node, const Entity& row) const;

    const FlatStatement& statement_;
    const Table& target_;
    const bool exact_text_;
    std::vector<std::uint32_t> value_of_;     ///< number of a bind node's value
    std::vector<std::uint32_t> criteria_;
    std::vector<Assignment> assignments_;
};

}  // namespace azoth::detail

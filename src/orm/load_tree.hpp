// The load tree: which relationships a statement loads and how, from its options and the mapping's defaults. No I/O.
#pragma once

#include <azoth/orm/session_core.hpp>
#include <azoth/sql/tape.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace azoth::detail {

class LoadStatements;

/// A subtree of a flattened statement, and where its values and texts begin.
struct Fragment {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t first_value = 0;
    std::uint32_t first_text = 0;
};

/// Criteria on an entity, wherever the statement reads it.
struct EntityCriterion {
    const Table* table = nullptr;
    Fragment predicate;
    bool uses_sources = false;
};

/// One relationship to be loaded.
struct LoadNode {
    const Relationship* relationship = nullptr;
    const RelationshipLink* link = nullptr;
    LoadStrategy strategy = LoadStrategy::selectin;  ///< joined, joined_inner, contains_eager or selectin
    std::uint32_t source = 0;                        ///< contains_eager: the alias that the target goes by
    bool named = false;                              ///< by an option, not only by the mapping
    std::int32_t depth = 0;                          ///< further levels of a relationship from a struct to itself; -1 = all
    std::vector<Fragment> where;                     ///< without their `where` root
    std::vector<Fragment> order;                     ///< with their `order_by` root; empty: the relationship's own order
    std::vector<EntityCriterion> entity_criteria;    ///< on what a statement of its own reads
    bool narrowed = false;                           ///< some of them are on the target: not every row is found
    bool uses_sources = false;                       ///< the criteria mention aliases or subqueries, or a primaryjoin() binds values
    std::vector<std::uint32_t> further;              ///< columns of the target that are read besides the plain ones
    std::vector<LoadNode> children;
    std::shared_ptr<LoadStatements> statements;      ///< for loading it by keys, made when first needed

    bool to_many() const noexcept { return link->direction != Direction::many_to_one; }
    bool joins() const noexcept {
        return strategy == LoadStrategy::joined || strategy == LoadStrategy::joined_inner || strategy == LoadStrategy::contains_eager;
    }
};

/// Columns of the table that are read besides the plain ones where no option says anything (LoadNode::further).
std::vector<std::uint32_t> read_by_default(const Table& table);

/// What the statement around a joined load permits.
struct JoinRules {
    bool target = false;       ///< joining one related row to each row
    bool collection = false;   ///< joining several; used up by the first
    bool contains = false;     ///< contains_eager
};

/// Reads the loading options of a flattened statement and merges them with the mapping's defaults.
class LoadTreeBuilder {
public:
    /// Errors: `ArgumentError` for an option whose relationship belongs to none of the `selected` tables.
    LoadTreeBuilder(const FlatStatement& statement, std::span<const Table* const> selected);

    bool has_options() const noexcept { return !options_.empty(); }
    /// What is to be loaded for objects of this table. Errors: `ArgumentError` naming the option that cannot be.
    std::vector<LoadNode> build(const Table& table, JoinRules& rules) const;

private:
    struct Option {
        const Relationship* relationship = nullptr;
        LoadStrategy strategy = LoadStrategy::selectin;
        std::int32_t depth = 0;
        std::uint32_t source = 0;
        std::vector<Fragment> where, order;
        bool uses_sources = false;
        std::vector<std::pair<const Column*, bool>> columns;  ///< of the target: read it, or not
        std::vector<Option> children;
    };
    using Options = std::vector<const Option*>;
    using Path = std::vector<const Relationship*>;

    Option parse(std::uint32_t node) const;
    void narrow(LoadNode& node) const;
    Fragment fragment(std::uint32_t root, bool with_root) const;
    void check(const Table& table, const Options& options) const;
    static std::vector<std::uint32_t> further_columns(const Table& target, const Relationship& relationship, const Options& options);
    bool loaded(const Relationship& relationship, const Option* deciding, const Path& path) const;
    std::vector<LoadNode> resolve(const Table& table, const Options& options, Path& path, JoinRules& rules) const;

    const FlatStatement& statement_;
    std::vector<std::uint32_t> values_before_, texts_before_;
    std::vector<Option> options_;
    std::vector<EntityCriterion> criteria_;
    bool raise_all_ = false;
};

}  // namespace azoth::detail

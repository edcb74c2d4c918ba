// The load tree: options found in the statement, merged with defaults, so that cycles of defaults end.
#include "load_tree.hpp"

#include "load_statements.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/sql/criteria.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

namespace {
// The condition of a primaryjoin() is written anew each time; values and subqueries in it are not the statement's.
bool brings_values(const Relationship& relationship) {
    if (relationship.def.primaryjoin == nullptr) return false;
    Tape condition;
    relationship.def.primaryjoin(condition);
    return !condition.values().empty() || !condition.texts().empty() || !condition.sources().empty();
}

// There is no later load on access that a chained option could wait for.
[[noreturn]] void throw_leads_nowhere(const Relationship& relationship, bool raise, const std::string& next) {
    throw_argument_error((raise ? "raiseload of " : "defaultload of ") + relationship.full_name() + " leads on to " + next + ", but nothing loads " + relationship.full_name() +
                         " here: name how to load it, with selectinload for instance");
}
}  // namespace

LoadTreeBuilder::LoadTreeBuilder(const FlatStatement& statement, std::span<const Table* const> selected) : statement_(statement) {
    const auto& nodes = statement.nodes;
    bool any = false;
    for (std::uint32_t i = 0; i < statement.main_size; ++i) any = any || nodes[i].op == Op::load_option || nodes[i].op == Op::criteria;
    if (!any) return;
    std::uint32_t values = 0, texts = 0;
    for (std::uint32_t i = 0; i < statement.main_size; ++i) {
        values_before_.push_back(values);
        texts_before_.push_back(texts);
        values += nodes[i].op == Op::bind ? 1 : 0;
        texts += (nodes[i].flags & node_has_text) != 0 ? 1 : 0;
    }
    for (std::uint32_t end = statement.main_size; end > 0; end -= nodes[end - 1].size) {
        const Node& root = nodes[end - 1];
        if (root.op != Op::load_option) continue;
        if (static_cast<LoadStrategy>(root.arg) == LoadStrategy::raise_all) {
            raise_all_ = true;
        } else {
            options_.push_back(parse(end - 1));
        }
    }
    std::reverse(options_.begin(), options_.end());  // as written: the later one wins
    for (const auto& [table, root] : criteria_in(statement)) {
        EntityCriterion criterion{table, fragment(root, false), false};
        for (std::uint32_t i = criterion.predicate.begin; i < criterion.predicate.end; ++i) criterion.uses_sources = criterion.uses_sources || nodes[i].source != 0;
        criteria_.push_back(criterion);
    }
    for (const auto& option : options_) {
        if (std::find(selected.begin(), selected.end(), option.relationship->owner) != selected.end()) continue;
        throw_argument_error("a loading option names " + option.relationship->full_name() + ", but the query selects no " +
                             std::string(option.relationship->owner->type_name) + " as an entity");
    }
}

Fragment LoadTreeBuilder::fragment(std::uint32_t root, bool with_root) const {
    const std::uint32_t begin = root + 1 - statement_.nodes[root].size;
    return {begin, with_root ? root + 1 : root, values_before_[begin], texts_before_[begin]};
}

namespace {

bool reads(const LoadNode& node, const Table* table) {
    if (node.link->target == table || node.link->secondary == table) return true;
    return std::any_of(node.children.begin(), node.children.end(), [&](const LoadNode& child) { return child.joins() && reads(child, table); });
}

}  // namespace

// What the statement that loads this relationship by keys has to be told. Its own conditions may hold subqueries of any table.
void LoadTreeBuilder::narrow(LoadNode& node) const {
    for (const auto& criterion : criteria_) {
        if (node.where.empty() && !reads(node, criterion.table)) continue;
        node.entity_criteria.push_back(criterion);
        node.narrowed = node.narrowed || criterion.table == node.link->target;
        node.uses_sources = node.uses_sources || criterion.uses_sources;
    }
}

LoadTreeBuilder::Option LoadTreeBuilder::parse(std::uint32_t at) const {
    const auto& nodes = statement_.nodes;
    Option option;
    option.relationship = static_cast<const Relationship*>(nodes[at].ref);
    option.strategy = static_cast<LoadStrategy>(nodes[at].arg);
    std::uint32_t end = at;
    for (std::uint16_t i = 0; i < nodes[at].children; ++i, end -= nodes[end - 1].size) {
        const std::uint32_t child = end - 1;
        switch (nodes[child].op) {
            case Op::load_option: option.children.push_back(parse(child)); break;
            case Op::where: option.where.push_back(fragment(child, false)); break;
            case Op::order_by: option.order.push_back(fragment(child, true)); break;
            case Op::column_option: option.columns.emplace_back(static_cast<const Column*>(nodes[child].ref), nodes[child].arg != 0); break;
            case Op::ordinal: option.depth = static_cast<std::int32_t>(nodes[child].arg); break;
            case Op::from_table: option.source = nodes[child].source; break;
            default: throw_internal_error("a loading option holds a clause that is none of its own");
        }
        if (nodes[child].op == Op::load_option || nodes[child].op == Op::from_table) continue;
        for (std::uint32_t i_node = child + 1 - nodes[child].size; i_node <= child; ++i_node) option.uses_sources = option.uses_sources || nodes[i_node].source != 0;
    }
    std::reverse(option.children.begin(), option.children.end());
    std::reverse(option.where.begin(), option.where.end());
    std::reverse(option.order.begin(), option.order.end());
    std::reverse(option.columns.begin(), option.columns.end());
    return option;
}

void LoadTreeBuilder::check(const Table& table, const Options& options) const {
    for (const auto* option : options) {
        if (option->relationship->owner != &table)
            throw_argument_error("a loading option leads on to " + option->relationship->full_name() + " from a " + std::string(table.type_name));
    }
}

std::vector<std::uint32_t> read_by_default(const Table& table) {
    std::vector<std::uint32_t> further;
    for (std::uint32_t i = table.plain_columns; i < table.columns.size(); ++i) {
        if (table.columns[i].read_by_default()) further.push_back(i);
    }
    return further;
}

std::vector<std::uint32_t> LoadTreeBuilder::further_columns(const Table& target, const Relationship& relationship, const Options& options) {
    std::vector<std::uint32_t> further;
    for (std::uint32_t i = target.plain_columns; i < target.columns.size(); ++i) {
        bool read = target.columns[i].read_by_default();
        for (const auto* option : options) {
            if (option->relationship != &relationship) continue;
            for (const auto& [column, wanted] : option->columns) read = column == &target.columns[i] ? wanted : read;
        }
        if (read) further.push_back(i);
    }
    return further;
}

std::vector<LoadNode> LoadTreeBuilder::build(const Table& table, JoinRules& rules) const {
    Options mine;
    for (const auto& option : options_) {
        if (option.relationship->owner == &table) mine.push_back(&option);
    }
    Path path;
    return resolve(table, mine, path, rules);
}

bool LoadTreeBuilder::loaded(const Relationship& relationship, const Option* deciding, const Path& path) const {
    if (deciding != nullptr) return deciding->strategy != LoadStrategy::raise;
    if (raise_all_) return false;
    if (relationship.def.lazy != Lazy::selectin && relationship.def.lazy != Lazy::joined) return false;
    // Defaults of two structs may name each other: never back along the relationship just followed, never the same one twice.
    if (std::find(path.begin(), path.end(), &relationship) != path.end()) return false;
    return path.empty() || path.back()->link().inverse != &relationship;
}

std::vector<LoadNode> LoadTreeBuilder::resolve(const Table& table, const Options& options, Path& path, JoinRules& rules) const {
    check(table, options);
    std::vector<LoadNode> loads;
    for (const auto& relationship : table.relationships) {
        const Option* deciding = nullptr;
        Options further;
        for (const auto* option : options) {
            if (option->relationship != &relationship) continue;
            if (option->strategy != LoadStrategy::defaults) {
                deciding = option;
            } else if (!option->where.empty() || !option->order.empty() || option->depth != 0) {
                throw_argument_error("defaultload of " + relationship.full_name() + " takes no where(), order_by() or recursion_depth(): name how to load it, with selectinload for instance");
            }
            for (const auto& child : option->children) further.push_back(&child);
        }
        if (!loaded(relationship, deciding, path)) {
            if (!further.empty()) throw_leads_nowhere(relationship, deciding != nullptr, further.front()->relationship->full_name());
            continue;
        }
        LoadNode node;
        node.relationship = &relationship;
        if (deciding != nullptr) {
            node.strategy = deciding->strategy == LoadStrategy::subquery ? LoadStrategy::selectin : deciding->strategy;
            node.named = true;
            node.depth = deciding->depth;
            node.source = deciding->source;
            node.where = deciding->where;
            node.order = deciding->order;
            node.uses_sources = deciding->uses_sources;
        } else {
            node.strategy = relationship.def.lazy == Lazy::joined ? LoadStrategy::joined : LoadStrategy::selectin;
        }
        node.link = &relationship.link();
        node.further = further_columns(*node.link->target, relationship, options);
        node.uses_sources = node.uses_sources || brings_values(relationship);
        if (node.strategy == LoadStrategy::contains_eager && !rules.contains)
            throw_argument_error("contains_eager of " + relationship.full_name() + ": its objects are not among the query's own joins");
        if (node.strategy == LoadStrategy::contains_eager && node.link->target == &table && node.source == 0)
            throw_argument_error("contains_eager of " + relationship.full_name() + ": a table joined to itself stands under an alias; give the alias");
        if (node.strategy == LoadStrategy::joined || node.strategy == LoadStrategy::joined_inner) {
            bool allowed = node.depth == 0 && !node.uses_sources && rules.target && (!node.to_many() || rules.collection);
            if (allowed && node.to_many()) rules.collection = false;
            if (!allowed) node.strategy = LoadStrategy::selectin;
        }
        path.push_back(&relationship);
        if (node.joins()) {
            JoinRules below = rules;
            below.contains = node.strategy == LoadStrategy::contains_eager;
            node.children = resolve(*node.link->target, further, path, below);
            rules.collection = below.collection;
        } else {  // a statement of its own
            JoinRules own{true, true, false};
            node.statements = std::make_shared<LoadStatements>();
            node.children = resolve(*node.link->target, further, path, own);
        }
        // Loaded objects that were known before are completed by keys, whatever the strategy.
        if (node.statements == nullptr) node.statements = std::make_shared<LoadStatements>();
        path.pop_back();
        narrow(node);
        loads.push_back(std::move(node));
    }
    return loads;
}

}  // namespace azoth::detail

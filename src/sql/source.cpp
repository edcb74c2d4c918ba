// Sources: naming the columns of subqueries and CTEs, aliases, recursive arms.
#include <azoth/base/throw.hpp>
#include <azoth/sql/source.hpp>

#include <string>
#include <utility>
#include <vector>

namespace azoth::detail {

namespace {

struct TopLevelItem {
    const Node* root;
    const Node* expression;  // root of what is selected; null for entities
    std::string text;
};

// The items of the query that gives a compound its names: its own, or those of the first arm.
std::vector<TopLevelItem> items_of(std::span<const Node> nodes, std::span<const std::string> texts) {
    std::vector<TopLevelItem> items;
    std::vector<std::size_t> roots;
    for (std::size_t end = nodes.size(); end > 0; end -= nodes[end - 1].size) roots.push_back(end - 1);
    std::size_t text = 0;
    std::size_t begin = 0;
    for (auto root = roots.rbegin(); root != roots.rend(); ++root) {
        const Node& node = nodes[*root];
        if (node.op == Op::compound) {
            // compound(query(clauses...), query(...)): the first child's clauses are the nodes up to its own root
            const std::size_t second = *root - 1;
            const std::size_t first = second - nodes[second].size;
            return items_of(nodes.subspan(first + 1 - nodes[first].size, nodes[first].size - 1), texts.subspan(text));
        }
        std::size_t used = 0;
        for (std::size_t i = begin; i <= *root; ++i) used += (nodes[i].flags & node_has_text) != 0 ? 1 : 0;
        if (node.op == Op::item) {
            items.push_back({&node, &nodes[*root - 1], (node.flags & node_has_text) != 0 ? texts[text + used - 1] : std::string()});
        } else if (node.op == Op::item_entity) {
            items.push_back({&node, nullptr, {}});
        }
        text += used;
        begin = *root + 1;
    }
    return items;
}

void add_column(Source& source, std::string name) {
    // Names are told apart as SQLAlchemy does: id, id_1, id_2 ...
    const auto taken = [&](const std::string& candidate) {
        for (const auto& column : source.columns) {
            if (column.name == candidate) return true;
        }
        return false;
    };
    std::string unique = name;
    for (int suffix = 1; taken(unique); ++suffix) unique = name + "_" + std::to_string(suffix);
    source.columns.push_back({std::move(unique)});
}

}  // namespace

std::shared_ptr<Source> make_source(SourceKind kind, std::string name, Tape body) {
    auto source = std::make_shared<Source>();
    source->id = next_source_id();
    source->kind = kind;
    source->name = std::move(name);
    source->body = std::move(body);
    for (const auto& item : items_of(source->body.nodes(), source->body.texts())) {
        source->item_first.push_back(static_cast<std::uint32_t>(source->columns.size()));
        if (item.expression == nullptr) {
            for (const auto& column : static_cast<const Table*>(item.root->ref)->columns) add_column(*source, column.name);
        } else if (!item.text.empty()) {
            add_column(*source, item.text);
        } else if (item.root->ref != nullptr) {
            add_column(*source, static_cast<const char*>(item.root->ref));
        } else if (item.expression->op == Op::column) {
            add_column(*source, static_cast<const Column*>(item.expression->ref)->name);
        } else {
            add_column(*source, "column_" + std::to_string(source->columns.size() + 1));
        }
    }
    return source;
}

void add_recursive_arm(Source& source, Tape arm, bool all) {
    if (source.kind != SourceKind::recursive_cte) throw_argument_error("union_all() on a subquery handle adds the recursive arm of a recursive_cte(); this is none");
    if (!source.recursive.empty()) throw_argument_error("this recursive CTE has its recursive arm already");
    arm.drop_source(source.id);  // the arm refers to its own CTE by number; holding it would be a cycle
    source.recursive = std::move(arm);
    source.recursive_all = all;
}

std::shared_ptr<Source> make_alias(const Table& table, std::string name) {
    auto source = std::make_shared<Source>();
    source->id = next_source_id();
    source->kind = SourceKind::alias;
    source->name = std::move(name);
    source->table = &table;
    return source;
}

std::uint32_t source_position(const Source& source, std::size_t item, std::uint32_t column) { return source.item_first.at(item) + column; }

}  // namespace azoth::detail

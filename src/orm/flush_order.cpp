// In which order a flush writes: tables by their foreign keys, rows of a cycle by theirs.
#include "flush.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>
#include <unordered_map>

namespace azoth::detail {

namespace {

// Tarjan's strongly connected components (1972): components come out in reverse topological order of the edges child -> parent,
// that is, parents first.
class Components {
public:
    explicit Components(const std::vector<const Table*>& tables) : tables_(tables), parents_(tables.size()), index_(tables.size(), 0), low_(tables.size(), 0), on_stack_(tables.size(), false) {
        for (std::size_t i = 0; i < tables.size(); ++i) {
            for (const auto& key : tables[i]->foreign_keys) {
                for (std::size_t j = 0; j < tables.size(); ++j) {
                    if (key.refers_to(*tables[j])) parents_[i].push_back(j);
                }
            }
        }
    }
    std::vector<std::vector<const Table*>> run() {
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            if (index_[i] == 0) visit(i);
        }
        return std::move(components_);
    }

private:
    void visit(std::size_t at) {
        index_[at] = low_[at] = ++counter_;
        stack_.push_back(at);
        on_stack_[at] = true;
        for (const std::size_t parent : parents_[at]) {
            if (index_[parent] == 0) {
                visit(parent);
                low_[at] = std::min(low_[at], low_[parent]);
            } else if (on_stack_[parent]) {
                low_[at] = std::min(low_[at], index_[parent]);
            }
        }
        if (low_[at] != index_[at]) return;
        std::vector<const Table*> component;
        for (std::size_t top = stack_.size(); top > 0;) {
            --top;
            const std::size_t member = stack_[top];
            stack_.pop_back();
            on_stack_[member] = false;
            component.push_back(tables_[member]);
            if (member == at) break;
        }
        std::reverse(component.begin(), component.end());
        components_.push_back(std::move(component));
    }

    const std::vector<const Table*>& tables_;
    std::vector<std::vector<std::size_t>> parents_;
    std::vector<std::size_t> index_;
    std::vector<std::size_t> low_;
    std::vector<bool> on_stack_;
    std::vector<std::size_t> stack_;
    std::vector<std::vector<const Table*>> components_;
    std::size_t counter_ = 0;
};

}  // namespace

void Flush::sort_tables() {
    std::vector<const Table*> tables;
    const auto note = [&](const std::vector<Entity*>& entities) {
        const Table* last = nullptr;
        for (const auto* entity : entities) {
            if (entity->table == last) continue;
            last = entity->table;
            if (std::find(tables.begin(), tables.end(), last) == tables.end()) tables.push_back(last);
        }
    };
    note(inserts);
    note(updates);
    note(deletes);
    for (const auto& follow : follows) note({follow.child, follow.owner});  // what a key goes through on its way
    order = Components(tables).run();
}

std::vector<std::vector<Entity*>> Flush::levels(std::span<Entity* const> rows, bool deleting) const {
    std::unordered_map<const Entity*, std::size_t> place;
    for (std::size_t i = 0; i < rows.size(); ++i) place.emplace(rows[i], i);
    std::vector<std::vector<std::size_t>> parents(rows.size());
    const auto edge = [&](std::size_t child, const Entity* parent) {
        const auto found = place.find(parent);
        if (found != place.end() && found->second != child) parents[child].push_back(found->second);
    };
    if (!deleting) {
        for (const auto& link : state.links) {
            const auto child = place.find(link.child);
            if (child != place.end() && link.parent != nullptr && !link.relationship->def.post_update) edge(child->second, link.parent);
        }
    }
    // Foreign keys that hold a key already: the parent is found by its value.
    std::unordered_map<std::uint64_t, std::vector<const Entity*>> by_key;
    const auto append_key = [&](const Entity& entity, const std::vector<std::uint32_t>& columns, ValueBuffer& out) {
        for (const std::uint32_t index : columns) {
            const Column& column = entity.table->columns[index];
            if (deleting) {
                column.ops->append_saved(entity.saved_field(column), out);
            } else {
                column.ops->append(entity.field(column), out);
            }
        }
    };
    for (const auto* entity : rows) {
        ValueBuffer key(entity->table->primary_key.size());
        append_key(*entity, entity->table->primary_key, key);
        by_key[IdentityMap::hash(*entity->table, key.cells())].push_back(entity);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const auto& foreign : rows[i]->table->foreign_keys) {
            for (const auto& candidates : order) {
                for (const Table* table : candidates) {
                    if (!foreign.refers_to(*table)) continue;
                    const ForeignKeyTarget target = foreign.resolve(*table);
                    if (target.columns != table->primary_key) continue;
                    ValueBuffer key(foreign.columns.size());
                    append_key(*rows[i], foreign.columns, key);
                    if (std::any_of(key.cells().begin(), key.cells().end(), [](const ValueView& cell) { return cell.is_null(); })) continue;
                    const auto found = by_key.find(IdentityMap::hash(*table, key.cells()));
                    if (found == by_key.end()) continue;
                    for (const auto* parent : found->second) {
                        if (parent->table != table) continue;
                        ValueBuffer parent_key(table->primary_key.size());
                        append_key(*parent, table->primary_key, parent_key);
                        if (std::equal(key.cells().begin(), key.cells().end(), parent_key.cells().begin(), parent_key.cells().end(), same_cell)) edge(i, parent);
                    }
                }
            }
        }
    }

    // Kahn's algorithm by levels: rows whose parents are all placed.
    std::vector<std::vector<std::size_t>> children(rows.size());
    std::vector<std::size_t> waiting(rows.size(), 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const std::size_t parent : parents[i]) {
            children[parent].push_back(i);
            ++waiting[i];
        }
    }
    std::vector<std::vector<Entity*>> result;
    std::vector<std::size_t> current;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (waiting[i] == 0) current.push_back(i);
    }
    std::size_t placed = 0;
    while (!current.empty()) {
        std::vector<Entity*> level;
        std::vector<std::size_t> next;
        for (const std::size_t i : current) {
            level.push_back(rows[i]);
            for (const std::size_t child : children[i]) {
                if (--waiting[child] == 0) next.push_back(child);
            }
        }
        placed += current.size();
        std::sort(next.begin(), next.end());
        result.push_back(std::move(level));
        current = std::move(next);
    }
    if (placed != rows.size()) {
        std::string names;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string name(rows[i]->table->type_name);
            if (waiting[i] != 0 && names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + name;
        }
        throw_argument_error("objects refer to each other in a circle (" + names + ") and cannot be ordered for the flush: map one of the relationships with post_update");
    }
    if (deleting) std::reverse(result.begin(), result.end());
    return result;
}

}  // namespace azoth::detail

// Natural keys that change: the foreign keys that refer to them follow, by the database's ON UPDATE CASCADE or by this flush.
#include "flush.hpp"
#include "key_index.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace azoth::detail {

namespace {

bool changed(const Entity& entity, const Column& column) { return !column.ops->same(entity.saved_field(column), entity.field(column)); }

// Without an action the database refuses a key that leaves rows behind: azoth moves them.
bool followed_by_flush(const ForeignKey& key) { return key.on_update == ReferentialAction::no_action || key.on_update == ReferentialAction::restrict_; }

bool owns_key(const Relationship& relationship) { return relationship.link().direction == Direction::one_to_many && relationship.link().foreign_key != nullptr && !relationship.def.viewonly; }

// Other rows can refer to it, and the program can change it.
bool referred_to(const Table& table, const Column& column) {
    if (column.generated) return false;
    if (column.primary_key) return true;
    return std::any_of(table.relationships.begin(), table.relationships.end(), [&](const Relationship& relationship) {
        return owns_key(relationship) && std::find(relationship.link().local.begin(), relationship.link().local.end(), column.index) != relationship.link().local.end();
    });
}

ColumnMask changed_keys(const Entity& entity) {
    ColumnMask columns;
    for (const auto& column : entity.table->columns) {
        if (!column.generated && changed(entity, column) && referred_to(*entity.table, column)) columns.set(column.index);
    }
    return columns;
}

bool any_of(const ColumnMask& mask, const std::vector<std::uint32_t>& columns) {
    return std::any_of(columns.begin(), columns.end(), [&](std::uint32_t index) { return mask.test(index); });
}

// The rows that refer to changed keys by relationships of their owners, where nobody else moves them.
awaitable<void> load_followers(SessionState& state, const std::vector<Flush::Moved>& moved) {
    std::vector<const Table*> tables;
    for (const auto& [entity, columns] : moved) {
        if (std::find(tables.begin(), tables.end(), entity->table) == tables.end()) tables.push_back(entity->table);
    }
    for (const Table* table : tables) {
        for (const auto& relationship : table->relationships) {
            if (!owns_key(relationship) || !followed_by_flush(*relationship.link().foreign_key)) continue;
            std::vector<Entity*> owners;
            for (const auto& [entity, columns] : moved) {
                if (entity->table == table && any_of(columns, relationship.link().local) && relationship.member(entity->object)->state() != RelationState::linked) owners.push_back(entity);
            }
            if (!owners.empty()) co_await load_children(state, relationship, std::move(owners));
        }
    }
}

// One foreign key of one table, and the owners of the values that it may hold.
struct Watch {
    const ForeignKey* key;
    KeyIndex values;
    std::vector<std::uint32_t> sources;  ///< columns of the owners' table
    std::vector<Entity*> owners;         ///< by number of `values`
};

std::vector<Watch> watches_of(const Table& table, const std::vector<Flush::Moved>& moved) {
    std::vector<Watch> watches;
    for (const auto& key : table.foreign_keys) {
        std::optional<Watch> watch;
        for (const auto& [entity, columns] : moved) {
            if (!key.refers_to(*entity->table)) continue;
            if (!watch) watch.emplace(Watch{&key, KeyIndex(key.columns.size()), key.resolve(*entity->table).columns, {}});
            if (!any_of(columns, watch->sources)) continue;
            ValueBuffer value(watch->sources.size());
            for (const std::uint32_t index : watch->sources) entity->table->columns[index].ops->append_saved(entity->saved_field(entity->table->columns[index]), value);
            if (watch->values.insert(value.cells()) == watch->owners.size()) watch->owners.push_back(entity);
        }
        if (watch && !watch->owners.empty()) watches.push_back(std::move(*watch));
    }
    return watches;
}

// What the child's column holds when its owner has its new key.
void take_over(const Flush::Follow& follow, std::size_t i) {
    const Column& source = follow.owner->table->columns[follow.sources[i]];
    const Column& column = follow.child->table->columns[follow.key->columns[i]];
    Value value;
    source.ops->encode(follow.owner->field(source), value);
    column.ops->decode(follow.child->field(column), value.view(), column.name);
}

}  // namespace

bool Flush::keys_change() {
    for (auto* entity : updates) {
        const ColumnMask columns = changed_keys(*entity);
        if (columns.any()) moved.push_back({entity, columns});
    }
    return !moved.empty();
}

bool key_changes(SessionState& state) {
    bool found = false;
    state.for_each_graph([&](Graph& graph) {
        graph.for_each_table([&](const Table& table) {
            if (table.generated_column >= 0) return;
            graph.for_each(table, [&](const Entity& entity) { found = found || (entity.state == ObjectState::persistent && changed_keys(entity).any()); });
        });
    });
    return found;
}

awaitable<void> find_followers(Flush& flush) {
    std::vector<Flush::Moved> round = flush.moved;
    while (!round.empty()) {
        co_await load_followers(flush.state, round);
        round = flush.note_followers(round);
    }
}

std::vector<Flush::Moved> Flush::note_followers(const std::vector<Moved>& round) {
    std::unordered_map<const Table*, std::vector<Watch>> watches;
    std::unordered_map<const Entity*, std::size_t> place;
    std::vector<Moved> next;
    ValueBuffer value;
    state.for_each_graph([&](Graph& graph) {
        graph.for_each([&](Entity& entity) {
            if (entity.state != ObjectState::persistent || entity.table->foreign_keys.empty()) return;
            auto known = watches.find(entity.table);
            if (known == watches.end()) known = watches.emplace(entity.table, watches_of(*entity.table, round)).first;
            for (const Watch& watch : known->second) {
                value = ValueBuffer(watch.key->columns.size());
                for (const std::uint32_t index : watch.key->columns) entity.table->columns[index].ops->append_saved(entity.saved_field(entity.table->columns[index]), value);
                const std::uint32_t number = watch.values.find(value.cells());
                if (number == KeyIndex::none || !followed.insert({&entity, watch.key}).second) continue;
                const auto& own = watch.key->columns;
                const bool given = std::any_of(own.begin(), own.end(), [&](std::uint32_t index) { return changed(entity, entity.table->columns[index]); });
                follows.push_back({&entity, watch.key, watch.sources, watch.owners[number], given});
                ColumnMask columns;
                for (const std::uint32_t index : own) {
                    if (referred_to(*entity.table, entity.table->columns[index])) columns.set(index);
                }
                if (!columns.any()) continue;
                const auto [at, fresh] = place.emplace(&entity, next.size());
                if (fresh) next.push_back({&entity, {}});
                for (const std::uint32_t index : own) {
                    if (columns.test(index)) next[at->second].columns.set(index);
                }
            }
        });
    });
    return next;
}

awaitable<void> let_go(Flush& flush) {
    struct Kept {
        Entity* child;
        const Column* column;
        Value value;
    };
    std::vector<Kept> kept;
    for (const auto& follow : flush.follows) {
        if (!followed_by_flush(*follow.key)) continue;
        Entity& child = *follow.child;
        if (!child.marked_removed) flush.followers.insert(&child);
        ColumnMask columns;
        for (const std::uint32_t index : follow.key->columns) {
            const Column& column = child.table->columns[index];
            if (column.primary_key || column.ops->set_null == nullptr) continue;
            kept.push_back({&child, &column, Value()});
            column.ops->encode(child.field(column), kept.back().value);
            column.ops->set_null(child.field(column));
            columns.set(index);
        }
        if (columns.any()) flush.write_update(child, &columns);
    }
    co_await send(flush);
    for (const auto& [child, column, value] : kept) column->ops->decode(child->field(*column), value.view(), column->name);
    // Where rows of a table may refer to each other, in a tree or in a circle: all keys first, then who refers to whom.
    for (const auto& [entity, columns] : flush.moved) {
        const auto& keys = entity->table->foreign_keys;
        if (!keys.empty() && std::none_of(keys.begin(), keys.end(), [&](const ForeignKey& key) { return any_of(columns, key.columns); })) flush.write_update(*entity, &columns);
    }
    co_await send(flush);
}

void Flush::follow_keys() {
    std::vector<Entity*> renamed;  // their own keys change with the rows they refer to
    for (const auto& follow : follows) {
        if (follow.key->on_update != ReferentialAction::cascade) continue;
        if (std::none_of(follow.key->columns.begin(), follow.key->columns.end(), [&](std::uint32_t index) { return follow.child->table->columns[index].primary_key; })) continue;
        if (std::find(renamed.begin(), renamed.end(), follow.child) == renamed.end()) renamed.push_back(follow.child);
    }
    std::unordered_set<const Entity*> written(updates.begin(), updates.end());
    for (auto* child : renamed) state.map.erase(*child);
    for (const auto& follow : follows) {
        Entity& child = *follow.child;
        if (followed_by_flush(*follow.key)) {
            if (follow.given || child.marked_removed) continue;
            for (std::size_t i = 0; i < follow.sources.size(); ++i) take_over(follow, i);
            if (written.insert(&child).second) updates.push_back(&child);
        } else if (follow.key->on_update == ReferentialAction::cascade) {
            state.record_snapshot(child);
            for (std::size_t i = 0; i < follow.sources.size(); ++i) {
                const Column& column = child.table->columns[follow.key->columns[i]];
                Value given;
                if (follow.given) column.ops->encode(child.field(column), given);
                take_over(follow, i);
                child.graph->save(child, column);
                if (follow.given) column.ops->decode(child.field(column), given.view(), column.name);
            }
            if (child.table->has_computed) child.epoch = 0;
        } else {
            child.epoch = 0;  // the database gives it something else
        }
    }
    for (auto* child : renamed) state.map.insert(*child);
}

}  // namespace azoth::detail

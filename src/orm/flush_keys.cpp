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

// Whether there is a column that referred_to() says yes to.
bool has_changeable_key(const Table& table) {
    return table.generated_column < 0 || std::any_of(table.relationships.begin(), table.relationships.end(), [&](const Relationship& relationship) {
               return owns_key(relationship) && relationship.link().local != table.primary_key;
           });
}

ColumnMask changed_keys(const Entity& entity) {
    ColumnMask columns;
    for (const auto& column : entity.table->columns) {
        if (!column.generated && changed(entity, column) && referred_to(*entity.table, column)) columns.set(column.index);
    }
    return columns;
}

bool has_null(const ValueBuffer& value) {
    return std::any_of(value.cells().begin(), value.cells().end(), [](const ValueView& cell) { return cell.is_null(); });
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
                if (entity->table != table || !any_of(columns, relationship.link().local)) continue;
                if (state.expired(*entity)) entity->relations_stale = true;  // what it holds may be out of date
                if (relationship.member(entity->object)->state() != RelationState::linked || entity->relations_stale.test(relationship.index)) owners.push_back(entity);
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
            if (has_null(value)) continue;  // nothing refers to that
            if (watch->values.insert(value.cells()) == watch->owners.size()) watch->owners.push_back(entity);
        }
        if (watch && !watch->owners.empty()) watches.push_back(std::move(*watch));
    }
    return watches;
}

// Everybody in the session who refers to one of these keys: visit(Entity&, const Watch&, Entity& owner).
template <class Visit>
void each_reference(SessionState& state, const std::vector<Flush::Moved>& round, Visit visit) {
    std::unordered_map<const Table*, std::vector<Watch>> watches;
    ValueBuffer value;
    state.for_each_graph([&](Graph& graph) {
        graph.for_each([&](Entity& entity) {
            if (entity.state != ObjectState::persistent || entity.table->foreign_keys.empty()) return;
            auto known = watches.find(entity.table);
            if (known == watches.end()) known = watches.emplace(entity.table, watches_of(*entity.table, round)).first;
            for (const Watch& watch : known->second) {
                value.clear(watch.key->columns.size());
                for (const std::uint32_t index : watch.key->columns) entity.table->columns[index].ops->append_saved(entity.saved_field(entity.table->columns[index]), value);
                if (has_null(value)) continue;
                const std::uint32_t number = watch.values.find(value.cells());
                if (number != KeyIndex::none) visit(entity, watch, *watch.owners[number]);
            }
        });
    });
}

// The relationship by which an owner's children are loaded when their key follows his.
const Relationship* reads_children(const Table& owner, const ForeignKey& key) {
    if (!followed_by_flush(key)) return nullptr;
    const auto found = std::find_if(owner.relationships.begin(), owner.relationships.end(), [&](const Relationship& relationship) { return owns_key(relationship) && relationship.link().foreign_key == &key; });
    return found == owner.relationships.end() ? nullptr : &*found;
}

// The column gets what it refers to. Returns true when that is something else.
bool take_over(const Flush::Follow& follow, std::size_t i) {
    const Column& source = follow.owner->table->columns[follow.sources[i]];
    const Column& column = follow.child->table->columns[follow.key->columns[i]];
    Value wanted, present;
    source.ops->encode(follow.owner->field(source), wanted);
    column.ops->encode(follow.child->field(column), present);
    if (wanted == present) return false;
    column.ops->decode(follow.child->field(column), wanted.view(), column.name);
    return true;
}

// What the row holds when the database has cascaded: the owner's key, though the program may have given the member another.
void save_cascaded(const Flush::Follow& follow) {
    Entity& child = *follow.child;
    for (std::size_t i = 0; i < follow.sources.size(); ++i) {
        const Column& column = child.table->columns[follow.key->columns[i]];
        Value given;
        column.ops->encode(child.field(column), given);
        take_over(follow, i);
        child.graph->save(child, column);
        column.ops->decode(child.field(column), given.view(), column.name);
    }
}

// The foreign key is part of the child's own primary key.
bool refers_by_key(const Flush::Follow& follow) {
    return std::any_of(follow.key->columns.begin(), follow.key->columns.end(), [&](std::uint32_t index) { return follow.child->table->columns[index].primary_key; });
}

bool moves_members(const Flush::Follow& follow) {
    return follow.key->on_update == ReferentialAction::cascade || (followed_by_flush(*follow.key) && !follow.child->marked_removed);
}

}  // namespace

bool Flush::keys_change() {
    for (auto* entity : updates) {
        const ColumnMask columns = changed_keys(*entity);
        if (columns.any()) moved.push_back({entity, columns});
    }
    return !moved.empty();
}

bool key_changes(SessionState& state, std::span<const Table* const> tables_read) {
    std::vector<const Table*> changeable;
    state.for_each_graph([&](Graph& graph) {
        graph.for_each_table([&](const Table& table) {
            if (has_changeable_key(table)) changeable.push_back(&table);
        });
    });
    if (changeable.empty()) return false;
    // What the query reads can follow what it refers to, and that what it refers to itself.
    std::vector<const Table*> reached(tables_read.begin(), tables_read.end());
    const auto reach = [&](const Table& table) {
        if (std::find(reached.begin(), reached.end(), &table) == reached.end()) reached.push_back(&table);
    };
    for (std::size_t i = 0; i < reached.size(); ++i) {
        for (const auto& key : reached[i]->foreign_keys) {
            if (!key.by_name()) {
                reach(key.view.def->target_table());
                continue;
            }
            for (const auto* table : changeable) {
                if (key.refers_to(*table)) reach(*table);
            }
        }
    }
    bool found = false;
    state.for_each_graph([&](Graph& graph) {
        for (const auto* table : changeable) {
            if (std::find(reached.begin(), reached.end(), table) == reached.end()) continue;
            graph.for_each(*table, [&](const Entity& entity) { found = found || (entity.state == ObjectState::persistent && changed_keys(entity).any()); });
        }
    });
    return found;
}

awaitable<void> find_followers(Flush& flush) {
    std::vector<Flush::Moved> round = flush.moved;
    while (!round.empty()) {
        // Children that are out of date may belong to somebody else by now: their owners' are read again.
        each_reference(flush.state, round, [&](Entity& entity, const Watch& watch, Entity& owner) {
            if (flush.state.expired(entity) && reads_children(*owner.table, *watch.key) != nullptr) owner.relations_stale = true;
        });
        co_await load_followers(flush.state, round);
        round = flush.note_followers(round);
    }
}

std::vector<Flush::Moved> Flush::note_followers(const std::vector<Moved>& round) {
    std::unordered_map<const Entity*, std::size_t> place;
    std::vector<Moved> next;
    each_reference(state, round, [&](Entity& entity, const Watch& watch, Entity& owner) {
        // It was looked for among its owner's children, and is not there any more.
        if (state.expired(entity) && reads_children(*owner.table, *watch.key) != nullptr) return;
        if (!followed.insert({&entity, watch.key}).second) return;
        ColumnMask given, columns;
        for (const std::uint32_t index : watch.key->columns) {
            const Column& column = entity.table->columns[index];
            if (changed(entity, column)) given.set(index);
            if (referred_to(*entity.table, column)) columns.set(index);
        }
        follows.push_back({&entity, watch.key, watch.sources, &owner, given});
        if (!columns.any()) return;
        const auto [at, fresh] = place.emplace(&entity, next.size());
        if (fresh) next.push_back({&entity, {}});
        for (const std::uint32_t index : watch.key->columns) {
            if (columns.test(index)) next[at->second].columns.set(index);
        }
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
    std::vector<Entity*> released;
    std::unordered_map<const Entity*, ColumnMask> columns_of;
    for (const auto& follow : flush.follows) {
        if (!followed_by_flush(*follow.key)) continue;
        Entity& child = *follow.child;
        if (!child.marked_removed) flush.followers.insert(&child);
        for (const std::uint32_t index : follow.key->columns) {
            const Column& column = child.table->columns[index];
            if (column.primary_key || column.ops->set_null == nullptr) continue;
            ColumnMask& columns = columns_of[&child];
            if (columns.test(index)) continue;
            if (!columns.any()) released.push_back(&child);
            columns.set(index);
            kept.push_back({&child, &column, Value()});
            column.ops->encode(child.field(column), kept.back().value);
            column.ops->set_null(child.field(column));
        }
    }
    for (auto* child : released) flush.write_update(*child, &columns_of[child]);
    co_await send(flush);
    for (const auto& [child, column, value] : kept) column->ops->decode(child->field(*column), value.view(), column->name);
    // Where rows of a table may refer to each other, in a tree or in a circle: all keys first, then who refers to whom.
    // But what the database renames on the way is found by its new key only, and waits for that.
    std::unordered_set<const Entity*> renamed;
    for (const auto& follow : flush.follows) {
        if (follow.key->on_update == ReferentialAction::cascade && refers_by_key(follow)) renamed.insert(follow.child);
    }
    for (const auto& [entity, columns] : flush.moved) {
        const auto& keys = entity->table->foreign_keys;
        if (!keys.empty() && !renamed.contains(entity) && std::none_of(keys.begin(), keys.end(), [&](const ForeignKey& key) { return any_of(columns, key.columns); })) flush.write_update(*entity, &columns);
    }
    co_await send(flush);
}

void Flush::follow_keys() {
    // Owners may follow others themselves, and stand behind their children here: until nothing changes any more.
    bool again = true;
    for (std::size_t pass = 0; again && pass <= follows.size(); ++pass) {
        again = false;
        for (const auto& follow : follows) {
            if (!moves_members(follow)) continue;
            for (std::size_t i = 0; i < follow.sources.size(); ++i) {
                if (!follow.given.test(follow.key->columns[i]) && take_over(follow, i)) again = true;
            }
        }
    }
    std::unordered_set<const Entity*> written(updates.begin(), updates.end()), moving;
    std::vector<Entity*> renamed;  // their own keys change with the rows they refer to
    for (const auto& [entity, columns] : moved) moving.insert(entity);
    for (const auto& follow : follows) {
        Entity& child = *follow.child;
        if (!moves_members(follow)) {
            if (!followed_by_flush(*follow.key)) child.epoch = 0;  // the database gives it something else
            continue;
        }
        const bool fresh = moving.insert(&child).second;
        if (followed_by_flush(*follow.key)) {
            if (!written.insert(&child).second) continue;
            updates.push_back(&child);
            touch(child);
            continue;
        }
        state.record_snapshot(child);  // before its key changes: a rollback finds it by the older one
        if (refers_by_key(follow) && child.in_map) {
            state.map.erase(child);
            renamed.push_back(&child);
        }
        if (fresh && child.table->has_computed) child.epoch = 0;
    }
    for (const auto& follow : follows) {
        if (follow.key->on_update == ReferentialAction::cascade) save_cascaded(follow);
    }
    for (auto* child : renamed) state.map.insert(*child);
    // Children that a relationship gave to somebody whose key is another now.
    for (const auto& link : state.links) {
        if (link.parent == nullptr || !moving.contains(link.parent) || !in_session(*link.child) || link.child->marked_removed) continue;
        for (std::size_t i = 0; i < link.child_columns->size(); ++i) {
            const Column& source = link.parent->table->columns[(*link.parent_columns)[i]];
            const Column& column = link.child->table->columns[(*link.child_columns)[i]];
            Value value;
            source.ops->encode(link.parent->field(source), value);
            column.ops->decode(link.child->field(column), value.view(), column.name);
        }
    }
}

}  // namespace azoth::detail

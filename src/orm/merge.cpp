// merge: an object's values onto the session's entity of the same key.
#include "session_state.hpp"

#include <azoth/base/throw.hpp>

#include <string>
#include <utility>

namespace azoth::detail {

namespace {


std::vector<Value> key_of(const Table& table, const void* object) {
    std::vector<Value> key;
    for (const std::uint32_t index : table.primary_key) {
        const Column& column = table.columns[index];
        Value value;
        column.ops->encode(column.field(object), value);
        key.push_back(std::move(value));
    }
    return key;
}

bool has_key(const Table& table, const void* object) {
    for (const std::uint32_t index : table.primary_key) {
        const Column& column = table.columns[index];
        if (column.generated && column.ops->is_default(column.field(object))) return false;
    }
    return true;
}

awaitable<Entity*> merge_into(SessionCore& core, const Table& table, const void* source, std::vector<std::pair<const void*, Entity*>>& done) {
    for (const auto& [seen, entity] : done) {
        if (seen == source) co_return entity;  // a cycle in the given graph
    }
    SessionState& state = core.internals();
    std::shared_ptr<void> found;
    if (has_key(table, source)) {
        std::vector<Value> key = key_of(table, source);
        Tape options;  // a row that the session's criteria hide is still there
        if (!state.criteria.empty()) options.leaf(Op::statement_flag, nullptr, static_cast<std::uint32_t>(StatementFlag::by_identity));
        found = co_await core.get(table, std::move(key), std::move(options), false, 0);
    }
    Entity* entity = nullptr;
    if (found == nullptr) {
        // No row: a copy of the source's columns is added, its relationships follow below.
        entity = state.graph->create_loaded(table);
        for (const auto& relationship : table.relationships) {
            RelationMember& member = *relationship.member(entity->object);
            if (relationship.many()) member.link_members({});
        }
        for (const auto& column : table.columns) column.ops->copy(entity->field(column), column.field(source));
        state.make_pending(*entity);
    } else {
        entity = core.entity_of_handle(table, found);
        if (table.version_column >= 0) {
            const Column& version = table.columns[static_cast<std::size_t>(table.version_column)];
            if (!version.ops->is_default(version.field(source)) && !version.ops->equal(version.field(source), entity->field(version)))
                throw_stale_data("merge(): the version of the given " + std::string(table.type_name) + " is not the one in the database: it was changed meanwhile");
        }
        for (const auto& column : table.columns) column.ops->copy(entity->field(column), column.field(source));
    }
    done.emplace_back(source, entity);

    for (const auto& relationship : table.relationships) {
        if (!has(relationship.def.cascade, Cascade::merge) || relationship.def.viewonly) continue;
        RelationMember& from = *relationship.member(const_cast<void*>(source));
        const RelationState given = from.state();
        if (given == RelationState::unset || given == RelationState::not_loaded) continue;
        const Table& target = *relationship.link().target;
        std::vector<const void*> sources;
        if (GivenObjects* objects = from.given()) {
            for (std::size_t i = 0; i < objects->size(); ++i) sources.push_back(objects->object(i));
        } else if (relationship.many()) {
            for (const auto* member : from.members()) sources.push_back(member->object);
        } else if (from.target() != nullptr) {
            sources.push_back(from.target()->object);
        }
        std::vector<Entity*> merged;
        for (const void* related : sources) merged.push_back(co_await merge_into(core, target, related, done));
        RelationMember& to = *relationship.member(entity->object);
        if (!relationship.many()) {
            if (to.state() != RelationState::linked || to.target() != (merged.empty() ? nullptr : merged.front())) core.relation_set(to, merged.empty() ? nullptr : merged.front());
            continue;
        }
        if (to.state() == RelationState::not_loaded) {
            Tape option;
            option.leaf(Op::load_option, &relationship, static_cast<std::uint32_t>(LoadStrategy::selectin));
            std::vector<std::shared_ptr<void>> handles{entity->graph->handle(entity)};
            co_await core.load(table, std::move(handles), std::move(option));
        }
        const std::vector<Entity*> before = to.members();
        for (auto* old : before) {
            bool stays = false;
            for (auto* kept : merged) stays = stays || kept == old;
            if (!stays) core.relation_remove(to, old);
        }
        for (auto* member : merged) core.relation_add(to, member);
    }
    co_return entity;
}

awaitable<std::shared_ptr<void>> run_merge(SessionCore& core, const Table& table, std::shared_ptr<const void> source) {
    std::vector<std::pair<const void*, Entity*>> done;
    Entity* entity = co_await merge_into(core, table, source.get(), done);
    co_return entity->graph->handle(entity);
}

}  // namespace

awaitable<std::shared_ptr<void>> SessionCore::merge(const Table& table, std::shared_ptr<const void> source) {
    state_->check_usable();
    if (source == nullptr) throw_argument_error("merge(): the handle is null");
    return run_merge(*this, table, std::move(source));
}

}  // namespace azoth::detail

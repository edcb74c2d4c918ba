// Loading relationships by keys: one batch a level, at most 500 keys a statement.
#include "load.hpp"

#include "key_index.hpp"
#include "load_statements.hpp"

#include <schema/spare_object.hpp>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace azoth::detail {

namespace {

/// One relationship of one level.
class Job {
public:
    Job(SessionState& state, LoadWork work, const LoadRun& run)
        : state_(state), work_(std::move(work)), run_(run), node_(*work_.node), link_(*node_.link), keys_(link_.local.size()) {
        for (auto* owner : work_.owners) consider(*owner);
        if (node_.to_many()) {
            members_.resize(keys_.size());
        } else {
            targets_.resize(keys_.size());
        }
    }

    /// Appends the statements it needs.
    void request(std::vector<BatchItem>& items) {
        first_item_ = items.size();
        for (std::size_t begin = 0; begin < keys_.size(); begin += most_keys) {
            const std::size_t count = std::min(most_keys, keys_.size() - begin);
            const std::size_t size = padded(count);
            queries_.push_back(key_query(state_, node_, size, keys_.key(begin), *run_.original));
            items.push_back(bind(*queries_.back(), begin, count));
        }
    }

    /// Fills the relationships and appends what is to be loaded next.
    void finish(std::vector<BatchItem>& items, std::vector<LoadWork>& next) {
        for (std::size_t i = 0; i < queries_.size(); ++i) read(*queries_[i], items[first_item_ + i].rows, next);
        for (const auto& [owner, key] : waiting_) {
            if (node_.to_many()) {
                link_collection(state_, *owner, *node_.relationship, members_[key], run_.overwrite);
            } else {
                link_target(state_, *owner, *node_.relationship, targets_[key], run_.overwrite);
            }
        }
        for (const auto& child : node_.children) {
            if (child.strategy != LoadStrategy::contains_eager) add_work(next, child, known_, child.depth);
        }
        if (work_.depth == 0) return;
        std::vector<Entity*> reached = known_;
        for (auto* entity : fetched_) {
            if (known_set_.insert(entity).second) reached.push_back(entity);
        }
        add_work(next, node_, reached, work_.depth < 0 ? -1 : work_.depth - 1);
    }

private:
    void know(Entity* entity) {
        if (node_.children.empty() && work_.depth == 0) return;  // nobody asks
        if (known_set_.insert(entity).second) known_.push_back(entity);
    }

    void consider(Entity& owner) {
        const Relationship& relationship = *node_.relationship;
        RelationMember& member = *relationship.member(owner.object);
        if (!owner.saved) return;
        if (!wants_load(owner, relationship, run_.overwrite)) {  // stays as it is; what lies below may still be missing
            if (relationship.many()) {
                for (auto* entity : member.members()) know(entity);
            } else if (Entity* target = member.target()) {
                know(target);
            }
            return;
        }
        key_.clear(link_.local.size());
        bool null = false;
        for (const std::uint32_t index : link_.local) {
            const Column& column = owner.table->columns[index];
            column.ops->append_saved(owner.saved_field(column), key_);
            null = null || key_.cells().back().is_null();
        }
        if (null) {
            if (node_.to_many()) {
                link_collection(state_, owner, relationship, {}, run_.overwrite);
            } else {
                link_target(state_, owner, relationship, nullptr, run_.overwrite);
            }
            return;
        }
        if (!node_.to_many() && link_.remote_is_primary_key && node_.where.empty() && !node_.narrowed && !run_.overwrite) {
            Entity* target = state_.map.find(*link_.target, key_.cells());
            if (target != nullptr && !state_.expired(*target) && target->state != ObjectState::deleted) {
                link_target(state_, owner, relationship, target, false);
                know(target);
                return;
            }
        }
        waiting_.emplace_back(&owner, keys_.insert(key_.cells()));
        if (homes_.size() < keys_.size()) homes_.push_back(owner.graph);
        if (owner.graph == state_.graph.get()) homes_[waiting_.back().second] = owner.graph;
    }

    BatchItem bind(const EntityQuery& query, std::size_t begin, std::size_t count) const {
        const std::size_t width = link_.local.size();
        const auto& parameters = query.statement->parameters;
        const auto& values = query.values.empty() ? run_.original->values : query.values;
        BatchItem item;
        item.statement = query.statement;
        item.parameters = ValueBuffer(parameters.size());
        item.parameters.reserve_rows(1);
        for (const std::uint32_t parameter : parameters) {
            if (parameter < query.keys) {
                const std::size_t key = std::min(parameter / width, count - 1);
                item.parameters.append(keys_.key(begin + key)[parameter % width]);
            } else {
                item.parameters.append(query.statement->value(parameter, values, query.keys));
            }
        }
        return item;
    }

    std::uint32_t number_of(const EntityQuery& query, std::span<const ValueView> cells, const Entity* entity) {
        const auto [holder, columns, beside] = key_holder(*node_.relationship);
        key_.clear(columns.size());
        for (std::size_t k = 0; k < columns.size(); ++k) key_.append(cells[beside ? query.key_column + k : columns[k]]);
        const std::uint32_t number = keys_.find(key_.cells());
        if (number != KeyIndex::none || entity == nullptr) return number;
        // The database spells some types its own way (a UUID as text): compare as the members hold them.
        key_.clear(columns.size());
        if (beside && row_beside_ == nullptr) row_beside_ = std::make_unique<SpareObject>(holder.entity);
        for (std::size_t k = 0; k < columns.size(); ++k) {
            const Column& column = holder.columns[columns[k]];
            if (beside) {
                column.ops->decode(column.field(row_beside_->object()), cells[query.key_column + k], column.name);
                column.ops->append(column.field(row_beside_->object()), key_);
            } else {
                column.ops->append_saved(entity->saved_field(column), key_);
            }
        }
        return keys_.find(key_.cells());
    }

    // New entities lie where their owner lies. Rows of different owners may be mixed, so the owner's graph is looked up row by row.
    void read(const EntityQuery& query, const ValueBuffer& rows, std::vector<LoadWork>& next) {
        ReadHow how;
        how.overwrite = run_.overwrite;
        const std::size_t slots = query.slots.size();
        how.into = homes_.empty() || homes_.front() == state_.graph.get() ? nullptr : homes_.front();
        if (how.into != nullptr && std::any_of(homes_.begin(), homes_.end(), [&](const Graph* home) { return home != homes_.front(); })) how.into = nullptr;
        const auto entities = read_entities(state_, query, rows, how);
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            Entity* entity = entities[row * slots];
            if (entity == nullptr) continue;
            const std::uint32_t number = number_of(query, rows.row(row), entity);
            if (number == KeyIndex::none) continue;
            if (!node_.to_many()) {
                targets_[number] = entity;
            } else if (auto& members = members_[number]; members.empty() || members.back() != entity) {
                if (!query.repeats || std::find(members.begin(), members.end(), entity) == members.end()) members.push_back(entity);
            }
            if (work_.depth != 0) fetched_.push_back(entity);
        }
        for (auto& work : work_after(query, entities)) add_work(next, *work.node, work.owners, work.depth);
    }

    SessionState& state_;
    LoadWork work_;
    const LoadRun& run_;
    const LoadNode& node_;
    const RelationshipLink& link_;
    KeyIndex keys_;
    ValueBuffer key_;
    std::vector<std::pair<Entity*, std::uint32_t>> waiting_;
    std::vector<Graph*> homes_;                        // by key
    std::vector<std::vector<Entity*>> members_;        // by key
    std::vector<Entity*> targets_;                     // by key
    std::unique_ptr<SpareObject> row_beside_;          // of the key holder
    std::vector<Entity*> known_;
    std::unordered_set<Entity*> known_set_;
    std::vector<Entity*> fetched_;
    std::vector<std::shared_ptr<const EntityQuery>> queries_;
    std::size_t first_item_ = 0;
};

}  // namespace

void add_work(std::vector<LoadWork>& work, const LoadNode& node, const std::vector<Entity*>& owners, std::int32_t depth) {
    if (owners.empty()) return;
    for (auto& known : work) {
        if (known.node != &node || known.depth != depth) continue;
        std::unordered_set<Entity*> seen(known.owners.begin(), known.owners.end());
        for (auto* owner : owners) {
            if (seen.insert(owner).second) known.owners.push_back(owner);
        }
        return;
    }
    work.push_back({&node, owners, depth});
}

std::vector<LoadWork> work_after(const EntityQuery& query, const std::vector<Entity*>& entities) {
    std::vector<LoadWork> work;
    if (query.further.empty()) return work;
    const std::size_t slots = query.slots.size();
    std::vector<std::vector<Entity*>> distinct(slots);
    for (const auto& [slot, node] : query.further) {
        auto& owners = distinct[slot];
        if (owners.empty()) {
            std::unordered_set<Entity*> seen;
            for (std::size_t i = slot; i < entities.size(); i += slots) {
                if (entities[i] != nullptr && seen.insert(entities[i]).second) owners.push_back(entities[i]);
            }
        }
        add_work(work, *node, owners, node->depth);
    }
    return work;
}

BatchItem bind_query(const EntityQuery& query, const FlatStatement& original) {
    const auto& parameters = query.statement->parameters;
    BatchItem item;
    item.statement = query.statement;
    item.parameters = ValueBuffer(parameters.size());
    item.parameters.reserve_rows(1);
    for (const std::uint32_t parameter : parameters) item.parameters.append(query.statement->value(parameter, original.values));
    return item;
}

awaitable<void> load_related(SessionState& state, std::vector<LoadWork> work, LoadRun run) {
    std::unordered_map<const LoadNode*, std::unordered_set<Entity*>> visited;  // of recursive loads: cycles in the data end here
    while (!work.empty()) {
        Batch batch;
        std::vector<Job> jobs;
        jobs.reserve(work.size());
        for (auto& one : work) {
            if (one.depth != 0) {
                auto& seen = visited[one.node];
                std::erase_if(one.owners, [&](Entity* owner) { return !seen.insert(owner).second; });
                if (one.owners.empty()) continue;
            }
            jobs.emplace_back(state, std::move(one), run);
            jobs.back().request(batch.items);
        }
        if (!batch.items.empty()) {
            if (run.sent != nullptr) *run.sent = true;
            if (!state.connection->try_run(batch, run.options)) batch = co_await state.connection->run(std::move(batch), run.options);
        }
        std::vector<LoadWork> next;
        for (auto& job : jobs) job.finish(batch.items, next);
        work = std::move(next);
    }
}

}  // namespace azoth::detail

// Relationship::link(): both ends of a relationship, resolved when first asked for.
#include <azoth/schema/table_of.hpp>

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace azoth {

namespace {

/// A struct is reached through a foreign key of the owner even where nothing else in the program uses it.
const Table& (*target_function(const Relationship& relationship))() {
    for (const auto& key : relationship.owner->foreign_keys) {
        if (!key.by_name() && key.view.def->target.owner == relationship.def.target_type)
            return key.view.def->target_table;
    }
    return nullptr;
}

/// The pairs in the order of the target's primary key, if they are exactly that.
bool order_as_primary_key(const Table& target, RelationshipLink& link) {
    if (link.remote.size() != target.primary_key.size()) return false;
    std::vector<std::uint32_t> local;
    for (const auto index : target.primary_key) {
        const auto at = std::find(link.remote.begin(), link.remote.end(), index);
        if (at == link.remote.end()) return false;
        local.push_back(link.local[static_cast<std::size_t>(at - link.remote.begin())]);
    }
    link.local = std::move(local);
    link.remote = target.primary_key;
    return true;
}

/// ": Post.author_id, Post.editor_id", the keys that an ambiguous relationship could follow.
std::string candidates(const Table& owner, const detail::RelationshipDef& def, const Table& target,
                       Direction direction) {
    const bool forward = direction == Direction::many_to_one;
    const Table& from = forward ? owner : target;
    std::string text;
    for (const auto& key : from.foreign_keys) {
        if (!key.refers_to(forward ? target : owner)) continue;
        if (def.via.size != 0 && !detail::via_matches(def.via, key.view)) continue;
        text += text.empty() ? ": " : ", ";
        for (std::size_t i = 0; i < key.columns.size(); ++i) {
            if (i != 0) text += '+';
            text.append(from.type_name).append(".").append(from.columns[key.columns[i]].member);
        }
    }
    return text;
}

}  // namespace

const RelationshipLink& detail::LinkCache::publish(std::unique_ptr<const RelationshipLink> link) noexcept {
    const RelationshipLink* expected = nullptr;
    if (link_.compare_exchange_strong(expected, link.get(), std::memory_order_acq_rel, std::memory_order_acquire))
        return *link.release();
    return *expected;
}

std::string Relationship::full_name() const { return std::string(owner->type_name) + "." + std::string(def.name); }

bool Relationship::target_known() const noexcept { return def.target->filled() || target_function(*this) != nullptr; }

const Table& Relationship::target() const {
    if (!def.target->filled()) {
        if (const auto function = target_function(*this)) return function();
    }
    return table_in(*def.target, "target");
}

const Table& Relationship::table_in(const detail::TableSlot& slot, const char* role) const {
    if (!slot.filled()) {
        detail::throw_argument_error(full_name() + ": nothing in this program uses its " + role + ", " +
                                     std::string(slot.type_name) +
                                     ", as a mapped struct; list it in metadata<...>()");
    }
    return slot.table();
}

const RelationshipLink& Relationship::resolve() const {
    const Table& other = target();
    const Table* between = def.has_secondary() ? &table_in(*def.secondary, "secondary table") : nullptr;
    const detail::TableShape& shape = between != nullptr ? between->shape : owner->shape;
    detail::Ends ends;
    if (const auto finding = detail::find_ends(owner->shape, def, other.shape, shape, ends)) {
        auto text = detail::describe(finding);
        if (finding.problem == detail::Problem::several_foreign_keys && between == nullptr)
            text += candidates(*owner, def, other, ends.direction);
        detail::throw_argument_error(std::move(text));
    }
    std::uint32_t inverse = detail::no_inverse;
    if (const auto finding = detail::find_inverse(owner->shape, def, other.shape, shape, ends, inverse))
        detail::throw_argument_error(detail::describe(finding));

    auto link = std::make_unique<RelationshipLink>();
    link->target = &other;
    link->direction = ends.direction;
    if (between != nullptr) {
        const ForeignKey& near = between->foreign_keys[ends.key_index];
        const ForeignKey& far = between->foreign_keys[ends.far_index];
        link->secondary = between;
        link->near = near.columns;
        link->local = near.resolve(*owner).columns;
        link->far = far.columns;
        link->remote = far.resolve(other).columns;
    } else if (def.primaryjoin != nullptr) {
        link->local = owner->primary_key;  // rows of the target are found beside their owner's key
    } else {
        const bool many_to_one = ends.direction == Direction::many_to_one;
        const Table& holder = many_to_one ? *owner : other;
        const ForeignKey& key = holder.foreign_keys[ends.key_index];
        link->foreign_key = &key;
        link->local = key.columns;
        link->remote = key.resolve(many_to_one ? other : *owner).columns;
        if (!many_to_one) std::swap(link->local, link->remote);
        if (many_to_one) link->remote_is_primary_key = order_as_primary_key(other, *link);
    }
    if (inverse != detail::no_inverse) link->inverse = &other.relationships[inverse];
    for (std::size_t i = 0; i < def.order_count; ++i) {
        link->order_by.emplace_back(other.column(def.order_by[i].member).index, def.order_by[i].descending);
    }
    return cache.publish(std::move(link));
}

}  // namespace azoth

// Associations: one entry a pair of objects, whichever side the change was made on.
#include "associations.hpp"

#include <functional>

namespace azoth::detail {

namespace {

Association pair_of(const Relationship& relationship, Entity& owner, Entity& target) {
    const Relationship* inverse = relationship.link().inverse;
    if (inverse != nullptr && std::less<>()(inverse, &relationship)) return {inverse, &target, &owner, false, &owner};
    return {&relationship, &owner, &target, false, &owner};
}

}  // namespace

std::size_t Associations::Hash::operator()(const Association& pair) const noexcept {
    const std::hash<const void*> hash;
    return (hash(pair.owner) * 31 + hash(pair.target)) * 31 + hash(pair.relationship);
}

void Associations::note(const Relationship& relationship, Entity& owner, Entity& target, bool added) {
    Association change = pair_of(relationship, owner, target);
    change.added = added;
    const auto [place, fresh] = places_.try_emplace(change, all_.size());
    if (fresh) {
        all_.push_back(change);
    } else if (all_[place->second].added != added) {
        erase(place->second);
    }
}

const Association* Associations::find(const Relationship& relationship, Entity& owner, Entity& target) const {
    if (all_.empty()) return nullptr;
    const auto place = places_.find(pair_of(relationship, owner, target));
    return place == places_.end() ? nullptr : &all_[place->second];
}

void Associations::forget(const Entity& entity) {
    for (std::size_t i = all_.size(); i-- > 0;) {
        if (all_[i].concerns(&entity)) erase(i);
    }
}

void Associations::clear() noexcept {
    all_.clear();
    places_.clear();
}

void Associations::erase(std::size_t position) {
    places_.erase(all_[position]);
    if (position + 1 != all_.size()) {
        all_[position] = all_.back();
        places_[all_[position]] = position;
    }
    all_.pop_back();
}

}  // namespace azoth::detail

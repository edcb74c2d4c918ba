// Changes of many-to-many collections that no flush has written yet: which rows of which secondary table come and go.
#pragma once

#include <azoth/orm/graph.hpp>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace azoth::detail {

/// "A row of the secondary table joins these two" (or no longer does). Both sides of back_populates speak of one row: `relationship` is
/// whichever of the two stands for both, and `owner` lies on its side.
struct Association {
    const Relationship* relationship = nullptr;
    Entity* owner = nullptr;
    Entity* target = nullptr;
    bool added = false;
    const Entity* changed = nullptr;  ///< whose collection the program changed

    bool concerns(const Entity* entity) const noexcept { return owner == entity || target == entity; }
};

class Associations {
public:
    /// What is taken back leaves nothing to write: added and removed again, removed and added again.
    void note(const Relationship& relationship, Entity& owner, Entity& target, bool added);
    /// The change that waits for this pair; null without one.
    const Association* find(const Relationship& relationship, Entity& owner, Entity& target) const;
    /// Forgets what concerns an object that leaves the session.
    void forget(const Entity& entity);
    void clear() noexcept;

    bool empty() const noexcept { return all_.empty(); }
    auto begin() const noexcept { return all_.begin(); }
    auto end() const noexcept { return all_.end(); }

private:
    struct Hash {
        std::size_t operator()(const Association& pair) const noexcept;
    };
    struct SamePair {
        bool operator()(const Association& a, const Association& b) const noexcept {
            return a.relationship == b.relationship && a.owner == b.owner && a.target == b.target;
        }
    };
    void erase(std::size_t position);

    std::vector<Association> all_;  // in no order that matters: rows of one table
    std::unordered_map<Association, std::size_t, Hash, SamePair> places_;
};

}  // namespace azoth::detail

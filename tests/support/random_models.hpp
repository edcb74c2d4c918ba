// What random sessions work on: owners with things (cascades), memos (none) and marks (many-to-many, by a key that changes and cascades),
// a tree, and one whose keys change without the database's help. Every object has a label of its own, by which a plain model in memory
// knows it.
#pragma once

#include <azoth/azoth.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace play {

struct Thing;
struct Memo;
struct Mark;
struct OwnerMark;

struct Owner {
    std::int64_t id{};
    std::string label{};
    std::int32_t points{};
    azoth::many<Thing> things{};
    azoth::many<Memo> memos{};
    azoth::many<Mark> marks{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("owners", column<&Owner::id>(primary_key), column<&Owner::label>(length(20)), column<&Owner::points>(),
                     relationship<&Owner::things>(cascade(save_update | azoth::merge | remove | delete_orphan)), relationship<&Owner::memos>(),
                     relationship<&Owner::marks>(secondary<OwnerMark>()));
    }
};

struct Thing {
    std::int64_t id{};
    std::string label{};
    std::int64_t owner_id{};
    azoth::one<Owner> owner{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("things", column<&Thing::id>(primary_key), column<&Thing::label>(length(20)), column<&Thing::owner_id>(foreign_key<&Owner::id>()),
                     relationship<&Thing::owner>(back_populates<&Owner::things>()));
    }
};

struct Memo {
    std::int64_t id{};
    std::string label{};
    std::optional<std::int64_t> owner_id{};
    azoth::one<Owner> owner{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("memos", column<&Memo::id>(primary_key), column<&Memo::label>(length(20)), column<&Memo::owner_id>(foreign_key<&Owner::id>()),
                     relationship<&Memo::owner>(back_populates<&Owner::memos>()));
    }
};

struct Mark {
    std::string code{};
    std::string label{};
    azoth::many<Owner> owners{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("marks", column<&Mark::code>(length(20), primary_key), column<&Mark::label>(length(20)),
                     relationship<&Mark::owners>(secondary<OwnerMark>(), back_populates<&Owner::marks>()));
    }
};

struct OwnerMark {
    std::int64_t owner_id{};
    std::string mark_code{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("owner_marks", column<&OwnerMark::owner_id>(primary_key, foreign_key<&Owner::id>()),
                     column<&OwnerMark::mark_code>(length(20), primary_key, foreign_key<&Mark::code>(on_update::cascade)));
    }
};

struct Node {
    std::int64_t id{};
    std::string label{};
    std::optional<std::int64_t> parent_id{};
    azoth::one<Node> parent{};
    azoth::many<Node> children{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("nodes", column<&Node::id>(primary_key), column<&Node::label>(length(20)), column<&Node::parent_id>(foreign_key<&Node::id>()),
                     relationship<&Node::parent>(back_populates<&Node::children>()), relationship<&Node::children>());
    }
};

struct Shelf {
    std::int32_t number{};
    std::string label{};
    std::optional<std::int32_t> below{};
    azoth::one<Shelf> parent{};
    azoth::many<Shelf> shelves{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("shelves", column<&Shelf::number>(primary_key, no_generated_key), column<&Shelf::label>(length(20)), column<&Shelf::below>(foreign_key<&Shelf::number>()),
                     relationship<&Shelf::parent>(back_populates<&Shelf::shelves>()), relationship<&Shelf::shelves>());
    }
};

inline const azoth::Metadata model = azoth::metadata<Owner, Thing, Memo, Mark, OwnerMark, Node, Shelf>();
static_assert(azoth::check<Owner, Thing, Memo, Mark, OwnerMark, Node, Shelf>());

using Name = std::string;

/// What must be true: who there is, by label, and who belongs to whom.
struct World {
    std::map<Name, int> owners;                         // points
    std::map<Name, std::optional<Name>> things;        // without an owner: an orphan, gone with the next flush
    std::map<Name, std::optional<Name>> memos;
    std::map<Name, std::optional<Name>> nodes;         // parent
    std::map<Name, std::optional<Name>> shelves;       // parent
    std::set<Name> marks;
    std::set<std::pair<Name, Name>> pairs;             // owner, mark
    std::set<Name> removed;                             // marked; they go with the next flush, and what follows from them

    void flush() {
        for (const auto& label : removed) {
            std::erase_if(things, [&](const auto& thing) { return thing.first == label || thing.second == label; });
            for (auto& [memo, owner] : memos) owner = owner == label ? std::nullopt : owner;
            for (auto& [node, parent] : nodes) parent = parent == label ? std::nullopt : parent;
            for (auto& [shelf, parent] : shelves) parent = parent == label ? std::nullopt : parent;
            std::erase_if(pairs, [&](const auto& pair) { return pair.first == label || pair.second == label; });
            owners.erase(label);
            memos.erase(label);
            nodes.erase(label);
            shelves.erase(label);
            marks.erase(label);
        }
        std::erase_if(things, [](const auto& thing) { return !thing.second; });
        removed.clear();
    }
    bool in_circle(const Name& shelf) const {
        std::set<Name> seen;
        for (std::optional<Name> at = shelves.at(shelf); at && seen.insert(*at).second; at = shelves.at(*at)) {
            if (*at == shelf) return true;
        }
        return false;
    }
    bool below(const Name& node, const Name& top) const {
        for (std::optional<Name> at = node; at; at = nodes.at(*at)) {
            if (*at == top) return true;
        }
        return false;
    }
};

}  // namespace play

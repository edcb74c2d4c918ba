// RelationMember: what one<T> and many<T> have in common; holds no type, so the far end of a relationship may be incomplete.
#pragma once

#include <azoth/schema/definition.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

namespace azoth {

struct Relationship;
struct Table;

namespace detail {

struct Entity;

/// Objects given to a relationship of a struct that lies in no graph yet: `User{.posts = {Post{...}}}`.
class GivenObjects {
public:
    virtual ~GivenObjects() = default;
    virtual GivenObjects* clone() const = 0;             ///< copies the values
    virtual const Table& table() const = 0;
    virtual std::size_t size() const noexcept = 0;
    virtual void* object(std::size_t index) const noexcept = 0;
    virtual std::shared_ptr<void> share(std::size_t index) const = 0;
    /// True when nobody else holds the object: it may be moved from.
    virtual bool exclusive(std::size_t index) const noexcept = 0;
    /// True when the object is referred to by address only: it must be an entity of the session already.
    virtual bool by_address(std::size_t index) const noexcept = 0;
    virtual class Graph* graph(std::size_t index) const noexcept = 0;
};

/// Who is in a collection: shared with iterators, copied when changed while they look.
struct Membership {
    std::uint32_t references = 1;
    std::vector<Entity*> entities;
    std::unordered_set<const Entity*> index;  ///< of a large collection that is being added to: the same entities, or empty

    static void acquire(Membership* membership) noexcept { ++membership->references; }
    static void release(Membership* membership) noexcept {
        if (--membership->references == 0) delete membership;
    }
};

enum class RelationState : std::uint8_t {
    unset,       ///< freshly constructed
    given,       ///< holds objects by value or handle; lies in no graph
    linked,      ///< points into the graph
    not_loaded,  ///< the database knows; reads throw
};

/// Base of one<T> and many<T>.
class RelationMember {
public:
    RelationMember() = default;
    RelationMember(const RelationMember& other);
    RelationMember(RelationMember&& other) noexcept;
    RelationMember& operator=(const RelationMember& other);
    RelationMember& operator=(RelationMember&& other);
    ~RelationMember() { reset(); }

    /// False for a relationship that came from the database without it.
    bool is_loaded() const noexcept { return state_ != RelationState::not_loaded; }

    // ---- for the session
    RelationState state() const noexcept { return state_; }
    Entity* owner() const noexcept { return owner_; }
    const Relationship& relationship() const;  ///< only in a graph
    void attach(Entity* owner, std::uint16_t index) noexcept {
        owner_ = owner;
        index_ = index;
    }
    void detach() noexcept;
    GivenObjects* given() const noexcept { return state_ == RelationState::given ? static_cast<GivenObjects*>(payload_) : nullptr; }
    std::unique_ptr<GivenObjects> take_given() noexcept;
    void give(std::unique_ptr<GivenObjects> objects) noexcept;

    Entity* target() const noexcept { return state_ == RelationState::linked ? static_cast<Entity*>(payload_) : nullptr; }     ///< one<>
    void link(Entity* target) noexcept;                                                                                    ///< one<>
    const std::vector<Entity*>& members() const noexcept;                                                                  ///< many<>: linked members, or queued while not loaded
    /// Puts an entity at the end. Returns false when it was there already. Amortised constant time.
    bool insert_member(Entity* entity);                                                                                    ///< many<>
    Membership& writable();                                                                                                ///< many<>
    void link_members(std::vector<Entity*> members);                                                                       ///< many<>
    void set_not_loaded() noexcept;
    bool queued() const noexcept { return state_ == RelationState::not_loaded && payload_ != nullptr; }
    std::vector<Entity*>* queued_removals() noexcept;

protected:
    /// Reading what is not loaded. Errors: `NotLoadedError` naming relationship and option.
    [[noreturn]] void throw_not_loaded() const;
    void check_readable() const {
        if (state_ == RelationState::not_loaded) throw_not_loaded();
    }
    std::size_t size() const;
    void* object_at(std::size_t index) const;
    std::shared_ptr<void> share_at(std::size_t index) const;
    Membership* pin() const;

    // Changes, carried out by the session that owns the graph. Errors: `DetachedInstanceError` without one.
    void set_one(const Table& table, std::shared_ptr<void> target);              ///< a handle; null = none
    void set_one_by_address(const Table& table, void* target);
    std::shared_ptr<void> add_value(const Table& table, void* value);            ///< moves in
    void add_handle(const Table& table, std::shared_ptr<void> handle);
    void add_by_address(const Table& table, void* target);
    void remove_by_address(const Table& table, const void* target);
    bool contains_address(const void* target) const;
    void clear_members();
    void reorder(const std::vector<std::size_t>& order);

    Entity* owner_ = nullptr;
    void* payload_ = nullptr;   ///< given: GivenObjects; one linked: Entity; many: Membership
    std::uint16_t index_ = 0;
    RelationState state_ = RelationState::unset;
    bool many_ = false;

private:
    void reset() noexcept;
    void check_changeable() const;
    RelationMember& assign_linked(const RelationMember& other);
    static bool explicit_none(const RelationMember& member) noexcept;
};

/// Errors: `ArgumentError`: an empty one<> was dereferenced.
[[noreturn]] void throw_null_relation(const RelationMember& relation);
/// Errors: `ArgumentError`: a null handle was added to a many<>.
[[noreturn]] void throw_null_handle(const RelationMember& relation);
/// Errors: `ArgumentError`: an index past the end of a many<>.
[[noreturn]] void throw_index(const RelationMember& relation, std::size_t index, std::size_t size);

}  // namespace detail
}  // namespace azoth

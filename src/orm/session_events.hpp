// A session's observers, and what they are yet to be told. Exists only when somebody observes.
#pragma once

#include <azoth/orm/session_events.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace azoth::detail {

struct SessionState;

/// Changes of state are noted where they happen, in the middle of an operation, and told when it is at a rest.
class SessionEvents {
public:
    explicit SessionEvents(SessionCore& core) noexcept : session_(core) {}

    void add(std::shared_ptr<SessionObserver> observer) { observers_.push_back(std::move(observer)); }

    void note_state(const Entity& entity, ObjectState to);
    void note_loaded(const Entity& entity);
    /// Tells what was noted.
    void tell_noted() noexcept;

    /// Hooks that may refuse: what they throw leaves here.
    void before_flush();
    void after_flush(const FlushReport& report);
    void before_commit();

    void n_plus_one(const NPlusOneEvent& event) noexcept;
    void after_begin() noexcept;
    void after_commit() noexcept;
    void after_rollback(bool savepoint) noexcept;

private:
    struct Noted {
        AnyObject object;
        ObjectState from;
        ObjectState to;
        bool loaded;
    };
    template <class Call>
    void tell(const Call& call) noexcept;

    SessionObjects session_;
    std::vector<std::shared_ptr<SessionObserver>> observers_;
    std::vector<Noted> noted_;
};

enum class RowChange : std::uint8_t { insert, update, remove };
/// Of an UPDATE the columns in which the row and the members differ; else all, with NULL on the side that has no row.
std::vector<ColumnChange> changes_of(const Entity& entity, RowChange change);

/// A handle with its table.
AnyObject object_of(const Entity& entity);

}  // namespace azoth::detail

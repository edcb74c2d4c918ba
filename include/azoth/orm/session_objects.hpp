// SessionObjects: what can be done with a session's objects without I/O; the part of a session that hooks are given.
#pragma once

#include <azoth/orm/any_object.hpp>
#include <azoth/orm/session_core.hpp>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

/// The objects of a session. Nothing here does I/O. Thread safety: none.
class SessionObjects {
public:
    explicit SessionObjects(detail::SessionCore& core) noexcept : core_(&core) {}
    SessionObjects(const SessionObjects&) = delete;
    SessionObjects& operator=(const SessionObjects&) = delete;
    ~SessionObjects() = default;

    /// Moves an object in; it is inserted at the next flush. What lies in its relationships comes along. Returns its handle.
    template <class T>
        requires(!std::is_lvalue_reference_v<T> && !std::is_const_v<T>)
    std::shared_ptr<T> add(T&& value) {
        return std::static_pointer_cast<T>(core_->add_value(detail::table_of<T>(), &value));
    }
    // Not `= delete`, which gives no reason.
    template <class T>
    std::shared_ptr<T> add(const T&) {
        static_assert(sizeof(T) == 0, "azoth: session.add() of an object you keep: move it in with std::move, or pass a handle; a copy would not be the object you hold");
        return nullptr;
    }
    template <class T>
    std::shared_ptr<T> add(T&) {
        static_assert(sizeof(T) == 0, "azoth: session.add() of an object you keep: move it in with std::move, or pass a handle; a copy would not be the object you hold");
        return nullptr;
    }
    /// Takes a handle: one of this session's, or any shared object that lies in no session. Errors: `ArgumentError` for another session's entity.
    template <class T>
    std::shared_ptr<T> add(const std::shared_ptr<T>& handle) {
        return std::static_pointer_cast<T>(core_->add_handle(detail::table_of<T>(), handle));
    }
    template <class T>
    std::shared_ptr<T> add(std::shared_ptr<T>& handle) {
        return add(std::as_const(handle));
    }
    template <class T>
    std::shared_ptr<T> add(std::shared_ptr<T>&& handle) {
        return add(std::as_const(handle));
    }
    /// Moves several objects in (or copies them from an lvalue). Returns their handles in order.
    template <class T>
    std::vector<std::shared_ptr<T>> add_all(std::vector<T> values) {
        std::vector<std::shared_ptr<T>> handles;
        handles.reserve(values.size());
        for (auto& value : values) handles.push_back(add(std::move(value)));
        return handles;
    }
    template <class T>
    void add_all(const std::vector<std::shared_ptr<T>>& handles) {
        for (const auto& handle : handles) add(handle);
    }
    /// Marks the entity; its row is deleted at the next flush, with what the cascades of its relationships name.
    template <class T>
    void remove(const std::shared_ptr<T>& handle) {
        core_->remove(detail::table_of<T>(), handle);
    }
    /// Lets go of an entity: pending becomes transient, persistent becomes detached.
    template <class T>
    void expunge(const std::shared_ptr<T>& handle) {
        core_->expunge(detail::table_of<T>(), handle);
    }
    /// Lets go of everything; memory is given back with the last handle.
    void expunge_all() { core_->expunge_all(); }
    /// The next query or get() that meets the entity rereads it.
    template <class T>
    void expire(const std::shared_ptr<T>& handle) {
        core_->expire(detail::table_of<T>(), handle);
    }
    void expire_all() { core_->expire_all(); }

    template <class T>
    bool contains(const std::shared_ptr<T>& handle) const {
        return core_->contains(detail::table_of<T>(), handle.get());
    }
    /// Would a flush write it?
    template <class T>
    bool is_modified(const std::shared_ptr<T>& handle) const {
        return core_->is_modified(detail::table_of<T>(), handle.get());
    }
    template <class T>
    ObjectState state(const std::shared_ptr<T>& handle) const {
        return core_->state(detail::table_of<T>(), handle);
    }
    /// Added and not flushed, in the order of add().
    std::vector<AnyObject> new_objects() const { return core_->new_objects(); }
    /// Persistent, with a member that differs from the row.
    std::vector<AnyObject> dirty() const { return core_->dirty(); }
    /// Marked by remove() and not flushed.
    std::vector<AnyObject> deleted() const { return core_->deleted(); }

    /// What a member was and is.
    template <class V>
    struct History {
        V old_value;
        V value;
        bool changed;
    };
    template <auto M>
    History<detail::member_type_t<M>> history(const std::shared_ptr<detail::member_owner_t<M>>& handle) const {
        History<detail::member_type_t<M>> result{{}, (*handle).*M, false};
        result.changed = core_->history(detail::table_of<detail::member_owner_t<M>>(), handle.get(), detail::column_of<M>(), &result.old_value);
        return result;
    }
    /// What the next flush would write, as far as it is known before: of a persistent object the columns that differ from its row, of a
    /// pending one all, with NULL for what they were; of one that remove() marked all, with NULL for what they will be. A foreign key that
    /// follows a relationship is set by the flush itself. Errors: `ArgumentError` for an object that is not in the session.
    std::vector<ColumnChange> changed_columns(const AnyObject& object) const { return core_->changed_columns(object.table(), object.handle().get()); }
    /// Writes the column at the next flush even if it looks unchanged or unset.
    template <auto M>
    void flag_modified(const std::shared_ptr<detail::member_owner_t<M>>& handle) {
        core_->flag_modified(detail::table_of<detail::member_owner_t<M>>(), handle.get(), detail::column_of<M>());
    }

    bool in_transaction() const noexcept { return core_->in_transaction(); }
    bool in_nested_transaction() const noexcept { return core_->in_nested_transaction(); }

protected:
    SessionObjects(SessionObjects&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    SessionObjects& operator=(SessionObjects&& other) noexcept {
        core_ = std::exchange(other.core_, nullptr);
        return *this;
    }

    detail::SessionCore* core_;
};

}  // namespace azoth

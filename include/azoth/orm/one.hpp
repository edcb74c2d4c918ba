// one<T>: a many-to-one or one-to-one relationship as a member.
#pragma once

#include <azoth/orm/given.hpp>
#include <azoth/schema/mapping.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace azoth {

/// A related object, or none. Reads never do I/O: what is not loaded throws `NotLoadedError`. Inside a session's graph it points
/// without owning; in a free struct it holds what it was given.
/// Thread safety: as a plain member; reading entities of a closed session from several threads is safe.
template <class T>
class one : public detail::RelationMember {
public:
    one() = default;
    one(const one&) = default;
    one(one&&) noexcept = default;
    /// From an unset or not-loaded relationship: leaves this one as it is.
    one& operator=(const one&) = default;
    one& operator=(one&&) = default;

    one(std::nullptr_t) { this->set_one(detail::table_of<T>(), nullptr); }
    /// A handle of the session's graph, or any other shared object.
    one(std::shared_ptr<T> target) { this->set_one_of(std::move(target)); }
    /// A value: becomes an entity together with the struct that holds it.
    one(T&& value) { this->set_one_of(std::make_shared<T>(std::move(value))); }
    /// The entity managed at this address.
    one(T& target) { this->assign_address(target); }

    one& operator=(std::nullptr_t) {
        this->set_one(detail::table_of<T>(), nullptr);
        return *this;
    }
    one& operator=(std::shared_ptr<T> target) {
        this->set_one_of(std::move(target));
        return *this;
    }
    /// Errors: `ArgumentError` when no entity of this session lies at that address.
    one& operator=(T& target) {
        this->assign_address(target);
        return *this;
    }
    one& operator=(T&& value) {
        this->set_one_of(std::make_shared<T>(std::move(value)));
        return *this;
    }

    /// Errors (all reads): `NotLoadedError`.
    explicit operator bool() const { return get() != nullptr; }
    T* operator->() { return checked(); }
    const T* operator->() const { return checked(); }
    T& operator*() { return *checked(); }
    const T& operator*() const { return *checked(); }
    T* get() { return pointer(); }
    const T* get() const { return pointer(); }
    /// A handle that keeps the graph alive; null when there is none.
    std::shared_ptr<T> share() const {
        this->check_readable();
        return this->size() == 0 ? nullptr : std::static_pointer_cast<T>(this->share_at(0));
    }
    friend bool operator==(const one& relation, std::nullptr_t) { return relation.get() == nullptr; }

private:
    T* pointer() const {
        this->check_readable();
        return this->size() == 0 ? nullptr : static_cast<T*>(this->object_at(0));
    }
    T* checked() const {
        T* target = pointer();
        if (target == nullptr) detail::throw_null_relation(*this);
        return target;
    }
    void set_one_of(std::shared_ptr<T> target) {
        if (this->owner() != nullptr || target == nullptr) return this->set_one(detail::table_of<T>(), std::move(target));
        auto given = std::make_unique<detail::GivenValues<T>>();
        given->add(std::move(target));
        this->give(std::move(given));
    }
    void assign_address(T& target) {
        if (this->owner() != nullptr) return this->set_one_by_address(detail::table_of<T>(), &target);
        auto given = std::make_unique<detail::GivenValues<T>>();
        given->add_address(&target);
        this->give(std::move(given));
    }
};

namespace detail {
template <class T>
struct relation_member_traits<one<T>> {
    static constexpr bool is_relation = true;
    static constexpr bool is_many = false;
    using target = T;
};
}  // namespace detail

}  // namespace azoth

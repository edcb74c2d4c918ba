// many<T>: a one-to-many relationship as a member.
#pragma once

#include <azoth/orm/given.hpp>
#include <azoth/schema/mapping.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace azoth {

/// A collection of related objects. Gives `T&`; iteration pins the membership it started with, so adding and removing inside a loop
/// is safe (in a struct that lies in no session: adding is). Reads never do I/O: what is not loaded throws `NotLoadedError`; `add` and `remove` work without it.
/// Reorder with `sort(by)`, never `std::sort` (which would swap the entities themselves).
template <class T>
class many : public detail::RelationMember {
public:
    many() { this->many_ = true; }
    many(const many&) = default;
    many(many&&) noexcept = default;
    /// From an unset or not-loaded collection: leaves this one as it is.
    many& operator=(const many&) = default;
    many& operator=(many&&) = default;
    many(std::initializer_list<T> values) {
        this->many_ = true;
        for (const T& value : values) add(T(value));
    }

    std::size_t size() const {
        this->check_readable();
        return RelationMember::size();
    }
    bool empty() const { return size() == 0; }
    T& operator[](std::size_t index) { return *static_cast<T*>(checked(index)); }
    const T& operator[](std::size_t index) const { return *static_cast<const T*>(checked(index)); }
    T& front() { return (*this)[0]; }
    const T& front() const { return (*this)[0]; }
    T& back() { return (*this)[size() - 1]; }
    const T& back() const { return (*this)[size() - 1]; }

    /// Moves a value in. Returns its handle.
    std::shared_ptr<T> add(T&& value) {
        if (this->owner() != nullptr) return std::static_pointer_cast<T>(this->add_value(detail::table_of<T>(), &value));
        auto object = std::make_shared<T>(std::move(value));
        given().add(object);
        return object;
    }
    /// A handle of this session's graph, or any other shared object.
    void add(std::shared_ptr<T> handle) {
        if (handle == nullptr) detail::throw_null_handle(*this);
        if (this->owner() != nullptr) return this->add_handle(detail::table_of<T>(), std::move(handle));
        given().add(std::move(handle));
    }
    /// The entity managed at this address. Errors: `ArgumentError` when there is none.
    void add(T& entity) {
        if (this->owner() != nullptr) return this->add_by_address(detail::table_of<T>(), &entity);
        given().add_address(&entity);
    }
    /// Takes an entity out; what then happens to its row is the relationship's cascade (default: its foreign key becomes NULL).
    void remove(const T& entity) { this->remove_by_address(detail::table_of<T>(), &entity); }
    void clear() { this->clear_members(); }
    bool contains(const T& entity) const {
        this->check_readable();
        return this->contains_address(&entity);
    }
    /// Stable; `by(const T&, const T&)` as for std::sort. The order is this object's, not the database's.
    template <class Compare>
    void sort(Compare by) {
        const std::size_t count = size();
        std::vector<std::size_t> order(count);
        for (std::size_t i = 0; i < count; ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            const T& left = std::as_const((*this)[a]);
            const T& right = std::as_const((*this)[b]);
            if (by(left, right)) return true;
            return !by(right, left) && a < b;
        });
        this->reorder(order);
    }
    /// A handle to the i-th member.
    std::shared_ptr<T> share(std::size_t index) const {
        checked(index);
        return std::static_pointer_cast<T>(this->share_at(index));
    }
    /// Handles to all members.
    std::vector<std::shared_ptr<T>> share() const {
        std::vector<std::shared_ptr<T>> handles;
        for (std::size_t i = 0; i < size(); ++i) handles.push_back(share(i));
        return handles;
    }

    template <class Value>
    class basic_iterator {
    public:
        using value_type = T;
        using reference = Value&;
        using pointer = Value*;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;

        basic_iterator() = default;
        basic_iterator(const basic_iterator& other) : basic_iterator(other.pinned_, other.given_, other.index_, other.count_) { acquire(); }
        /// From iterator to const_iterator.
        template <class Other>
            requires(std::same_as<const Other, Value> && !std::same_as<Other, Value>)
        basic_iterator(const typename many::template basic_iterator<Other>& other) : basic_iterator(other.pinned_, other.given_, other.index_, other.count_) {
            acquire();
        }
        basic_iterator& operator=(const basic_iterator& other) {
            basic_iterator copy(other);
            std::swap(pinned_, copy.pinned_);
            std::swap(given_, copy.given_);
            std::swap(index_, copy.index_);
            std::swap(count_, copy.count_);
            return *this;
        }
        ~basic_iterator() {
            if (pinned_ != nullptr) detail::Membership::release(pinned_);
        }

        reference operator*() const {
            return *static_cast<Value*>(pinned_ != nullptr ? pinned_->entities[index_]->object : given_->object(index_));
        }
        pointer operator->() const { return &**this; }
        basic_iterator& operator++() {
            ++index_;
            return *this;
        }
        basic_iterator operator++(int) {
            basic_iterator old = *this;
            ++index_;
            return old;
        }
        friend bool operator==(const basic_iterator& a, const basic_iterator& b) { return a.at_end() ? b.at_end() : !b.at_end() && a.index_ == b.index_; }

    private:
        friend class many;
        template <class>
        friend class basic_iterator;
        basic_iterator(detail::Membership* pinned, detail::GivenObjects* objects, std::size_t index, std::size_t count)
            : pinned_(pinned), given_(objects), index_(index), count_(count) {}
        void acquire() {
            if (pinned_ != nullptr) detail::Membership::acquire(pinned_);
        }
        bool at_end() const { return index_ >= count_; }

        detail::Membership* pinned_ = nullptr;
        detail::GivenObjects* given_ = nullptr;
        std::size_t index_ = 0;
        std::size_t count_ = 0;
    };
    using iterator = basic_iterator<T>;
    using const_iterator = basic_iterator<const T>;
    using value_type = T;

    iterator begin() {
        this->check_readable();
        return iterator(this->pin(), RelationMember::given(), 0, RelationMember::size());
    }
    iterator end() { return {}; }
    const_iterator begin() const {
        this->check_readable();
        return const_iterator(this->pin(), RelationMember::given(), 0, RelationMember::size());
    }
    const_iterator end() const { return {}; }

private:
    void* checked(std::size_t index) const {
        const std::size_t count = size();
        if (index >= count) detail::throw_index(*this, index, count);
        return this->object_at(index);
    }
    detail::GivenValues<T>& given() {
        if (RelationMember::given() == nullptr) this->give(std::make_unique<detail::GivenValues<T>>());
        return *static_cast<detail::GivenValues<T>*>(RelationMember::given());
    }
};

namespace detail {
template <class T>
struct relation_member_traits<many<T>> {
    static constexpr bool is_relation = true;
    static constexpr bool is_many = true;
    using target = T;
};
}  // namespace detail

}  // namespace azoth

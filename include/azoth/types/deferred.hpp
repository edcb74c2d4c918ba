// deferred<T>: a member whose column is read only when asked for: either loaded, or known not to be.
#pragma once

#include <azoth/types/type_ops.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace azoth {

template <class T>
class deferred;

namespace detail {

/// Whose member a deferred<T> is, for messages. Lives as long as the program.
struct DeferredName {
    std::string_view type;
    std::string_view member;
};

/// Throws `NotLoadedError` naming the member and what loads it; `name` may be null.
[[noreturn]] void throw_deferred_not_loaded(const DeferredName* name);

template <class T>
struct remove_deferred {
    using type = T;
    static constexpr bool deferred = false;
};
template <class T>
struct remove_deferred<azoth::deferred<T>> {
    using type = T;
    static constexpr bool deferred = true;
};
template <class T>
using remove_deferred_t = typename remove_deferred<T>::type;
template <class T>
inline constexpr bool is_deferred_v = remove_deferred<T>::deferred;

struct DeferredAccess;

}  // namespace detail

/// A column that queries leave out unless they are told to read it: `deferred<std::string> content{};`. In SQL it is a column of T.
/// Freshly constructed it holds `T{}`, as a member of type T would. Objects that come from the database hold nothing until the column is
/// asked for by `undefer<&Post::content>()` or `session.load<&Post::content>(post)`; reading it before is a `NotLoadedError`.
/// An assignment makes it loaded, and is written by the next flush; what is not loaded is never written.
/// Regular value type: copies keep the state. Thread safety: as T.
template <class T>
class deferred {
    static_assert(!detail::is_deferred_v<T>, "azoth: deferred<deferred<T>>");
    template <class U>
    static constexpr bool other = !std::same_as<std::remove_cvref_t<U>, deferred> && !std::same_as<std::remove_cvref_t<U>, std::in_place_t>;

public:
    using value_type = T;

    deferred() : value_(std::in_place) {}
    template <class U = T>
        requires(other<U> && std::constructible_from<T, U>)
    explicit(!std::convertible_to<U, T>) deferred(U&& value) : value_(std::in_place, std::forward<U>(value)) {}

    template <class U = T>
        requires(other<U> && std::constructible_from<T, U> && std::assignable_from<T&, U>)
    deferred& operator=(U&& value) {
        if (value_.has_value()) {
            *value_ = std::forward<U>(value);
        } else {
            value_.emplace(std::forward<U>(value));
        }
        return *this;
    }

    bool is_loaded() const noexcept { return value_.has_value(); }

    /// Errors: `NotLoadedError` naming the member and what loads it.
    const T& value() const& {
        check();
        return *value_;
    }
    T& value() & {
        check();
        return *value_;
    }
    T&& value() && {
        check();
        return *std::move(value_);
    }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    // From an lvalue only: a reference into a temporary would dangle.
    operator const T&() const& { return value(); }

    /// Two that are not loaded are equal; one that is and one that is not are not.
    template <std::same_as<deferred> D>  // so that nothing is converted
    friend bool operator==(const deferred& a, const D& b) {
        return a.is_loaded() == b.is_loaded() && (!a.is_loaded() || *a.value_ == *b.value_);
    }
    /// Errors: `NotLoadedError`.
    friend bool operator==(const deferred& a, const T& b) { return a.value() == b; }

private:
    friend struct detail::DeferredAccess;
    void check() const {
        if (!value_.has_value()) detail::throw_deferred_not_loaded(name_);
    }

    std::optional<T> value_;
    const detail::DeferredName* name_ = nullptr;
};

namespace detail {

struct DeferredAccess {
    template <class T>
    static std::optional<T>& value(deferred<T>& member) noexcept {
        return member.value_;
    }
    template <class T>
    static void set_not_loaded(deferred<T>& member, const DeferredName* name) noexcept {
        member.value_.reset();
        member.name_ = name;
    }
};

/// TypeOps of deferred<T>, by those of what it holds. Its snapshot is one of T and a byte that says whether there is one.
template <class T, const TypeOps& Inner>
struct DeferredOps {
    using Member = deferred<T>;
    static constexpr std::size_t inner_size = snapshot_is_text<T> ? sizeof(SnapshotText) : sizeof(T);
    static constexpr std::size_t inner_align = snapshot_is_text<T> ? alignof(SnapshotText) : alignof(T);

    static const T& held(const void* field) { return as<Member>(field).value(); }
    /// To be written: T{} if there was none.
    static T& room(void* field) {
        auto& value = DeferredAccess::value(as<Member>(field));
        if (!value.has_value()) value.emplace();
        return *value;
    }
    static bool& flag(void* saved) noexcept { return *reinterpret_cast<bool*>(static_cast<std::byte*>(saved) + inner_size); }

    static void append(const void* field, ValueBuffer& out) { Inner.append(&held(field), out); }
    static void encode(const void* field, Value& out) { Inner.encode(&held(field), out); }
    static void decode(void* field, ValueView stored, std::string_view what) { Inner.decode(&room(field), stored, what); }
    static void save(void* saved, const void* field, SnapshotMemory& memory) {
        ::new (static_cast<void*>(&flag(saved))) bool(is_loaded(field));
        if (is_loaded(field)) Inner.save(saved, &held(field), memory);
    }
    /// What is not loaded has not been changed.
    static bool same(const void* saved, const void* field) { return !is_loaded(field) || (saved_loaded(saved) && Inner.same(saved, &held(field))); }
    static void restore(void* field, const void* saved) {
        if (saved_loaded(saved)) {
            Inner.restore(&room(field), saved);
        } else {
            DeferredAccess::value(as<Member>(field)).reset();
        }
    }
    static void append_saved(const void* saved, ValueBuffer& out) {
        if (!saved_loaded(saved)) throw_deferred_not_loaded(nullptr);
        Inner.append_saved(saved, out);
    }
    static void copy_saved(void* saved, const void* other) {
        ::new (static_cast<void*>(&flag(saved))) bool(saved_loaded(other));
        if (saved_loaded(other)) Inner.copy_saved(saved, other);
    }
    static void drop(void* saved) noexcept {
        if (saved_loaded(saved)) Inner.drop(saved);
    }
    static bool is_default(const void* field) { return is_loaded(field) && Inner.is_default(&held(field)); }
    static void set_default(void* field) { Inner.set_default(&room(field)); }
    static void set_null(void* field) { Inner.set_null(&room(field)); }
    /// One that is not loaded has nothing to give.
    static void copy(void* to, const void* from) {
        if (is_loaded(from)) Inner.copy(&room(to), &held(from));
    }
    static bool equal(const void* a, const void* b) {
        return is_loaded(a) == is_loaded(b) && (!is_loaded(a) || Inner.equal(&held(a), &held(b)));
    }
    static void set_not_loaded(void* field, const DeferredName* name) noexcept { DeferredAccess::set_not_loaded(as<Member>(field), name); }
    static bool is_loaded(const void* field) noexcept { return as<Member>(field).is_loaded(); }
    static bool saved_loaded(const void* saved) noexcept { return *reinterpret_cast<const bool*>(static_cast<const std::byte*>(saved) + inner_size); }
};

template <class T, const TypeOps& Inner>
constexpr TypeOps make_deferred_ops(const TypeFacts& facts) {
    using Ops = DeferredOps<T, Inner>;
    TypeOps ops{};
    static_cast<TypeFacts&>(ops) = facts;
    ops.snapshot_size = (Ops::inner_size + 1 + Ops::inner_align - 1) / Ops::inner_align * Ops::inner_align;
    ops.snapshot_align = Ops::inner_align;
    ops.append = &Ops::append;
    ops.encode = &Ops::encode;
    ops.decode = &Ops::decode;
    ops.save = &Ops::save;
    ops.same = &Ops::same;
    ops.restore = &Ops::restore;
    ops.append_saved = &Ops::append_saved;
    ops.copy_saved = &Ops::copy_saved;
    if constexpr (!snapshot_is_text<T> && !std::is_trivially_destructible_v<T>) ops.drop = &Ops::drop;
    ops.is_default = &Ops::is_default;
    ops.set_default = &Ops::set_default;
    if constexpr (is_optional_v<T>) ops.set_null = &Ops::set_null;
    ops.copy = &Ops::copy;
    ops.equal = &Ops::equal;
    ops.set_not_loaded = &Ops::set_not_loaded;
    ops.is_loaded = &Ops::is_loaded;
    ops.saved_loaded = &Ops::saved_loaded;
    return ops;
}

template <class T>
struct TypeOpsOf<deferred<T>> {
    static constexpr TypeOps value = make_deferred_ops<T, TypeOpsOf<T>::value>(make_type_facts<T>());
};
template <class T>
inline constexpr TypeOps read_only_type_ops<deferred<T>> = read_only(TypeOpsOf<deferred<T>>::value);

}  // namespace detail
}  // namespace azoth

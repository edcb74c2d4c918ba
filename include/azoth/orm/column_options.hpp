// Which deferred<T> members a query reads: undefer, defer, load_only, undefer_group.
#pragma once

#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/tape.hpp>

#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

template <auto... M>
concept DeferredMember = is_deferred_v<typename member_path<M...>::declared>;

/// Appends one column_option. The later one wins.
void write_column_option(Tape& out, const Column& column, bool read);
/// Every deferred column of the table: those that are named are read, others not.
void write_load_only(Tape& out, const Table& table, std::span<const Column* const> columns);
/// Errors: `ArgumentError` when the table has no deferred column of this group.
void write_undefer_group(Tape& out, const Table& table, std::string_view group);

}  // namespace detail

/// Which deferred<T> members of `Owner` a query reads. Given to `Select::options(...)`, `session.get(key, options...)`, or chained to a
/// loading option: `selectinload<&User::posts>().undefer<&Post::content>()`. Plain members are always read. Regular value type.
template <class Owner>
class ColumnOption {
public:
    explicit ColumnOption(detail::Tape options) : options_(std::move(options)) {}
    void write(detail::Tape& out) const { out.append(options_); }
    const detail::Tape& tape() const noexcept { return options_; }

private:
    detail::Tape options_;
};

/// Reads a deferred<T> member with its entity. Of an embedded struct: `undefer<&User::address, &Address::notes>()`.
template <auto... M>
auto undefer() {
    constexpr bool is_deferred = detail::DeferredMember<M...>;
    static_assert(is_deferred, "azoth: undefer<> and defer<> are for members of type azoth::deferred<T>; others are always read");
    detail::Tape out;
    if constexpr (is_deferred) detail::write_column_option(out, detail::column_of<M...>(), true);
    return ColumnOption<typename detail::member_path<M...>::owner>(std::move(out));
}
/// Leaves out a deferred<T> member that is read by default (`undeferred`).
template <auto... M>
auto defer() {
    constexpr bool is_deferred = detail::DeferredMember<M...>;
    static_assert(is_deferred, "azoth: undefer<> and defer<> are for members of type azoth::deferred<T>; others are always read");
    detail::Tape out;
    if constexpr (is_deferred) detail::write_column_option(out, detail::column_of<M...>(), false);
    return ColumnOption<typename detail::member_path<M...>::owner>(std::move(out));
}
/// Of the deferred<T> members only these are read. Plain members may be named, and are read in any case.
template <auto First, auto... Rest>
auto load_only() {
    using Owner = detail::member_owner_t<First>;
    static_assert((std::is_same_v<detail::member_owner_t<Rest>, Owner> && ...), "azoth: load_only<> names members of one struct");
    const Column* const columns[] = {&detail::column_of<First>(), &detail::column_of<Rest>()...};
    detail::Tape out;
    detail::write_load_only(out, detail::table_of<Owner>(), columns);
    return ColumnOption<Owner>(std::move(out));
}
/// Reads all members of a `deferred_group("name")`. Errors: `ArgumentError` when T has no such group.
template <class T>
ColumnOption<T> undefer_group(std::string_view group) {
    detail::Tape out;
    detail::write_undefer_group(out, detail::table_of<T>(), group);
    return ColumnOption<T>(std::move(out));
}

}  // namespace azoth

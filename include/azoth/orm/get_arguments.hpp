// GetArguments: what session.get() takes: a key, loading options, a lock.
#pragma once

#include <azoth/base/throw.hpp>
#include <azoth/orm/load_options.hpp>
#include <azoth/sql/select.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

/// Marks a read that locks: `session.get<Account>(7, with_for_update)`.
struct with_for_update_t {};
inline constexpr with_for_update_t with_for_update{};

namespace detail {

/// Errors: `ArgumentError` for a key of another width, or naming a column that is no part of it.
std::vector<Value> ordered_key(const Table& table, std::vector<Value> values, const std::vector<const Column*>& named);

/// Takes the arguments of get<T>() in any order and brings the key into the order of the primary key.
template <class T>
class GetArguments {
public:
    Tape options;
    bool lock = false;
    std::uint8_t lock_flags = 0;

    template <class A>
    void add(const A& argument) {
        if constexpr (std::same_as<A, with_for_update_t>) {
            lock = true;
        } else if constexpr (std::same_as<A, LockOption>) {
            lock = true;
            lock_flags = argument.flags;
        } else if constexpr (std::same_as<A, Assignment<T>>) {
            add_named(tape_of_assignment(argument));
        } else if constexpr (requires(Tape& tape) { argument.write(tape); } && !SqlExpression<A>) {
            argument.write(options);
        } else {
            using Stored = std::conditional_t<std::convertible_to<A, std::string_view>, std::string, A>;
            constexpr bool storable = Storable<Stored>;
            static_assert(storable, "azoth: get() takes the key's value, col<&T::member> = value for composite keys, loading options, with_for_update");
            if constexpr (storable) values_.push_back(to_value(static_cast<Stored>(argument)));
        }
    }

    /// Errors: `ArgumentError` for a key of another width or another column.
    std::vector<Value> key() { return ordered_key(table_of<T>(), std::move(values_), named_); }

private:
    static Tape tape_of_assignment(const Assignment<T>& assignment) {
        Tape tape;
        assignment.write(tape);
        return tape;
    }
    void add_named(const Tape& tape) {
        named_.push_back(static_cast<const Column*>(tape.nodes().back().ref));
        values_.push_back(tape.values().empty() ? Value() : tape.values().front());
    }
    std::vector<Value> values_;
    std::vector<const Column*> named_;
};

template <auto... M>
const Column& column_of_handle(const ColumnHandle<M...>&) {
    return column_of<M...>();
}

}  // namespace detail
}  // namespace azoth

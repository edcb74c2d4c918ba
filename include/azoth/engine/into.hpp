// A row read into a user's aggregate, by the names of its members or by their positions.
#pragma once

#include <azoth/base/aggregate.hpp>
#include <azoth/engine/row.hpp>
#include <azoth/schema/refuse.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace azoth::detail {

template <class Member, class Value>
inline constexpr bool keeps_null = is_optional_v<Member> || !is_optional_v<Value>;

/// Does a Value become a Member without loss? Braces know narrowing.
template <class Member, class Value>
inline constexpr bool keeps_value = std::convertible_to<Value, Member>;
template <class Member, class Value>
    requires(std::is_arithmetic_v<Member> && std::is_arithmetic_v<Value>)
inline constexpr bool keeps_value<Member, Value> = requires(Value value) { Member{value}; };

enum class IntoProblem { none, unknown_name, name_twice, no_default, null, narrowing, count, no_aggregate };

struct IntoFinding {
    IntoProblem problem = IntoProblem::none;
    std::string_view name{};  ///< of the item or member at fault

    constexpr explicit operator bool() const { return problem != IntoProblem::none; }
};

template <class Member, class Value>
constexpr IntoFinding find_fit(std::string_view name) {
    if (!keeps_null<Member, Value>) return {IntoProblem::null, name};
    if (!keeps_value<remove_optional_t<Member>, remove_optional_t<Value>>) return {IntoProblem::narrowing, name};
    return {};
}

template <IntoProblem A, IntoProblem B>
inline constexpr bool other_problem = true;
template <IntoProblem A>
inline constexpr bool other_problem<A, A> = false;

/// Does not compile. The compiler prints the arguments.
template <class Dto, IntoProblem P, fixed_string Name>
[[noreturn]] void refuse_into() {
    static_assert(other_problem<P, IntoProblem::no_aggregate>, "azoth: into<T>() fills an aggregate: a struct without constructors, bases and private members");
    static_assert(other_problem<P, IntoProblem::unknown_name>, "azoth: into<T>(): T has no member of this item's name; label the item like the member");
    static_assert(other_problem<P, IntoProblem::name_twice>, "azoth: into<T>(): two items have the name of one member; label them apart");
    static_assert(other_problem<P, IntoProblem::no_default>, "azoth: into<T>(): a member of T has no initialiser and no item has its name; select it, or initialise it");
    static_assert(other_problem<P, IntoProblem::null>, "azoth: into<T>(): an item that can be NULL goes to a member that is not std::optional");
    static_assert(other_problem<P, IntoProblem::narrowing>, "azoth: into<T>(): an item is of another or a wider type than the member it goes to");
    static_assert(other_problem<P, IntoProblem::count>, "azoth: into<T>(): T has another number of members than there are items");
    throw P;
}

template <class Dto>
struct aggregate_traits {
    static constexpr std::size_t size = member_count<Dto>;
    /// Position of the member of this name; `size` when there is none.
    static constexpr std::size_t index_of(std::string_view name) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            std::size_t index = 0;
            static_cast<void>(((aggregate_member_name<Dto, I> == name || (++index, false)) || ...));
            return index;
        }(std::make_index_sequence<size>());
    }
    static auto tie(Dto& object) {
        return with_members(object, [](auto&... members) { return std::tie(members...); });
    }
    template <std::size_t I>
    using member = std::remove_reference_t<std::tuple_element_t<I, decltype(tie(std::declval<Dto&>()))>>;
};

// Reads every member of a default-initialised object: not a constant expression when one of them has no value.
template <class Dto, std::size_t I>
constexpr bool reads_initialised() {
    Dto object;
    return with_members(object, [](auto&... members) {
        auto copy = std::get<I>(std::tie(members...));
        static_cast<void>(copy);
        return true;
    });
}
template <class Dto>
constexpr bool makes_constant() {
    Dto object;
    static_cast<void>(object);
    return true;
}
template <auto>
struct constant {};
template <class Dto>
concept ConstantDefault = requires { typename constant<makes_constant<Dto>()>; };
template <class Dto, std::size_t I>
concept InitialisedMember = requires { typename constant<reads_initialised<Dto, I>()>; };

/// A number, enum or pointer has a default when it is initialised. Where the struct is no constant the compiler cannot tell.
template <class Dto, std::size_t I>
constexpr bool has_default() {
    using Member = typename aggregate_traits<Dto>::template member<I>;
    if constexpr (std::is_scalar_v<Member> && ConstantDefault<Dto>) {
        return InitialisedMember<Dto, I>;
    } else {
        return true;
    }
}

template <class Dto, class... Items>
struct ByName {
    using Traits = aggregate_traits<Dto>;
    using Tuple = typename Row<Items...>::tuple_type;

    /// Position of the item that is named like member M; the number of items when there is none.
    template <std::size_t M>
    static constexpr std::size_t item_of = [] {
        constexpr std::string_view wanted = aggregate_member_name<Dto, M>;
        std::size_t index = 0;
        static_cast<void>(((key_name<typename Items::key>::value() == wanted || (++index, false)) || ...));
        return index;
    }();

    template <std::size_t M>
    static constexpr IntoFinding find_member() {
        constexpr std::string_view name = aggregate_member_name<Dto, M>;
        if ((std::size_t{key_name<typename Items::key>::value() == name} + ...) > 1) return {IntoProblem::name_twice, name};
        if constexpr (item_of<M> == sizeof...(Items)) {
            return {has_default<Dto, M>() ? IntoProblem::none : IntoProblem::no_default, name};
        } else {
            return find_fit<typename Traits::template member<M>, std::tuple_element_t<item_of<M>, Tuple>>(name);
        }
    }
    template <std::size_t... M>
    static constexpr IntoFinding find(std::index_sequence<M...>) {
        IntoFinding found;
        static_cast<void>(((Traits::index_of(key_name<typename Items::key>::value()) == Traits::size &&
                            (found = {IntoProblem::unknown_name, key_name<typename Items::key>::value()}, true)) ||
                           ...));
        if (!found) static_cast<void>(((found = find_member<M>(), bool(found)) || ...));
        return found;
    }
    static constexpr IntoFinding finding = find(std::make_index_sequence<Traits::size>());

    template <std::size_t... M>
    static Dto read(Row<Items...>&& row, std::index_sequence<M...>) {
        if constexpr (sizeof...(Items) == Traits::size) {
            return Dto{static_cast<typename Traits::template member<M>>(std::move(row).template get<item_of<M>>())...};
        } else {
            Dto object{};
            auto members = Traits::tie(object);
            (take<M>(members, row), ...);
            return object;
        }
    }
    static Dto read(Row<Items...>&& row) { return read(std::move(row), std::make_index_sequence<Traits::size>()); }

private:
    template <std::size_t M, class Members>
    static void take(Members& members, Row<Items...>& row) {
        if constexpr (item_of<M> != sizeof...(Items)) std::get<M>(members) = static_cast<typename Traits::template member<M>>(std::move(row).template get<item_of<M>>());
    }
};

template <class Dto, class... Items>
struct ByPosition {
    using Traits = aggregate_traits<Dto>;
    using Tuple = typename Row<Items...>::tuple_type;

    template <std::size_t... I>
    static constexpr IntoFinding find(std::index_sequence<I...>) {
        IntoFinding found;
        if constexpr (Traits::size != sizeof...(Items)) {
            found.problem = IntoProblem::count;
        } else {
            static_cast<void>(((found = find_fit<typename Traits::template member<I>, std::tuple_element_t<I, Tuple>>(aggregate_member_name<Dto, I>), bool(found)) || ...));
        }
        return found;
    }
    static constexpr IntoFinding finding = find(std::index_sequence_for<Items...>());

    template <std::size_t... I>
    static Dto read(Row<Items...>&& row, std::index_sequence<I...>) {
        return Dto{static_cast<typename Traits::template member<I>>(std::move(row).template get<I>())...};
    }
    static Dto read(Row<Items...>&& row) { return read(std::move(row), std::index_sequence_for<Items...>()); }
};

struct NoAggregate {
    static constexpr IntoFinding finding{IntoProblem::no_aggregate, {}};
};

template <class Dto, class... Items>
struct into_by {
    using type = std::conditional_t<(has_name<typename Items::key> && ...), ByName<Dto, Items...>, ByPosition<Dto, Items...>>;
};
template <class Dto, class... Items>
    requires(!std::is_aggregate_v<Dto> || std::is_array_v<Dto>)
struct into_by<Dto, Items...> {
    using type = NoAggregate;
};

/// By name when every item has one (a label, or a column's member), else by position. By name the order is free and there may be more
/// members, but each item needs its member, and a member without item its default: a number without initialiser is refused where the
/// compiler can see it. What would lose NULL or digits does not compile.
template <class Dto, class... Items>
Dto row_into(Row<Items...>&& row) {
    using How = typename into_by<Dto, Items...>::type;
    if constexpr (How::finding) {
        refuse_into<Dto, How::finding.problem, joined<joined_size({}, How::finding.name, {})>({}, How::finding.name, {})>();
    } else {
        return How::read(std::move(row));
    }
}

}  // namespace azoth::detail

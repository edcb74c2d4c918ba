// From a Finding at compile time to one readable compile error.
#pragma once

#include <azoth/base/fixed_string.hpp>
#include <azoth/schema/problem.hpp>

#include <cstddef>
#include <string_view>

namespace azoth::detail {

// Not `P != Problem::x`: clang would add what the two sides evaluate to.
template <Problem A, Problem B>
inline constexpr bool differs = true;
template <Problem A>
inline constexpr bool differs<A, A> = false;

/// Does not compile. The compiler prints the arguments: `Where` is the member at fault, `Other` what it collides with.
template <Problem P, fixed_string Where, fixed_string Other>
constexpr void refuse() {
    static_assert(differs<P, Problem::no_table_name>, "azoth: table(\"\"): the table has no name");
    static_assert(differs<P, Problem::no_columns>, "azoth: the mapped struct has no columns");
    static_assert(differs<P, Problem::no_primary_key>,
                  "azoth: the mapped struct has no primary key: give a column the option primary_key");
    static_assert(
        differs<P, Problem::two_primary_keys>,
        "azoth: the primary key is given twice: by options of columns or by primary_key(columns<...>), not both");
    static_assert(differs<P, Problem::member_of_another_struct>,
                  "azoth: the member does not belong to the mapped struct itself; base classes are not mapped, embed "
                  "the struct with embedded<>()");
    static_assert(differs<P, Problem::member_mapped_twice>, "azoth: the member is mapped twice");
    static_assert(differs<P, Problem::no_column_name>, "azoth: the column has an empty name");
    static_assert(differs<P, Problem::column_name_twice>,
                  "azoth: two columns have the same name (letter case does not count)");
    static_assert(differs<P, Problem::nullable_primary_key>, "azoth: a primary key column cannot be std::optional");
    static_assert(differs<P, Problem::two_version_columns>, "azoth: the mapped struct has two version_id columns");
    static_assert(differs<P, Problem::version_not_integer>,
                  "azoth: a version_id column must be an integer and not std::optional");
    static_assert(differs<P, Problem::length_of_no_string>, "azoth: length(n) is for columns of text or bytes");
    static_assert(differs<P, Problem::length_below_names>,
                  "azoth: length(n) is shorter than the longest name of the enum");
    static_assert(differs<P, Problem::numeric_of_no_decimal>,
                  "azoth: numeric(precision, scale) is for Decimal columns");
    static_assert(differs<P, Problem::scale_above_precision>,
                  "azoth: numeric(precision, scale) needs 1 <= precision and scale <= precision");
    static_assert(differs<P, Problem::foreign_key_without_dot>,
                  "azoth: a foreign key by name is written \"table.column\"");
    static_assert(differs<P, Problem::foreign_key_to_two_structs>,
                  "azoth: references<...> names members of different structs");
    static_assert(differs<P, Problem::set_null_of_not_null>,
                  "azoth: set_null on a foreign key whose member cannot hold NULL: make it std::optional");
    static_assert(differs<P, Problem::constraint_of_no_column>,
                  "azoth: the constraint names a member that is no column of this table");
    static_assert(differs<P, Problem::constraint_repeats_column>, "azoth: the constraint names a column twice");
    static_assert(differs<P, Problem::check_without_condition>, "azoth: check() without a condition");
    static_assert(differs<P, Problem::schema_twice>, "azoth: schema() is given twice");
    static_assert(differs<P, Problem::deferred_primary_key>,
                  "azoth: a primary key column cannot be azoth::deferred: it says which row an object is");
    static_assert(differs<P, Problem::deferred_foreign_key>,
                  "azoth: a foreign key column cannot be azoth::deferred: relationships follow it");
    static_assert(differs<P, Problem::deferred_version>,
                  "azoth: a version_id column cannot be azoth::deferred: every UPDATE compares it");
    static_assert(differs<P, Problem::deferral_of_plain_member>,
                  "azoth: undeferred and deferred_group(...) are for members of type azoth::deferred<T>");
    static_assert(differs<P, Problem::computed_and_given>,
                  "azoth: a computed(...) column gets its value from the database alone: it is no key and no version, and has no default");
    static_assert(differs<P, Problem::computed_by_nothing>, "azoth: computed() without SQL");
    static_assert(differs<P, Problem::native_enum_without_names>,
                  "azoth: native_enum(...) is for enums with stored_as<std::string>, whose names become the type's values");
    static_assert(differs<P, Problem::index_on_nothing>, "azoth: index_on(name, sql) needs both");
    static_assert(differs<P, Problem::foreign_key_to_deferred>,
                  "azoth: the foreign key refers to an azoth::deferred member, which is not always there to compare");
    static_assert(differs<P, Problem::foreign_key_to_no_column>,
                  "azoth: the foreign key refers to a member that is no column");
    static_assert(differs<P, Problem::foreign_key_of_another_type>,
                  "azoth: the foreign key column has another type than the column it refers to");
    static_assert(differs<P, Problem::no_foreign_key>, "azoth: the relationship has no foreign key to follow");
    static_assert(differs<P, Problem::several_foreign_keys>,
                  "azoth: several foreign keys fit the relationship: choose one with via<&T::column>()");
    static_assert(differs<P, Problem::via_no_foreign_key>,
                  "azoth: via<> names members that are no foreign key between the two structs");
    static_assert(differs<P, Problem::back_populates_nothing>,
                  "azoth: back_populates names no relationship of the other struct");
    static_assert(differs<P, Problem::back_populates_elsewhere>,
                  "azoth: back_populates names a relationship that does not point back at this struct");
    static_assert(differs<P, Problem::back_populates_disagrees>, "azoth: back_populates on the two sides disagree");
    static_assert(differs<P, Problem::back_populates_another_key>,
                  "azoth: back_populates pairs relationships that follow different foreign keys");
    static_assert(differs<P, Problem::back_populates_same_direction>,
                  "azoth: back_populates pairs two relationships of the same direction");
    static_assert(differs<P, Problem::delete_orphan_of_many_to_one>,
                  "azoth: delete_orphan belongs on the side of the parent, not on the many-to-one side");
    static_assert(differs<P, Problem::delete_orphan_of_many_to_many>,
                  "azoth: delete_orphan with a secondary table: an object there has many parents; use cascade(remove)");
    static_assert(differs<P, Problem::passive_deletes_all_and_cascade>,
                  "azoth: passive_deletes_all leaves children alone: cascade(remove) and delete_orphan contradict it");
    static_assert(differs<P, Problem::secondary_of_one>, "azoth: secondary<T>() is for many<> members");
    static_assert(differs<P, Problem::secondary_no_foreign_key>,
                  "azoth: the secondary table has no foreign key to one end of the relationship");
    static_assert(differs<P, Problem::secondary_key>,
                  "azoth: the primary key of a secondary table must be its two foreign keys; otherwise map it as an "
                  "association object");
    static_assert(differs<P, Problem::secondary_versioned>,
                  "azoth: a secondary table cannot have a version_id column: map it as an association object");
    static_assert(differs<P, Problem::primaryjoin_writes>, "azoth: a relationship with primaryjoin() must be viewonly");
    static_assert(differs<P, Problem::primaryjoin_to_itself>,
                  "azoth: primaryjoin() from a struct to itself cannot say which side a column belongs to");
    static_assert(differs<P, Problem::primaryjoin_combined>,
                  "azoth: primaryjoin() does not go together with via<>, secondary<> or back_populates<>");
    static_assert(differs<P, Problem::order_by_no_column>,
                  "azoth: order_by names a member that is no column of the target");
}

constexpr std::size_t joined_size(std::string_view value_type, std::string_view type, std::string_view member) {
    return value_type.size() + (value_type.empty() ? 0 : 1) + type.size() + (member.empty() ? 0 : 1) + member.size();
}

/// "std::int32_t Post.author_id"
template <std::size_t N>
constexpr fixed_string<N> joined(std::string_view value_type, std::string_view type, std::string_view member) {
    fixed_string<N> out;
    std::size_t at = 0;
    const auto put = [&](std::string_view text) {
        for (const char c : text) out.data[at++] = c;
    };
    put(value_type);
    put(value_type.empty() ? "" : " ");
    put(type);
    put(member.empty() ? "" : ".");
    put(member);
    return out;
}

/// `Source::finding`, a constexpr Finding, as arguments of refuse(). Callers write
/// `if constexpr (wrong<S>) refuse<S::finding.problem, where<S>, other<S>>();` themselves: each function between is a
/// line of the error.
template <class Source>
inline constexpr bool wrong = Source::finding.problem != Problem::none;
template <class Source, const Finding& F = Source::finding>
inline constexpr auto where = joined<joined_size(F.value_type, F.type, F.member)>(F.value_type, F.type, F.member);
template <class Source, const Finding& F = Source::finding>
inline constexpr auto other = joined<joined_size(F.other_value_type, F.other_type, F.other_member)>(
    F.other_value_type, F.other_type, F.other_member);

}  // namespace azoth::detail

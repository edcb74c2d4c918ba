// What is wrong with a mapping, in words.
#include <azoth/schema/problem.hpp>

#include <string>

namespace azoth::detail {

namespace {

std::string dotted(std::string_view type, std::string_view member) {
    std::string text(type);
    if (!member.empty()) text.append(".").append(member);
    return text;
}

}  // namespace

std::string describe(const Finding& f) {
    const std::string where = dotted(f.type, f.member);
    const std::string other = dotted(f.other_type, f.other_member);
    const std::string between = std::string(f.type) + " and " + std::string(f.other_type);
    switch (f.problem) {
        case Problem::none:
            break;
        case Problem::no_table_name:
            return where + ": the table has no name";
        case Problem::no_columns:
            return where + ": the mapped struct has no columns";
        case Problem::no_primary_key:
            return where + ": the mapped struct has no primary key; give a column the option primary_key";
        case Problem::two_primary_keys:
            return where +
                   ": the primary key is given twice; by options of columns or by primary_key(columns<...>), not both";
        case Problem::member_of_another_struct:
            return where + ": the member does not belong to " + std::string(f.type) +
                   " itself; base classes are not mapped, embed the struct with embedded<>()";
        case Problem::member_mapped_twice:
            return where + ": the member is mapped twice";
        case Problem::no_column_name:
            return where + ": the column has an empty name";
        case Problem::column_name_twice:
            return where + ": the column has the same name as " + other + " (letter case does not count)";
        case Problem::nullable_primary_key:
            return where + ": a primary key column cannot be std::optional";
        case Problem::two_version_columns:
            return where + ": a second version_id column beside " + other;
        case Problem::version_not_integer:
            return where + ": a version_id column must be an integer and not std::optional";
        case Problem::length_of_no_string:
            return where + ": length(n) is for columns of text or bytes, not for " + std::string(f.value_type);
        case Problem::length_below_names:
            return where + ": length(n) is shorter than the longest name of the enum " + std::string(f.value_type);
        case Problem::numeric_of_no_decimal:
            return where + ": numeric(precision, scale) is for Decimal columns, not for " + std::string(f.value_type);
        case Problem::scale_above_precision:
            return where + ": numeric(precision, scale) needs 1 <= precision and scale <= precision";
        case Problem::foreign_key_without_dot:
            return where + ": a foreign key by name is written \"table.column\"";
        case Problem::foreign_key_to_two_structs:
            return where + ": references<...> names members of different structs";
        case Problem::set_null_of_not_null:
            return where + ": set_null on a foreign key whose member cannot hold NULL; make it std::optional";
        case Problem::constraint_of_no_column:
            return where + ": a constraint names this member, which is no column of the table";
        case Problem::constraint_repeats_column:
            return where + ": a constraint names this column twice";
        case Problem::check_without_condition:
            return where + ": check() without a condition";
        case Problem::schema_twice:
            return where + ": schema() is given twice";
        case Problem::deferred_primary_key:
            return where + ": a primary key column cannot be azoth::deferred: it says which row an object is";
        case Problem::deferred_foreign_key:
            return where + ": a foreign key column cannot be azoth::deferred: relationships follow it";
        case Problem::deferred_version:
            return where + ": a version_id column cannot be azoth::deferred: every UPDATE compares it";
        case Problem::deferral_of_plain_member:
            return where + ": undeferred and deferred_group(...) are for members of type azoth::deferred<T>";
        case Problem::computed_and_given:
            return where + ": a computed(...) column gets its value from the database alone: it is no key and no version, and has no default";
        case Problem::native_enum_without_names:
            return where + ": native_enum(...) is for enums with stored_as<std::string>, whose names become the type's values";
        case Problem::index_on_nothing:
            return where + ": index_on(name, sql) needs both";
        case Problem::computed_by_nothing:
            return where + ": computed() without SQL";
        case Problem::foreign_key_to_deferred:
            return where + ": the foreign key refers to " + other + ", which is azoth::deferred and not always there to compare";
        case Problem::foreign_key_to_no_column:
            return where + ": the foreign key refers to " + other + ", which is no column";
        case Problem::foreign_key_of_another_type:
            return where + " is " + std::string(f.value_type) + ", but " + other +
                   ", which its foreign key refers to, is " + std::string(f.other_value_type);
        case Problem::no_foreign_key:
            return where + ": there is no foreign key between " + between + " for the relationship to follow";
        case Problem::several_foreign_keys:
            return where + ": several foreign keys between " + between +
                   " fit the relationship; choose one with via<&T::column>()";
        case Problem::via_no_foreign_key:
            return where + ": via<> names members that are no foreign key between " + between +
                   " in the relationship's direction";
        case Problem::back_populates_nothing:
            return where + ": back_populates names " + other + ", which is no relationship of " +
                   std::string(f.other_type);
        case Problem::back_populates_elsewhere:
            return where + ": back_populates names " + other + ", which does not point back at " + std::string(f.type);
        case Problem::back_populates_disagrees:
            return where + ": back_populates pairs it with " + other + ", but not on both sides alike";
        case Problem::back_populates_another_key:
            return where + ": back_populates pairs it with " + other + ", which follows another foreign key";
        case Problem::back_populates_same_direction:
            return where + ": back_populates pairs it with " + other +
                   ", which has the same direction; one side is the many-to-one";
        case Problem::delete_orphan_of_many_to_one:
            return where + ": delete_orphan on the many-to-one side; it belongs on the side of the parent, " +
                   std::string(f.other_type);
        case Problem::delete_orphan_of_many_to_many:
            return where + ": delete_orphan with a secondary table: an object there has many parents; use "
                           "cascade(remove), or map " + std::string(f.other_type) + " as an association object";
        case Problem::passive_deletes_all_and_cascade:
            return where + ": passive_deletes_all leaves the children to the database; cascade(remove) and delete_orphan contradict it";
        case Problem::secondary_of_one:
            return where + ": secondary<" + std::string(f.other_type) + ">() is for many<> members";
        case Problem::secondary_no_foreign_key:
            return where + ": the secondary table " + std::string(f.other_type) + " has no foreign key to " +
                   std::string(f.value_type);
        case Problem::secondary_key:
            return where + ": the primary key of the secondary table " + std::string(f.other_type) +
                   " must be its two foreign keys, no more and no less; otherwise map it as an association object, "
                   "with a relationship from each side to " + std::string(f.other_type);
        case Problem::secondary_versioned:
            return where + ": the secondary table " + std::string(f.other_type) +
                   " has a version_id column; map it as an association object";
        case Problem::primaryjoin_writes:
            return where + ": a relationship with primaryjoin() must be viewonly: azoth would not know which key to write";
        case Problem::primaryjoin_to_itself:
            return where + ": primaryjoin() from a struct to itself cannot say which side a column belongs to; follow a "
                           "foreign key with via<>(), or query with an alias";
        case Problem::primaryjoin_combined:
            return where + ": primaryjoin() does not go together with via<>, secondary<> or back_populates<>";
        case Problem::order_by_no_column:
            return where + ": order_by names a member that is no column of " + std::string(f.other_type);
    }
    return where;
}

}  // namespace azoth::detail

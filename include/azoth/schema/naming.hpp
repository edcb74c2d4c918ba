// Names of constraints and indexes that the mapping does not name itself.
#pragma once

#include <azoth/schema/table.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace azoth {

/// Patterns for the names of constraints and indexes. An empty pattern leaves the constraint unnamed, so the database
/// names it. Tokens: `{table}`, `{columns}` (database names joined by '_'), `{referred}` (the table a foreign key
/// refers to) and `{name}` (the name given in the mapping; a constraint without one stays unnamed). A name given in the
/// mapping is used as it is unless the pattern has `{name}`. Lifetimes: the texts must outlive the Metadata; literals
/// do.
struct NamingConvention {
    std::string_view pk{};                         ///< primary keys: "pk_{table}"
    std::string_view fk{};                         ///< foreign keys: "fk_{table}_{columns}_{referred}"
    std::string_view uq{};                         ///< unique constraints: "uq_{table}_{columns}"
    std::string_view ix = "ix_{table}_{columns}";  ///< indexes
    std::string_view ck{};                         ///< checks: "ck_{table}_{name}"
};
using naming_convention = NamingConvention;

/// PostgreSQL's limit, the smallest but one; a longer generated name keeps its beginning and ends in a hash of the
/// whole.
inline constexpr std::size_t max_identifier_size = 63;

/// The names DDL gives. Empty: unnamed. Errors: `ArgumentError` for an unknown token.
std::string primary_key_name(const NamingConvention& convention, const Table& table);
std::string constraint_name(const NamingConvention& convention, const Table& table, const ForeignKey& key);
std::string constraint_name(const NamingConvention& convention, const Table& table, const UniqueConstraint& constraint);
std::string constraint_name(const NamingConvention& convention, const Table& table, const CheckConstraint& constraint);
std::string constraint_name(const NamingConvention& convention, const Table& table, const Index& index);

}  // namespace azoth

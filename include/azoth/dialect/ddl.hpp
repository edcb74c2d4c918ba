// DDL: CREATE and DROP of mapped tables as text.
#pragma once

#include <azoth/dialect/dialect.hpp>
#include <azoth/schema/metadata.hpp>

#include <span>
#include <string>
#include <vector>

namespace azoth {

/// Returns CREATE TABLE and its CREATE INDEXes, in the order to run them, after the native enum types that its columns need. Foreign keys in `later` are left out, to be added by
/// `add_foreign_key` when the tables they refer to exist; a database that cannot add them later (SQLite) gets them inline.
/// Errors: `ArgumentError` for a name the database would cut off and for a column it cannot index; `NotSupportedError` for a partial index.
std::vector<std::string> create_table(const Table& table, const Dialect& dialect, const NamingConvention& naming = {},
                                      std::span<const ForeignKey* const> later = {}, bool if_not_exists = false);
/// ALTER TABLE ... ADD CONSTRAINT. A key without a name gets one. Errors: `NotSupportedError` on SQLite.
std::string add_foreign_key(const ForeignKey& key, const Dialect& dialect, const NamingConvention& naming = {});
/// The reverse.
std::string drop_foreign_key(const ForeignKey& key, const Dialect& dialect, const NamingConvention& naming = {});
std::string drop_table(const Table& table, const Dialect& dialect, bool if_exists = false);

/// DROP TYPE of the native enums that the table's columns have (PostgreSQL); nothing elsewhere.
std::vector<std::string> drop_types(const Table& table, const Dialect& dialect);

/// All tables in dependency order, then the foreign keys that close cycles. Errors: as create_table and `Metadata::sorted`.
std::vector<std::string> create_all(const Metadata& metadata, const Dialect& dialect, bool if_not_exists = false);
/// All tables in reverse order, after the foreign keys that close cycles.
std::vector<std::string> drop_all(const Metadata& metadata, const Dialect& dialect, bool if_exists = false);

}  // namespace azoth

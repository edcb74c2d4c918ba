// CompiledStatement: one statement shape rendered for one dialect, shared by every execution of that shape.
#pragma once

#include <azoth/types/sql_type.hpp>
#include <azoth/types/value.hpp>
#include <azoth/types/value_kind.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace azoth {

/// What executing a statement can do, as far as its shape tells.
enum class Effect : std::uint8_t {
    read,         ///< plain SELECT: changes nothing, locks nothing
    write,        ///< INSERT, UPDATE, DELETE, and SELECT ... FOR UPDATE
    definition,   ///< CREATE, DROP, ALTER, PRAGMA, VACUUM
    transaction,  ///< BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE
    unknown,      ///< text(): could be anything
};

/// CompiledStatement::parameters from here on count its constants.
inline constexpr std::uint32_t first_constant = 0x80000000;

/// Immutable once made; held by shared_ptr in the engine's statement cache, in batches and by drivers' prepared statements.
struct CompiledStatement {
    std::uint64_t id = 0;              ///< unique in the process: the key of a driver's prepared-statement cache; 0 = never prepare (run once)
    std::string sql;                   ///< text with the dialect's placeholders
    std::vector<std::uint32_t> parameters;  ///< placeholder i (in text order) takes bound value parameters[i] of the statement
    std::vector<Value> constants;           ///< values that the mapping binds: placeholder i takes constants[parameters[i] - first_constant]
    std::vector<ValueKind> parameter_kinds; ///< kind of each placeholder as far as known (null = unknown)
    std::uint32_t columns = 0;         ///< number of result columns as selected; 0 = returns no rows; for text() counted by the driver
    bool returns_rows = false;
    Effect effect = Effect::unknown;
    /// Of an INSERT of parameter rows, where the database has it: the same for many rows in one execution. Parameter i is then an array of
    /// what parameter i of `sql` would be in each row; rows are inserted in that order. Empty = run `sql` once a row.
    std::string array_sql;
    std::vector<TypeKind> array_kinds;      ///< of the elements of each of these arrays; unknown = a type that only its name tells
    /// Of an INSERT of parameter rows without RETURNING and upsert: the database's bulk load of the same columns ("COPY t (a, b) FROM STDIN").
    std::string copy_sql;

    /// What a placeholder with this number in `parameters` takes, given the statement's own values, which are counted from `first`.
    ValueView value(std::uint32_t parameter, std::span<const Value> values, std::size_t first = 0) const {
        return parameter >= first_constant ? constants[parameter - first_constant].view() : values[parameter - first].view();
    }
};

using CompiledPtr = std::shared_ptr<const CompiledStatement>;

/// A fresh id for CompiledStatement::id.
std::uint64_t next_statement_id() noexcept;

/// A statement without parameters or rows that is not worth preparing (BEGIN, SAVEPOINT x, PRAGMA ...).
CompiledPtr compile_plain(std::string sql, Effect effect);

}  // namespace azoth

// Dialect: everything in which the SQL text of one database differs from another's.
#pragma once

#include <azoth/dialect/transaction_options.hpp>
#include <azoth/types/sql_type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace azoth {

struct Column;

/// Where a construct is spelled in one of a few ways, or not at all.
struct DialectFeatures {
    // ---- statements
    bool insert_returning = true;
    bool update_returning = true;
    bool delete_returning = true;
    bool keys_by_returning = false;       ///< generated keys come back by RETURNING; else the driver asks for them
    bool insert_arrays = false;           ///< INSERT .. SELECT .. FROM unnest(arrays) WITH ORDINALITY, and COPY .. FROM STDIN
    bool returning_qualified = true;      ///< RETURNING users.id; else RETURNING id
    bool default_values = true;           ///< INSERT INTO t DEFAULT VALUES; else () VALUES ()
    bool on_conflict = true;              ///< ON CONFLICT; else ON DUPLICATE KEY UPDATE
    bool on_constraint = false;           ///< ON CONFLICT ON CONSTRAINT name
    bool insert_select_conflict = true;   ///< INSERT ... SELECT ... ON CONFLICT parses as it stands
    enum class MultiTable : std::uint8_t { none, from, list } update_from = MultiTable::from;  ///< UPDATE t SET .. FROM u / UPDATE t, u SET ..
    enum class DeleteFrom : std::uint8_t { none, using_, list } delete_using = DeleteFrom::using_;  ///< DELETE FROM t USING u / USING t, u
    enum class CtePlace : std::uint8_t { before, insert_select, insert_select_only } cte_place = CtePlace::before;  ///< WITH of an INSERT; _only: none before UPDATE and DELETE
    bool row_locks = true;                ///< SELECT ... FOR UPDATE
    bool lock_of = true;                  ///< FOR UPDATE OF t
    bool lock_key = true;                 ///< FOR NO KEY UPDATE, FOR KEY SHARE
    bool lock_share_mode = false;         ///< LOCK IN SHARE MODE instead of FOR SHARE
    // ---- FROM
    bool right_join = true;
    bool full_join = true;
    bool lateral = true;
    bool values_source = true;            ///< (VALUES (..)) AS v (a, b)
    bool select_from_values = false;      ///< (SELECT column1 AS a FROM (VALUES (..))) AS v
    bool function_columns = true;         ///< f(x) AS t (a, b)
    bool arm_parentheses = true;          ///< (SELECT ..) UNION (SELECT ..)
    bool intersect_all = true;            ///< INTERSECT ALL, EXCEPT ALL
    bool intersect_first = true;          ///< INTERSECT binds tighter than UNION
    bool distinct_on = true;
    bool nulls_order = true;              ///< NULLS FIRST
    enum class Limit : std::uint8_t { offset_alone, minus_one, huge } limit = Limit::offset_alone;  ///< OFFSET without LIMIT; LIMIT -1; LIMIT 18446744073709551615
    bool limit_expression = true;         ///< more than a placeholder or number after LIMIT
    // ---- expressions
    bool dollar_placeholders = false;     ///< $1, $2 ...; else ?
    bool bind_casts = false;              ///< placeholders whose type the server cannot tell are cast
    bool native_boolean = true;           ///< true/false; else 1/0
    bool filter_clause = true;            ///< count(*) FILTER (WHERE ..); else count(CASE WHEN .. END)
    enum class Distinctness : std::uint8_t { standard, is, spaceship } distinctness = Distinctness::standard;  ///< IS DISTINCT FROM / IS NOT / NOT <=>
    bool concat_function = false;         ///< concat(a, b); else a || b
    bool ilike = true;                    ///< ILIKE; else lower() LIKE lower()
    bool tuple_in_values = false;         ///< (a, b) IN (VALUES (1, 2)); else IN ((1, 2))
    enum class Division : std::uint8_t { native, cast_numeric, add_real, add_double } division = Division::native;  ///< how `/` of integers keeps its fraction
    bool exact_text = true;               ///< text is equal when its bytes are, unless a collation says otherwise; else case and accents may not count
    bool exact_average = true;            ///< avg() of integers keeps its fraction; else they are made doubles first
    bool round_floats = true;             ///< round(x, digits) of a floating-point x; else x is made exact first
    enum class Anchor : std::uint8_t { as_is, widest, long_text } anchor = Anchor::as_is;  ///< columns of a recursive CTE's anchor are cast: all that have bounds, or text alone
    bool lag_default = true;              ///< lag(x, n, default)
    enum class BitXor : std::uint8_t { caret, hash, none } bit_xor = BitXor::caret;
    enum class Json : std::uint8_t { arrows, typed_arrows, functions, text_functions } json = Json::arrows;  ///< text_functions: JSON is text
    bool extract_function = true;         ///< EXTRACT(year FROM x); else strftime
    bool quantified = true;               ///< = ANY (query), = ALL (query)
    bool arrays = false;                  ///< columns of arrays, = ANY (array), @>, <@, &&; and jsonb's @> and ?
    bool text_decimals = false;           ///< decimals are kept as text and compared as numbers
    // ---- DDL
    enum class NativeEnum : std::uint8_t { none, named, listed } native_enum = NativeEnum::none;  ///< a type of its own; ENUM('a', 'b')
    bool deferrable_keys = true;          ///< FOREIGN KEY ... DEFERRABLE
    bool alter_constraints = true;        ///< ALTER TABLE ADD/DROP CONSTRAINT
    bool partial_indexes = true;
    bool character_set_clause = false;    ///< CREATE TABLE says that text is UTF-8, whatever the server's default
    bool text_keys = true;                ///< unlimited text can be indexed
    bool index_in_schema = false;         ///< CREATE INDEX s.ix ON t; else CREATE INDEX ix ON s.t
    // ---- limits
    std::uint32_t max_parameters = 65535; ///< placeholders in one statement
    std::uint32_t max_identifier = 63;    ///< bytes; 0 = unlimited
};

/// How a dialect spells a function.
struct FunctionSpelling {
    enum class Form : std::uint8_t {
        as_is,        ///< name(arguments), the name unchanged
        call,         ///< text(arguments)
        text,         ///< text alone, arguments must be absent: CURRENT_TIMESTAMP
        unsupported,  ///< NotSupportedError; text says what to use instead, may be empty
    } form = Form::as_is;
    std::string_view text{};
};

/// One database's SQL. Stateless, immortal (a static object), thread-safe. Obtained from `sqlite_dialect()` and its kin, or as
/// `dialect::sqlite` where a `const Dialect&` is expected.
class Dialect {
public:
    constexpr Dialect(std::string_view name, std::string_view title, DialectFeatures features) noexcept : name_(name), title_(title), features_(features) {}
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;

    /// "sqlite", "postgresql", "mysql", "mariadb".
    std::string_view name() const noexcept { return name_; }
    /// The name in messages: "SQLite".
    std::string_view title() const noexcept { return title_; }
    const DialectFeatures& features() const noexcept { return features_; }

    /// Appends an identifier, quoted unless it is lower-case, plain and not reserved.
    /// Errors: `ArgumentError` for an empty name, or one with a NUL byte.
    void append_identifier(std::string& out, std::string_view identifier) const;
    /// Appends `schema.table`, each part as append_identifier does; an empty schema is left out.
    void append_qualified(std::string& out, std::string_view schema, std::string_view name) const;
    /// Appends an identifier, always quoted.
    void append_quoted(std::string& out, std::string_view identifier) const;
    /// Appends a string literal. Errors: `ArgumentError` for a NUL byte.
    void append_literal(std::string& out, std::string_view text) const;
    /// Appends the placeholder with this number, counted from 1.
    void append_placeholder(std::string& out, std::size_t number) const;

    std::string savepoint(std::string_view savepoint_name) const;
    std::string rollback_to(std::string_view savepoint_name) const;
    std::string release(std::string_view savepoint_name) const;
    /// The statements that begin a transaction. Errors: `ArgumentError` naming the levels that the database has.
    virtual std::vector<std::string> begin(const TransactionOptions& options) const = 0;
    /// A query for the tables that exist: schema, name, and whether the schema is the default one (1 or 0).
    virtual std::string_view tables_query() const noexcept = 0;

    /// The type in CREATE TABLE. Errors: `ArgumentError` for TypeKind::unknown.
    virtual std::string column_type(const SqlType& type) const = 0;
    /// The same for a column, which may have a native enum type.
    std::string column_type(const Column& column) const;
    /// The type in CAST. Errors: as column_type; `NotSupportedError` for a type the database cannot cast to.
    virtual std::string cast_type(const SqlType& type) const = 0;
    /// The whole type of a generated key column, its generation included: "BIGINT GENERATED BY DEFAULT AS IDENTITY".
    virtual std::string generated_key_type(const SqlType& type) const = 0;
    /// How a function is spelled; `function` in lower case.
    virtual FunctionSpelling function(std::string_view function) const = 0;

protected:
    ~Dialect() = default;
    [[noreturn]] void refuse_array() const;
    [[noreturn]] void refuse_isolation(Isolation isolation, std::string_view known) const;
    /// `word` in lower case.
    virtual bool reserved(std::string_view word) const = 0;
    virtual char quote() const noexcept { return '"'; }
    /// A backslash in a string literal is an escape.
    virtual bool backslash_escapes() const noexcept { return false; }

private:
    std::string_view name_;
    std::string_view title_;
    DialectFeatures features_;
};

const Dialect& sqlite_dialect() noexcept;
const Dialect& postgresql_dialect() noexcept;
/// MySQL 8.
const Dialect& mysql_dialect() noexcept;
/// MariaDB 10.6 and later.
const Dialect& mariadb_dialect() noexcept;

namespace detail {
/// Names a dialect; constant, so that it can be used before main.
struct DialectHandle {
    const Dialect& (*get)() noexcept;
    operator const Dialect&() const noexcept { return get(); }
};
}  // namespace detail

/// The dialects as values: `to_sql(statement, dialect::postgresql)`.
namespace dialect {
inline constexpr detail::DialectHandle sqlite{&sqlite_dialect};
inline constexpr detail::DialectHandle postgresql{&postgresql_dialect};
inline constexpr detail::DialectHandle mysql{&mysql_dialect};
inline constexpr detail::DialectHandle mariadb{&mariadb_dialect};
}  // namespace dialect

}  // namespace azoth

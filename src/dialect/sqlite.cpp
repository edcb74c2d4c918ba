// SQLite (3.39 and later): its SQL, and what column types are declared as.
#include <azoth/base/throw.hpp>
#include <dialect/words.hpp>

namespace azoth {

namespace {

using Form = FunctionSpelling::Form;

// https://www.sqlite.org/lang_keywords.html; all of them, although the parser falls back for some.
constexpr auto reserved_words = detail::sorted_words(std::to_array<std::string_view>(
    {"abort", "action", "add", "after", "all", "alter", "always", "analyze", "and", "as", "asc", "attach", "autoincrement", "before",
     "begin", "between", "by", "cascade", "case", "cast", "check", "collate", "column", "commit", "conflict", "constraint", "create",
     "cross", "current", "current_date", "current_time", "current_timestamp", "database", "default", "deferrable", "deferred", "delete",
     "desc", "detach", "distinct", "do", "drop", "each", "else", "end", "escape", "except", "exclude", "exclusive", "exists", "explain",
     "fail", "false", "filter", "first", "following", "for", "foreign", "from", "full", "generated", "glob", "group", "groups", "having",
     "if", "ignore", "immediate", "in", "index", "indexed", "initially", "inner", "insert", "instead", "intersect", "into", "is",
     "isnull", "join", "last", "left", "like", "limit", "match", "materialized", "natural", "no", "not", "nothing", "notnull", "null",
     "nulls", "of", "offset", "on", "or", "order", "others", "outer", "over", "partition", "plan", "pragma", "preceding", "primary",
     "query", "raise", "range", "recursive", "references", "regexp", "reindex", "release", "rename", "replace", "restrict", "returning",
     "right", "rollback", "row", "rows", "savepoint", "select", "set", "table", "temp", "temporary", "then", "ties", "to", "transaction",
     "trigger", "true", "unbounded", "union", "unique", "update", "using", "vacuum", "values", "view", "virtual", "when", "where",
     "window", "with", "without"}));

constexpr auto functions = std::to_array<detail::FunctionEntry>({
    {"now", {Form::text, "strftime('%Y-%m-%d %H:%M:%f000', 'now')"}},  // the form timestamps are stored in
    {"current_timestamp", {Form::text, "CURRENT_TIMESTAMP"}},
    {"current_date", {Form::text, "CURRENT_DATE"}},
    {"current_time", {Form::text, "CURRENT_TIME"}},
    {"char_length", {Form::call, "length"}},
    {"character_length", {Form::call, "length"}},
    {"substring", {Form::call, "substr"}},
    {"string_agg", {Form::call, "group_concat"}},
    {"greatest", {Form::call, "max"}},
    {"least", {Form::call, "min"}},
    // SQLite's random() is a 64-bit integer; elsewhere it is a fraction in [0, 1).
    {"random", {Form::text, "(random() / 18446744073709551616.0 + 0.5)"}},
    {"rand", {Form::text, "(random() / 18446744073709551616.0 + 0.5)"}},
    {"date_trunc", {Form::unsupported, "func::call<std::string>(\"strftime\", ...) rounds a date by its format"}},
});

constexpr DialectFeatures sqlite_features() {
    DialectFeatures f;
    f.returning_qualified = false;
    f.insert_select_conflict = false;
    f.delete_using = DialectFeatures::DeleteFrom::none;
    f.row_locks = false;
    f.lock_of = false;
    f.lock_key = false;
    f.lateral = false;
    f.values_source = false;
    f.select_from_values = true;
    f.function_columns = false;
    f.arm_parentheses = false;
    f.intersect_all = false;
    f.intersect_first = false;
    f.distinct_on = false;
    f.limit = DialectFeatures::Limit::minus_one;
    f.native_boolean = false;
    f.distinctness = DialectFeatures::Distinctness::is;
    f.ilike = false;
    f.tuple_in_values = true;
    f.division = DialectFeatures::Division::add_real;
    f.bit_xor = DialectFeatures::BitXor::none;
    f.extract_function = false;
    f.quantified = false;
    f.text_decimals = true;
    f.alter_constraints = false;
    f.index_in_schema = true;
    f.max_parameters = 32766;
    f.max_identifier = 0;
    return f;
}

class SqliteDialect final : public Dialect {
public:
    constexpr SqliteDialect() noexcept : Dialect("sqlite", "SQLite", sqlite_features()) {}

    // The declared type decides the column's affinity (https://www.sqlite.org/datatype3.html), and affinity can change a value:
    // * A decimal is stored as its exact text. NUMERIC affinity would turn 31943874831932418390.01 into a double, so the name
    //   contains TEXT. Comparing, ordering and min/max go through CAST(.. AS NUMERIC) (see compile/decimal.cpp): right to the 15
    //   digits of a double, while what is stored stays exact.
    // * JSON text such as 1.0 would become the number 1 under NUMERIC affinity, so that name contains TEXT as well.
    // * Dates and times are ISO text, which NUMERIC affinity leaves alone; an interval is an integer of microseconds.
    std::string column_type(const SqlType& type) const override {
        if (type.array) refuse_array();
        switch (type.kind) {
            case TypeKind::boolean: return "BOOLEAN";
            case TypeKind::smallint: return "SMALLINT";
            case TypeKind::integer: return "INTEGER";
            case TypeKind::bigint: return "BIGINT";
            case TypeKind::real: return "REAL";
            case TypeKind::double_: return "DOUBLE";
            case TypeKind::decimal:
                return type.precision == 0 ? "DECIMAL_TEXT" : detail::type_with("DECIMAL_TEXT", type.precision, type.scale);
            case TypeKind::string: return type.length == 0 ? "TEXT" : detail::type_with("VARCHAR", type.length);
            case TypeKind::blob: return "BLOB";
            case TypeKind::timestamp: return "TIMESTAMP";
            case TypeKind::datetime: return "DATETIME";
            case TypeKind::date: return "DATE";
            case TypeKind::time: return "TIME";
            case TypeKind::interval: return "INTERVAL";
            case TypeKind::uuid: return "UUID";
            case TypeKind::json: return "JSON_TEXT";
            case TypeKind::unknown: break;
        }
        detail::throw_unknown_type();
    }

    // CAST takes the affinity of the type's name and converts by force, so it must be the class the value is stored in.
    std::string cast_type(const SqlType& type) const override {
        if (type.array) refuse_array();
        switch (type.kind) {
            case TypeKind::boolean:
            case TypeKind::smallint:
            case TypeKind::integer:
            case TypeKind::bigint:
            case TypeKind::interval: return "INTEGER";
            case TypeKind::real:
            case TypeKind::double_: return "REAL";
            case TypeKind::decimal: return "NUMERIC";
            case TypeKind::blob:
            case TypeKind::uuid: return "BLOB";
            case TypeKind::string:
            case TypeKind::timestamp:
            case TypeKind::datetime:
            case TypeKind::date:
            case TypeKind::time:
            case TypeKind::json: return "TEXT";
            case TypeKind::unknown: break;
        }
        detail::throw_unknown_type();
    }

    // Only a column declared exactly INTEGER is an alias of the rowid; it holds 64 bits whatever the member's width.
    std::string generated_key_type(const SqlType&) const override { return "INTEGER"; }

    // Transactions are serializable, always. Plain BEGIN is what the URL's `begin` option replaces; a reader needs no lock up front.
    std::vector<std::string> begin(const TransactionOptions& options) const override {
        if (options.isolation != Isolation::server_default && options.isolation != Isolation::serializable) {
            refuse_isolation(options.isolation, "serializable, autocommit");
        }
        return {options.read_only ? "BEGIN DEFERRED" : "BEGIN"};
    }
    std::string_view tables_query() const noexcept override {
        return "SELECT 'main', name, 1 FROM sqlite_master WHERE type = 'table' UNION ALL SELECT 'temp', name, 0 FROM sqlite_temp_master WHERE type = 'table'";
    }

    FunctionSpelling function(std::string_view name) const override { return detail::find_function(functions, name); }

private:
    bool reserved(std::string_view word) const override { return detail::contains_word(reserved_words, word); }
};

constinit const SqliteDialect instance;

}  // namespace

const Dialect& sqlite_dialect() noexcept { return instance; }

}  // namespace azoth

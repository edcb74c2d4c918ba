// MySQL and MariaDB: their SQL, and what column types are declared as.
#include <azoth/base/throw.hpp>
#include <dialect/words.hpp>

namespace azoth {

namespace {

using Form = FunctionSpelling::Form;

// Reserved words of MySQL 8.0 (https://dev.mysql.com/doc/refman/8.0/en/keywords.html) and MariaDB 10.11
// (https://mariadb.com/kb/en/reserved-words/) together: a name quoted without need is harmless.
constexpr auto reserved_words = detail::sorted_words(std::to_array<std::string_view>(
    {"accessible", "add", "all", "alter", "analyze", "and", "as", "asc", "asensitive", "before", "between", "bigint", "binary", "blob",
     "both", "by", "call", "cascade", "case", "change", "char", "character", "check", "collate", "column", "condition", "constraint",
     "continue", "convert", "create", "cross", "cube", "cume_dist", "current_date", "current_role", "current_time", "current_timestamp",
     "current_user", "cursor", "database", "databases", "day_hour", "day_microsecond", "day_minute", "day_second", "dec", "decimal",
     "declare", "default", "delayed", "delete", "delete_domain_id", "dense_rank", "desc", "describe", "deterministic", "distinct",
     "distinctrow", "div", "do_domain_ids", "double", "drop", "dual", "each", "else", "elseif", "empty", "enclosed", "escaped",
     "except", "exists", "exit", "explain", "false", "fetch", "first_value", "float", "float4", "float8", "for", "force", "foreign",
     "from", "fulltext", "function", "general", "generated", "get", "grant", "group", "grouping", "groups", "having", "high_priority",
     "hour_microsecond", "hour_minute", "hour_second", "if", "ignore", "ignore_domain_ids", "ignore_server_ids", "in", "index",
     "infile", "inner", "inout", "insensitive", "insert", "int", "int1", "int2", "int3", "int4", "int8", "integer", "intersect",
     "interval", "into", "io_after_gtids", "io_before_gtids", "is", "iterate", "join", "json_table", "key", "keys", "kill", "lag",
     "last_value", "lateral", "lead", "leading", "leave", "left", "like", "limit", "linear", "lines", "load", "localtime",
     "localtimestamp", "lock", "long", "longblob", "longtext", "loop", "low_priority", "master_bind", "master_heartbeat_period",
     "master_ssl_verify_server_cert", "match", "maxvalue", "mediumblob", "mediumint", "mediumtext", "middleint", "minute_microsecond",
     "minute_second", "mod", "modifies", "natural", "no_write_to_binlog", "not", "nth_value", "ntile", "null", "numeric", "of",
     "offset", "on", "optimize", "optimizer_costs", "option", "optionally", "or", "order", "out", "outer", "outfile", "over",
     "page_checksum", "parse_vcol_expr", "partition", "percent_rank", "position", "precision", "primary", "procedure", "purge", "range",
     "rank", "read", "read_write", "reads", "real", "recursive", "ref_system_id", "references", "regexp", "release", "rename", "repeat",
     "replace", "require", "resignal", "restrict", "return", "returning", "revoke", "right", "rlike", "row", "row_number", "rows",
     "schema", "schemas", "second_microsecond", "select", "sensitive", "separator", "set", "show", "signal", "slow", "smallint",
     "spatial", "specific", "sql", "sql_big_result", "sql_calc_found_rows", "sql_small_result", "sqlexception", "sqlstate",
     "sqlwarning", "ssl", "starting", "stats_auto_recalc", "stats_persistent", "stats_sample_pages", "stored", "straight_join",
     "system", "table", "terminated", "then", "tinyblob", "tinyint", "tinytext", "to", "trailing", "trigger", "true", "undo", "union",
     "unique", "unlock", "unsigned", "update", "usage", "use", "using", "utc_date", "utc_time", "utc_timestamp", "values", "varbinary",
     "varchar", "varcharacter", "varying", "virtual", "when", "where", "while", "window", "with", "write", "xor", "year_month",
     "zerofill"}));

constexpr auto functions = std::to_array<detail::FunctionEntry>({
    {"now", {Form::text, "utc_timestamp(6)"}},
    {"current_timestamp", {Form::text, "utc_timestamp(6)"}},
    {"current_date", {Form::text, "CURRENT_DATE"}},
    {"current_time", {Form::text, "CURRENT_TIME"}},
    {"localtimestamp", {Form::text, "LOCALTIMESTAMP"}},
    {"localtime", {Form::text, "LOCALTIME"}},
    {"current_user", {Form::text, "CURRENT_USER"}},
    {"length", {Form::call, "char_length"}},  // length() counts bytes here and characters elsewhere
    {"random", {Form::call, "rand"}},
    {"string_agg", {Form::unsupported, "func::call<std::string>(\"group_concat\", x) joins with commas"}},
    {"date_trunc", {Form::unsupported, "func::call<std::string>(\"date_format\", ...) rounds a date by its format"}},
});

constexpr DialectFeatures common() {
    DialectFeatures f;
    f.insert_returning = false;
    f.update_returning = false;
    f.delete_returning = false;
    f.default_values = false;
    f.on_conflict = false;
    f.update_from = DialectFeatures::MultiTable::list;
    f.delete_using = DialectFeatures::DeleteFrom::list;
    f.cte_place = DialectFeatures::CtePlace::insert_select;
    f.lock_key = false;
    f.full_join = false;
    f.values_source = false;
    f.function_columns = false;
    f.distinct_on = false;
    f.nulls_order = false;
    f.limit = DialectFeatures::Limit::huge;
    f.limit_expression = false;
    f.filter_clause = false;
    f.distinctness = DialectFeatures::Distinctness::spaceship;
    f.concat_function = true;
    f.ilike = false;
    f.exact_text = false;
    f.division = DialectFeatures::Division::add_double;  // natively four digits
    f.exact_average = false;
    f.anchor = DialectFeatures::Anchor::long_text;
    f.json = DialectFeatures::Json::functions;
    f.partial_indexes = false;
    f.text_keys = false;
    f.deferrable_keys = false;
    f.native_enum = DialectFeatures::NativeEnum::listed;
    f.character_set_clause = true;
    f.max_identifier = 64;
    return f;
}

constexpr DialectFeatures mariadb_features() {
    DialectFeatures f = common();
    f.insert_returning = true;
    f.delete_returning = true;
    f.keys_by_returning = true;
    f.cte_place = DialectFeatures::CtePlace::insert_select_only;
    f.lateral = false;
    f.lock_of = false;
    f.lock_share_mode = true;
    f.json = DialectFeatures::Json::text_functions;
    f.lag_default = false;
    return f;
}

// The longest VARCHAR of four-byte characters that fits a row.
constexpr std::uint32_t max_varchar = 16383;

class MysqlDialect final : public Dialect {
public:
    constexpr MysqlDialect(std::string_view name, std::string_view title, DialectFeatures features, bool mariadb) noexcept
        : Dialect(name, title, features), mariadb_(mariadb) {}

    // DATETIME without (6) drops microseconds. Instants are stored as UTC in DATETIME: TIMESTAMP ends in 2038.
    std::string column_type(const SqlType& type) const override {
        if (type.array) refuse_array();
        switch (type.kind) {
            case TypeKind::boolean: return "BOOL";
            case TypeKind::smallint: return "SMALLINT";
            case TypeKind::integer: return "INTEGER";
            case TypeKind::bigint: return "BIGINT";
            case TypeKind::real: return "FLOAT";
            case TypeKind::double_: return "DOUBLE";
            case TypeKind::decimal:
                return type.precision == 0 ? "DECIMAL(65, 30)" : detail::type_with("DECIMAL", type.precision, type.scale);
            case TypeKind::string:
                return type.length == 0 || type.length > max_varchar ? "LONGTEXT" : detail::type_with("VARCHAR", type.length);
            case TypeKind::blob:
                return type.length == 0 || type.length > 4 * max_varchar ? "LONGBLOB" : detail::type_with("VARBINARY", type.length);
            case TypeKind::timestamp:
            case TypeKind::datetime: return "DATETIME(6)";
            case TypeKind::date: return "DATE";
            case TypeKind::time: return "TIME(6)";
            case TypeKind::interval: return "BIGINT";
            case TypeKind::uuid: return "BINARY(16)";
            case TypeKind::json: return "JSON";
            case TypeKind::unknown: break;
        }
        detail::throw_unknown_type();
    }

    std::string cast_type(const SqlType& type) const override {
        if (type.array) refuse_array();
        switch (type.kind) {
            case TypeKind::boolean:
            case TypeKind::smallint:
            case TypeKind::integer:
            case TypeKind::bigint:
            case TypeKind::interval: return "SIGNED";
            case TypeKind::real:
            case TypeKind::double_: return "DOUBLE";
            case TypeKind::string: return type.length == 0 ? "CHAR" : detail::type_with("CHAR", type.length);
            case TypeKind::blob: return "BINARY";
            case TypeKind::json:
                if (mariadb_) detail::throw_not_supported("MariaDB cannot cast to JSON: it is text there");
                return "JSON";
            default: return column_type(type);
        }
    }

    std::string generated_key_type(const SqlType& type) const override { return column_type(type) + " AUTO_INCREMENT"; }
    // SET TRANSACTION is for the next transaction alone.
    std::vector<std::string> begin(const TransactionOptions& options) const override {
        std::vector<std::string> statements;
        switch (options.isolation) {
            case Isolation::server_default: break;
            case Isolation::read_uncommitted: statements.push_back("SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED"); break;
            case Isolation::read_committed: statements.push_back("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"); break;
            case Isolation::repeatable_read: statements.push_back("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"); break;
            case Isolation::serializable: statements.push_back("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); break;
            case Isolation::autocommit: refuse_isolation(options.isolation, "read_uncommitted, read_committed, repeatable_read, serializable");
        }
        statements.push_back(options.read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
        return statements;
    }
    std::string_view tables_query() const noexcept override {
        return "SELECT table_schema, table_name, CASE WHEN table_schema = database() THEN 1 ELSE 0 END FROM information_schema.tables WHERE table_type = 'BASE TABLE'";
    }

    FunctionSpelling function(std::string_view name) const override { return detail::find_function(functions, name); }

private:
    bool reserved(std::string_view word) const override { return detail::contains_word(reserved_words, word); }
    char quote() const noexcept override { return '`'; }
    bool backslash_escapes() const noexcept override { return true; }

    bool mariadb_;
};

constinit const MysqlDialect mysql_instance("mysql", "MySQL", common(), false);
constinit const MysqlDialect mariadb_instance("mariadb", "MariaDB", mariadb_features(), true);

}  // namespace

const Dialect& mysql_dialect() noexcept { return mysql_instance; }
const Dialect& mariadb_dialect() noexcept { return mariadb_instance; }

}  // namespace azoth

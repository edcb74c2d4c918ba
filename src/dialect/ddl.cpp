// CREATE and DROP of tables, indexes and foreign keys.
#include <azoth/base/throw.hpp>
#include <azoth/dialect/ddl.hpp>

#include <algorithm>
#include <cctype>

namespace azoth {

namespace {

using detail::throw_argument_error;

class Ddl {
public:
    Ddl(const Dialect& dialect, const NamingConvention& naming) : dialect_(dialect), naming_(naming) {}

    std::string create(const Table& table, std::span<const ForeignKey* const> later, bool if_not_exists) {
        sql_ = if_not_exists ? "CREATE TABLE IF NOT EXISTS " : "CREATE TABLE ";
        name(table);
        sql_ += " (";
        first_ = true;
        for (const std::uint32_t index : table.declared) {
            if (table.columns[index].expression == nullptr) define(table, table.columns[index]);
        }
        if (!table.primary_key.empty()) {
            constraint(primary_key_name(naming_, table));
            sql_ += "PRIMARY KEY ";
            columns(table, table.primary_key);
        }
        for (const auto& unique : table.uniques) {
            check_indexable(table, unique.columns);
            constraint(constraint_name(naming_, table, unique));
            sql_ += "UNIQUE ";
            columns(table, unique.columns);
        }
        for (const auto& check : table.checks) {
            constraint(constraint_name(naming_, table, check));
            sql_ += "CHECK (" + check.condition + ')';
        }
        for (const auto& key : table.foreign_keys) {
            const bool wait = dialect_.features().alter_constraints && std::find(later.begin(), later.end(), &key) != later.end();
            if (wait) continue;
            constraint(constraint_name(naming_, table, key));
            foreign_key(key);
        }
        sql_ += ')';
        if (dialect_.features().character_set_clause) sql_ += " DEFAULT CHARACTER SET utf8mb4";
        return std::move(sql_);
    }

    std::string create(const Table& table, const Index& index, bool if_not_exists) {
        check_indexable(table, index.columns);
        if (!index.where.empty() && !dialect_.features().partial_indexes) {
            detail::throw_not_supported(std::string(dialect_.title()) + " has no partial index: " + index.name + " of " + table.full_name());
        }
        sql_ = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
        // MySQL has no IF NOT EXISTS here; there the index comes and goes with the table.
        if (if_not_exists && dialect_.features().on_conflict) sql_ += "IF NOT EXISTS ";
        const bool in_schema = dialect_.features().index_in_schema;
        const std::string index_name = constraint_name(naming_, table, index);
        check_length(index_name);
        dialect_.append_qualified(sql_, in_schema ? table.schema : std::string_view(), index_name);
        sql_ += " ON ";
        dialect_.append_qualified(sql_, in_schema ? std::string_view() : std::string_view(table.schema), table.name);
        sql_ += ' ';
        if (index.expression.empty()) {
            columns(table, index.columns);
        } else {
            sql_ += '(' + index.expression + ')';
        }
        if (!index.where.empty()) sql_ += " WHERE " + index.where;
        return std::move(sql_);
    }

    std::string alter(const ForeignKey& key, bool add) {
        if (!dialect_.features().alter_constraints) {
            detail::throw_not_supported(std::string(dialect_.title()) + " cannot add or drop a constraint of a table that exists");
        }
        sql_ = "ALTER TABLE ";
        name(*key.table);
        sql_ += add ? " ADD CONSTRAINT " : dialect_.features().on_conflict ? " DROP CONSTRAINT " : " DROP FOREIGN KEY ";
        std::string key_name = constraint_name(naming_, *key.table, key);
        if (key_name.empty()) {
            NamingConvention fallback;
            fallback.fk = "fk_{table}_{columns}_{referred}";
            key_name = constraint_name(fallback, *key.table, key);
        }
        identifier(key_name);
        if (add) {
            sql_ += ' ';
            foreign_key(key);
        }
        return std::move(sql_);
    }

private:
    void define(const Table& table, const Column& column) {
        separate();
        identifier(column.name);
        sql_ += ' ';
        if (column.type.array && !dialect_.features().arrays) {
            detail::throw_not_supported(std::string(dialect_.title()) + " has no arrays, as " + table.full_name() + '.' + column.name + " is one: store Json instead");
        }
        sql_ += column.generated ? dialect_.generated_key_type(column.type) : dialect_.column_type(column);
        if (column.primary_key) check_indexable(table, {column.index});
        if (column.has_server_default) {
            sql_ += " DEFAULT ";
            default_value(column);
        }
        if (!column.computed.empty()) {
            sql_ += " GENERATED ALWAYS AS (" + column.computed + ") STORED";
            return;  // MariaDB takes no NOT NULL there
        }
        if (!column.nullable || column.primary_key) sql_ += " NOT NULL";
    }

    // A literal or a keyword stands as it is; any other expression needs parentheses on SQLite and MySQL, and takes them on PostgreSQL.
    void default_value(const Column& column) {
        const std::string& text = column.server_default;
        std::string upper = text;
        std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        const bool now = upper == "CURRENT_TIMESTAMP";
        if (now && !dialect_.features().on_conflict) {
            sql_ += "CURRENT_TIMESTAMP(6)";  // MySQL wants the precision of the column
            return;
        }
        const bool keyword = now || upper == "CURRENT_DATE" || upper == "CURRENT_TIME" || upper == "NULL" || upper == "TRUE" || upper == "FALSE";
        const bool number = !text.empty() && text.find_first_not_of("+-.0123456789eE") == std::string::npos;
        const bool quoted = text.size() >= 2 && text.front() == '\'' && text.find('\'', 1) == text.size() - 1;
        const bool plain = keyword || number || quoted;
        if (!plain) sql_ += '(';
        sql_ += text;
        if (!plain) sql_ += ')';
    }

    void foreign_key(const ForeignKey& key) {
        const auto target = key.target_names();
        sql_ += "FOREIGN KEY ";
        columns(*key.table, key.columns);
        sql_ += " REFERENCES ";
        // SQLite looks in the table's own schema, and takes no other.
        dialect_.append_qualified(sql_, dialect_.features().alter_constraints ? std::string_view(target.schema) : std::string_view(), target.table);
        sql_ += " (";
        for (std::size_t i = 0; i < target.columns.size(); ++i) {
            if (i != 0) sql_ += ", ";
            identifier(target.columns[i]);
        }
        sql_ += ')';
        action(" ON DELETE ", key.on_delete);
        action(" ON UPDATE ", key.on_update);
        if (key.deferral == Deferral::not_deferrable) return;
        if (!dialect_.features().deferrable_keys)
            detail::throw_not_supported(std::string(dialect_.title()) + " checks foreign keys at once and cannot defer that of " + key.table->full_name() + '.' + key.table->columns[key.columns.front()].name);
        sql_ += key.deferral == Deferral::deferrable ? " DEFERRABLE" : " DEFERRABLE INITIALLY DEFERRED";
    }

    void action(const char* when, ReferentialAction what) {
        if (what == ReferentialAction::no_action) return;
        sql_ += when;
        switch (what) {
            case ReferentialAction::restrict_: sql_ += "RESTRICT"; break;
            case ReferentialAction::cascade: sql_ += "CASCADE"; break;
            case ReferentialAction::set_null: sql_ += "SET NULL"; break;
            case ReferentialAction::set_default: sql_ += "SET DEFAULT"; break;
            case ReferentialAction::no_action: break;
        }
    }

    void check_indexable(const Table& table, const std::vector<std::uint32_t>& positions) const {
        if (dialect_.features().text_keys) return;
        for (const auto position : positions) {
            const Column& column = table.columns[position];
            const bool unlimited = (column.type.kind == TypeKind::string || column.type.kind == TypeKind::blob) && column.type.length == 0;
            if (!unlimited) continue;
            throw_argument_error(std::string(dialect_.title()) + " cannot index text of unlimited length: give " + table.full_name() + '.' + column.name + " a length(n)");
        }
    }

    void check_length(std::string_view text) const {
        const auto most = dialect_.features().max_identifier;
        if (most == 0 || text.size() <= most) return;
        throw_argument_error("the name \"" + std::string(text) + "\" is longer than the " + std::to_string(most) + " bytes " + std::string(dialect_.title()) + " keeps of it");
    }

    void name(const Table& table) {
        check_length(table.name);
        dialect_.append_qualified(sql_, table.schema, table.name);
    }
    void identifier(std::string_view text) {
        check_length(text);
        dialect_.append_identifier(sql_, text);
    }
    void columns(const Table& table, const std::vector<std::uint32_t>& positions) {
        sql_ += '(';
        for (std::size_t i = 0; i < positions.size(); ++i) {
            if (i != 0) sql_ += ", ";
            identifier(table.columns[positions[i]].name);
        }
        sql_ += ')';
    }
    void separate() {
        if (!first_) sql_ += ", ";
        first_ = false;
    }
    void constraint(const std::string& constraint_name_text) {
        separate();
        if (constraint_name_text.empty()) return;
        sql_ += "CONSTRAINT ";
        identifier(constraint_name_text);
        sql_ += ' ';
    }

    const Dialect& dialect_;
    const NamingConvention& naming_;
    std::string sql_;
    bool first_ = true;
};

}  // namespace

namespace {

bool has_type_of_its_own(const Column& column, const Dialect& dialect) {
    return !column.native_enum.empty() && dialect.features().native_enum == DialectFeatures::NativeEnum::named;
}

// CREATE TYPE has no IF NOT EXISTS, and tables may share a type.
std::string create_enum(const Column& column, const Dialect& dialect) {
    const auto most = dialect.features().max_identifier;
    if (most != 0 && column.native_enum.size() > most)
        detail::throw_argument_error("the name \"" + column.native_enum + "\" of a native enum is longer than the " + std::to_string(most) + " bytes " + std::string(dialect.title()) + " keeps of it");
    std::string body = "BEGIN CREATE TYPE " + dialect.column_type(column) + " AS ENUM (";
    for (std::size_t i = 0; i < column.labels.size(); ++i) {
        if (i != 0) body += ", ";
        dialect.append_literal(body, column.labels[i]);
    }
    body += "); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END";
    std::string sql = "DO ";
    dialect.append_literal(sql, body);
    return sql;
}

}  // namespace

std::vector<std::string> drop_types(const Table& table, const Dialect& dialect) {
    std::vector<std::string> out;
    for (const auto& column : table.columns) {
        if (has_type_of_its_own(column, dialect)) out.push_back("DROP TYPE IF EXISTS " + dialect.column_type(column));
    }
    return out;
}

std::vector<std::string> create_table(const Table& table, const Dialect& dialect, const NamingConvention& naming,
                                      std::span<const ForeignKey* const> later, bool if_not_exists) {
    std::vector<std::string> out;
    Ddl ddl(dialect, naming);
    for (const auto& column : table.columns) {
        if (has_type_of_its_own(column, dialect)) out.push_back(create_enum(column, dialect));
    }
    out.push_back(ddl.create(table, later, if_not_exists));
    for (const auto& index : table.indexes) out.push_back(ddl.create(table, index, if_not_exists));
    return out;
}

std::string add_foreign_key(const ForeignKey& key, const Dialect& dialect, const NamingConvention& naming) {
    return Ddl(dialect, naming).alter(key, true);
}

std::string drop_foreign_key(const ForeignKey& key, const Dialect& dialect, const NamingConvention& naming) {
    return Ddl(dialect, naming).alter(key, false);
}

std::string drop_table(const Table& table, const Dialect& dialect, bool if_exists) {
    std::string sql = if_exists ? "DROP TABLE IF EXISTS " : "DROP TABLE ";
    dialect.append_qualified(sql, table.schema, table.name);
    return sql;
}

std::vector<std::string> create_all(const Metadata& metadata, const Dialect& dialect, bool if_not_exists) {
    const auto sorted = metadata.sorted();
    std::vector<std::string> out;
    for (const Table* table : sorted.tables) {
        for (auto& sql : create_table(*table, dialect, metadata.naming(), sorted.cycle_keys, if_not_exists)) out.push_back(std::move(sql));
    }
    if (dialect.features().alter_constraints) {
        for (const ForeignKey* key : sorted.cycle_keys) out.push_back(add_foreign_key(*key, dialect, metadata.naming()));
    }
    return out;
}

std::vector<std::string> drop_all(const Metadata& metadata, const Dialect& dialect, bool if_exists) {
    const auto sorted = metadata.sorted();
    std::vector<std::string> out;
    if (dialect.features().alter_constraints) {
        for (const ForeignKey* key : sorted.cycle_keys) out.push_back(drop_foreign_key(*key, dialect, metadata.naming()));
    }
    for (auto table = sorted.tables.rbegin(); table != sorted.tables.rend(); ++table) out.push_back(drop_table(**table, dialect, if_exists));
    for (const Table* table : sorted.tables) {
        for (auto& sql : drop_types(*table, dialect)) out.push_back(std::move(sql));
    }
    return out;
}

}  // namespace azoth

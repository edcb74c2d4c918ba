// What all dialects share: identifiers, literals, placeholders, savepoints.
#include <azoth/base/throw.hpp>
#include <azoth/dialect/dialect.hpp>
#include <azoth/schema/table.hpp>

#include <algorithm>
#include <charconv>

namespace azoth {

namespace {

// The identifiers that read the same quoted and unquoted on every database.
bool plain(std::string_view identifier) {
    if (identifier.front() >= '0' && identifier.front() <= '9') return false;
    return std::all_of(identifier.begin(), identifier.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void check_identifier(std::string_view identifier) {
    if (identifier.empty()) detail::throw_argument_error("an SQL identifier is empty");
    if (identifier.find('\0') != std::string_view::npos) detail::throw_argument_error("an SQL identifier contains a NUL byte");
}

std::string with_name(std::string_view words, const Dialect& dialect, std::string_view name) {
    std::string out(words);
    dialect.append_identifier(out, name);
    return out;
}

}  // namespace

void Dialect::append_identifier(std::string& out, std::string_view identifier) const {
    check_identifier(identifier);
    if (plain(identifier) && !reserved(identifier)) {
        out += identifier;
    } else {
        append_quoted(out, identifier);
    }
}

void Dialect::append_qualified(std::string& out, std::string_view schema, std::string_view name) const {
    if (!schema.empty()) {
        append_identifier(out, schema);
        out += '.';
    }
    append_identifier(out, name);
}

std::string Dialect::column_type(const Column& column) const {
    if (column.native_enum.empty() || features_.native_enum == DialectFeatures::NativeEnum::none) return column_type(column.type);
    std::string type;
    if (features_.native_enum == DialectFeatures::NativeEnum::named) {
        append_qualified(type, column.table->schema, column.native_enum);
        return type;
    }
    type = "ENUM(";
    for (std::size_t i = 0; i < column.labels.size(); ++i) {
        if (i != 0) type += ", ";
        append_literal(type, column.labels[i]);
    }
    return type + ')';
}

void Dialect::append_quoted(std::string& out, std::string_view identifier) const {
    check_identifier(identifier);
    out += quote();
    for (const char c : identifier) {
        if (c == quote()) out += c;
        out += c;
    }
    out += quote();
}

void Dialect::append_literal(std::string& out, std::string_view text) const {
    if (text.find('\0') != std::string_view::npos) detail::throw_argument_error("an SQL string literal contains a NUL byte");
    out += '\'';
    for (const char c : text) {
        if (c == '\'' || (c == '\\' && backslash_escapes())) out += c;
        out += c;
    }
    out += '\'';
}

void Dialect::append_placeholder(std::string& out, std::size_t number) const {
    if (!features_.dollar_placeholders) {
        out += '?';
        return;
    }
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out += '$';
    out.append(digits, end);
}

std::string Dialect::savepoint(std::string_view savepoint_name) const { return with_name("SAVEPOINT ", *this, savepoint_name); }
std::string Dialect::rollback_to(std::string_view savepoint_name) const {
    return with_name("ROLLBACK TO SAVEPOINT ", *this, savepoint_name);
}
std::string Dialect::release(std::string_view savepoint_name) const { return with_name("RELEASE SAVEPOINT ", *this, savepoint_name); }

void Dialect::refuse_array() const { detail::throw_not_supported(std::string(title_) + " has no arrays: store Json instead"); }

void Dialect::refuse_isolation(Isolation isolation, std::string_view known) const {
    constexpr std::string_view names[] = {"server_default", "read_uncommitted", "read_committed", "repeatable_read", "serializable", "autocommit"};
    std::string message(title_);
    message.append(" cannot begin a transaction with isolation '").append(names[static_cast<std::size_t>(isolation)]);
    message.append("'; it has ").append(known);
    detail::throw_argument_error(std::move(message));
}

}  // namespace azoth

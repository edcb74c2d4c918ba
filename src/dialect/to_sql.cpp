// to_sql() and the readable form of values.
#include <azoth/dialect/compiler.hpp>
#include <azoth/dialect/to_sql.hpp>
#include <azoth/types/temporal_text.hpp>

#include <charconv>

namespace azoth {

namespace {

constexpr std::size_t longest_shown = 100;

std::string quoted(std::string_view text) {
    std::size_t keep = std::min(text.size(), longest_shown);
    while (keep < text.size() && keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xc0) == 0x80) --keep;  // whole characters
    std::string out = "'";
    for (const char c : text.substr(0, keep)) {
        if (c == '\'') out += c;
        if (static_cast<unsigned char>(c) < 0x20) {
            out += ' ';  // a log line stays one line
        } else {
            out += c;
        }
    }
    out += keep < text.size() ? "'..." : "'";
    return out;
}

std::string hexadecimal(std::string_view bytes) {
    std::string out = "x'";
    for (const char c : bytes.substr(0, longest_shown / 2)) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    out += bytes.size() > longest_shown / 2 ? "'..." : "'";
    return out;
}

template <std::size_t N, class Write>
std::string temporal(Write write, std::int64_t value) {
    char text[N];
    return quoted({text, write(value, text)});
}

bool in_years(std::int64_t value, std::int64_t lowest, std::int64_t highest) { return value >= lowest && value <= highest; }

}  // namespace

std::string to_string(ValueView value) {
    switch (value.kind) {
        case ValueKind::null: return "NULL";
        case ValueKind::boolean: return value.integer != 0 ? "true" : "false";
        case ValueKind::real: {
            char text[32];
            return {text, std::to_chars(text, text + sizeof text, value.real).ptr};
        }
        case ValueKind::timestamp:
        case ValueKind::datetime:
            if (!in_years(value.integer, detail::min_micros, detail::max_micros)) break;
            return temporal<detail::datetime_text_size>(detail::write_datetime, value.integer);
        case ValueKind::date:
            if (!in_years(value.integer, detail::min_days, detail::max_days)) break;
            return temporal<detail::date_text_size>(detail::write_date, value.integer);
        case ValueKind::time:
            if (!in_years(value.integer, 0, detail::micros_per_day)) break;
            return temporal<detail::time_text_size>(detail::write_time, value.integer);
        case ValueKind::integer:
        case ValueKind::interval: break;
        case ValueKind::decimal: return std::string(value.text());
        case ValueKind::blob:
        case ValueKind::uuid: return hexadecimal(value.text());
        case ValueKind::text:
        case ValueKind::json:
        case ValueKind::array: return quoted(value.text());
    }
    return std::to_string(value.integer);
}

std::string to_string(const Value& value) { return to_string(value.view()); }

SqlText to_sql(const detail::FlatStatement& statement, const Dialect& dialect) {
    const CompiledQuery query = compile(statement, dialect);
    SqlText out;
    out.sql = query.statement->sql;
    for (const auto index : query.statement->parameters) {
        if (index >= first_constant) {
            out.values.push_back(query.statement->constants[index - first_constant]);
        } else {
            out.values.push_back(index < query.row_columns ? Value() : statement.values[index - query.row_columns]);
        }
    }
    return out;
}

std::string SqlText::to_string() const {
    std::string out = sql;
    for (std::size_t i = 0; i < values.size(); ++i) {
        out += i == 0 ? " -- [" : ", ";
        out += azoth::to_string(values[i]);
    }
    if (!values.empty()) out += ']';
    return out;
}

}  // namespace azoth

// MariaDB's and MySQL's wordings. A value in a message may hold anything, also what looks like the rest of the message.
#include "message_names.hpp"

#include <cstddef>

namespace azoth::mysql::detail {

namespace {

// Between the first `open` after `from` and the next `close`.
std::string between(std::string_view text, std::string_view from, char open, char close) {
    std::size_t at = text.find(from);
    if (at == std::string_view::npos) return {};
    at = text.find(open, at + from.size() - 1);
    if (at == std::string_view::npos) return {};
    const std::size_t end = text.find(close, at + 1);
    return end == std::string_view::npos ? std::string() : std::string(text.substr(at + 1, end - at - 1));
}

std::string after_dot(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos ? name : name.substr(dot + 1);
}

}  // namespace

MessageNames parse_message(int code, std::string_view message) {
    MessageNames names;
    switch (code) {
        case 1062:
        case 1586:  // Duplicate entry '...' for key 'x', MySQL 8: 'table.x'. The value may hold anything, so from the end.
            if (const std::size_t at = message.rfind("for key '"); at != std::string_view::npos) {
                names.constraint = between(message.substr(at), "for key '", '\'', '\'');
                if (const std::size_t dot = names.constraint.find('.'); dot != std::string::npos) {
                    names.table = names.constraint.substr(0, dot);
                    names.constraint = after_dot(names.constraint);
                }
            }
            break;
        case 1451:
        case 1452:  // ... (`schema`.`table`, CONSTRAINT `x` FOREIGN KEY (`column`) REFERENCES ...
            names.constraint = between(message, "CONSTRAINT `", '`', '`');
            names.table = between(message, "`.`", '`', '`');
            if (const std::size_t at = message.find("`.`"); at != std::string_view::npos) {
                const std::size_t end = message.find('`', at + 3);
                if (end != std::string_view::npos) names.table = message.substr(at + 3, end - at - 3);
            }
            names.column = between(message, "FOREIGN KEY (`", '`', '`');
            break;
        case 4025:  // CONSTRAINT `x` failed for `schema`.`table`
            names.constraint = after_dot(between(message, "CONSTRAINT `", '`', '`'));
            if (const std::size_t at = message.rfind("`.`"); at != std::string_view::npos && message.ends_with('`'))
                names.table = message.substr(at + 3, message.size() - at - 4);
            break;
        case 3819: names.constraint = between(message, "constraint '", '\'', '\''); break;
        case 1048: names.column = between(message, "Column '", '\'', '\''); break;
        case 1364: names.column = between(message, "Field '", '\'', '\''); break;
        case 1264:
        case 1265:
        case 1406: names.column = after_dot(between(message, "for column '", '\'', '\'')); break;
        case 1366:
        case 1292:  // MariaDB: ... for column `schema`.`table`.`column` at row 1; MySQL: for column 'column' at row 1
            if (const std::size_t at = message.rfind(" for column "); at != std::string_view::npos) {
                std::string_view rest = message.substr(at + 12);
                rest = rest.substr(0, rest.rfind(" at row "));
                if (rest.size() >= 2 && (rest.back() == '`' || rest.back() == '\'')) {
                    const char quote = rest.back();
                    rest.remove_suffix(1);
                    names.column = rest.substr(rest.rfind(quote) + 1);
                }
            }
            break;
        case 1054: names.column = after_dot(between(message, "column '", '\'', '\'')); break;
        case 1146: names.table = after_dot(between(message, "Table '", '\'', '\'')); break;
        default: break;
    }
    return names;
}

}  // namespace azoth::mysql::detail

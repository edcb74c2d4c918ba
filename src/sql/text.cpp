// text(): finding the named binds in SQL written by hand.
#include <azoth/base/throw.hpp>
#include <azoth/sql/text.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_part(char c) { return name_start(c) || (c >= '0' && c <= '9'); }

// Position after the quoted text or comment that starts at `at`; `at` itself when none starts there.
std::size_t skip_quoted(std::string_view sql, std::size_t at) {
    const char c = sql[at];
    if (c == '\'' || c == '"' || c == '`') {
        for (std::size_t i = at + 1; i < sql.size(); ++i) {
            if (sql[i] != c) continue;
            if (i + 1 < sql.size() && sql[i + 1] == c) {
                ++i;  // a doubled quote stands for itself
                continue;
            }
            return i + 1;
        }
        throw_argument_error(std::string("text(): a ") + c + " is opened and never closed");
    }
    if (sql.substr(at, 2) == "--") return std::min(sql.find('\n', at), sql.size());
    if (sql.substr(at, 2) == "/*") {
        const auto end = sql.find("*/", at + 2);
        if (end == std::string_view::npos) throw_argument_error("text(): a comment is opened and never closed");
        return end + 2;
    }
    return at;
}

}  // namespace

TextBase::TextBase(std::string sql) {
    std::string piece;
    for (std::size_t i = 0; i < sql.size();) {
        if (const std::size_t next = skip_quoted(sql, i); next != i) {
            piece.append(sql, i, next - i);
            i = next;
        } else if (sql[i] == '\\' && i + 1 < sql.size() && sql[i + 1] == ':') {
            piece += ':';
            i += 2;
        } else if (sql[i] == ':' && i + 1 < sql.size() && sql[i + 1] == ':') {  // PostgreSQL's cast
            piece += "::";
            i += 2;
        } else if (sql[i] == ':' && i + 1 < sql.size() && name_start(sql[i + 1]) && (i == 0 || !name_part(sql[i - 1]))) {
            std::size_t end = i + 1;
            while (end < sql.size() && name_part(sql[end])) ++end;
            pieces_.push_back(std::move(piece));
            piece.clear();
            binds_.emplace_back(sql, i + 1, end - i - 1);
            i = end;
        } else {
            piece += sql[i++];
        }
    }
    pieces_.push_back(std::move(piece));
    if (std::all_of(pieces_.begin(), pieces_.end(), [](const std::string& p) { return p.find_first_not_of(" \t\r\n;") == std::string::npos; }) && binds_.empty())
        throw_argument_error("text(): the SQL text is empty");
}

void TextBase::set(std::string_view name, Value value) {
    if (std::find(binds_.begin(), binds_.end(), name) == binds_.end())
        throw_argument_error("text(): there is no bind :" + std::string(name) + " in the SQL text");
    for (auto& known : values_) {
        if (known.first == name) {
            known.second = std::move(value);
            return;
        }
    }
    values_.emplace_back(std::string(name), std::move(value));
}

Tape TextBase::tape() const {
    Tape out;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (!pieces_[i].empty()) out.text_leaf(Op::raw, pieces_[i]);
        if (i == binds_.size()) break;
        const auto known = std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == binds_[i]; });
        if (known == values_.end()) throw_argument_error("text(): no value is given for :" + binds_[i] + "; add .bind(\"" + binds_[i] + "\"_c, value)");
        out.bind(known->second);
    }
    out.close_all(Op::text_statement, nullptr, columns_.empty() ? 0 : 1);
    for (const auto& column : columns_) out.text_leaf(Op::text_column, column);
    return out;
}

}  // namespace azoth::detail

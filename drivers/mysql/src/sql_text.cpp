// Skipping comments and recognising keywords (https://mariadb.com/kb/en/comment-syntax/).
#include "sql_text.hpp"

#include <algorithm>
#include <cstddef>

namespace azoth::mysql::detail {

namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr bool is_letter(char c) noexcept { return upper(c) >= 'A' && upper(c) <= 'Z'; }

// A comment that the server executes (/*! ... */) stays: what is in it cannot be told from outside.
std::string_view skip_blank(std::string_view text) noexcept {
    while (!text.empty()) {
        if (is_space(text[0]) || text[0] == ';' || text[0] == '(') {
            text.remove_prefix(1);
        } else if (text[0] == '#' || (text.starts_with("--") && (text.size() == 2 || is_space(text[2])))) {
            const std::size_t end = text.find('\n');
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        } else if (text.starts_with("/*") && !text.starts_with("/*!") && !text.starts_with("/*M!")) {
            const std::size_t end = text.find("*/", 2);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        } else {
            break;
        }
    }
    return text;
}

std::string_view next_word(std::string_view& text) noexcept {
    text = skip_blank(text);
    const auto end = std::find_if_not(text.begin(), text.end(), is_letter);
    const auto size = static_cast<std::size_t>(end - text.begin());
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(size);
    return word;
}

bool is(std::string_view word, std::string_view keyword) noexcept {
    return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(), [](char a, char b) { return upper(a) == b; });
}

Verb begin_or_more(std::string_view rest) noexcept { return skip_blank(rest).empty() ? Verb::begin : Verb::begin_more; }

}  // namespace

Verb verb_of(std::string_view sql) noexcept {
    const std::string_view word = next_word(sql);
    switch (word.empty() ? '\0' : upper(word[0])) {
        case 'B': {
            if (!is(word, "BEGIN")) return Verb::other;
            std::string_view rest = sql;
            const std::string_view next = next_word(rest);
            if (is(next, "NOT")) return Verb::other;  // BEGIN NOT ATOMIC: a compound statement
            return begin_or_more(is(next, "WORK") ? rest : sql);
        }
        case 'C': return is(word, "COMMIT") ? Verb::commit : Verb::other;
        case 'D': return is(word, "DELETE") ? Verb::change : Verb::other;
        case 'I': return is(word, "INSERT") ? Verb::change : Verb::other;
        case 'U': return is(word, "UPDATE") ? Verb::change : Verb::other;
        case 'S':
            if (is(word, "SELECT")) return Verb::select;
            if (is(word, "SAVEPOINT")) return Verb::savepoint;
            return is(word, "START") && is(next_word(sql), "TRANSACTION") ? begin_or_more(sql) : Verb::other;
        case 'R': break;
        default: return Verb::other;
    }
    if (is(word, "RELEASE")) return Verb::release;
    if (is(word, "REPLACE")) return Verb::change;
    if (!is(word, "ROLLBACK")) return Verb::other;
    std::string_view next = next_word(sql);
    if (is(next, "WORK")) next = next_word(sql);
    return is(next, "TO") ? Verb::rollback_to : Verb::rollback;
}

}  // namespace azoth::mysql::detail

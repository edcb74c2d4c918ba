// Skipping comments and recognising keywords (the grammar's lexical part: https://www.sqlite.org/lang_comment.html).
#include "sql_text.hpp"

#include <algorithm>
#include <cstddef>

namespace azoth::sqlite::detail {

namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr bool is_letter(char c) noexcept { return upper(c) >= 'A' && upper(c) <= 'Z'; }

std::string_view skip_blank(std::string_view text, bool semicolons) noexcept {
    while (!text.empty()) {
        if (is_space(text[0]) || (semicolons && text[0] == ';')) {
            text.remove_prefix(1);
        } else if (text.starts_with("--")) {
            const std::size_t end = text.find('\n');
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        } else if (text.starts_with("/*")) {
            const std::size_t end = text.find("*/", 2);
            text.remove_prefix(end == std::string_view::npos ? text.size()
                                                             : end + 2);  // SQLite accepts an open comment at the end
        } else {
            break;
        }
    }
    return text;
}

std::string_view next_word(std::string_view& text) noexcept {
    text = skip_blank(text, false);
    const auto end = std::find_if_not(text.begin(), text.end(), is_letter);
    const auto size = static_cast<std::size_t>(end - text.begin());
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(size);
    return word;
}

bool is(std::string_view word, std::string_view keyword) noexcept {
    return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                      [](char a, char b) { return upper(a) == b; });
}

}  // namespace

Verb verb_of(std::string_view sql) noexcept {
    sql = skip_blank(sql, true);
    const std::string_view word = next_word(sql);
    switch (word.empty() ? '\0' : upper(word[0])) {
        case 'B':
            return is(word, "BEGIN") ? Verb::begin : Verb::other;
        case 'C':
            return is(word, "COMMIT") ? Verb::commit : Verb::other;
        case 'D':
            return is(word, "DELETE") ? Verb::change : Verb::other;
        case 'E':
            return is(word, "END") ? Verb::commit : Verb::other;
        case 'I':
            return is(word, "INSERT") ? Verb::change : Verb::other;
        case 'S':
            return is(word, "SAVEPOINT") ? Verb::savepoint : Verb::other;
        case 'U':
            return is(word, "UPDATE") ? Verb::change : Verb::other;
        case 'W':
            return is(word, "WITH") ? Verb::change : Verb::other;
        case 'R':
            break;
        default:
            return Verb::other;
    }
    if (is(word, "RELEASE")) return Verb::release;
    if (is(word, "REPLACE")) return Verb::change;
    if (!is(word, "ROLLBACK")) return Verb::other;
    std::string_view next = next_word(sql);
    if (is(next, "TRANSACTION")) next = next_word(sql);
    return is(next, "TO") ? Verb::rollback_to : Verb::rollback;
}

bool is_blank(std::string_view text) noexcept { return skip_blank(text, true).empty(); }

}  // namespace azoth::sqlite::detail

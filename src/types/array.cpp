// The text form of arrays: https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO
#include <azoth/types/array.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/types/temporal_text.hpp>
#include <azoth/types/utf8.hpp>
#include <azoth/types/uuid.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace azoth::detail {

namespace {

bool is_null_word(std::string_view text) {
    if (text.size() != 4) return false;
    constexpr std::string_view word = "null";
    for (std::size_t i = 0; i < 4; ++i) {
        if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void append_text(std::string_view text, std::string& out) {
    bool quotes = text.empty() || is_null_word(text);
    for (const char c : text) quotes = quotes || c == '{' || c == '}' || c == ',' || c == '"' || c == '\\' || is_space(c);
    if (!quotes) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

template <std::size_t N, class Write>
void append_temporal(Write write, std::int64_t value, const char* zone, std::string& out) {
    char room[N];
    append_text(std::string(room, write(value, room)) + zone, out);
}

}  // namespace

void append_element(ValueView element, std::string& out) {
    char room[32];
    switch (element.kind) {
        case ValueKind::null: out += "NULL"; return;
        case ValueKind::boolean: out += element.integer != 0 ? 't' : 'f'; return;
        case ValueKind::integer:
        case ValueKind::interval: out.append(room, std::to_chars(room, room + sizeof room, element.integer).ptr); return;
        case ValueKind::real:
            if (std::isnan(element.real)) {
                out += "NaN";
            } else if (std::isinf(element.real)) {
                out += element.real < 0 ? "-Infinity" : "Infinity";
            } else {
                out.append(room, std::to_chars(room, room + sizeof room, element.real).ptr);
            }
            return;
        case ValueKind::timestamp: append_temporal<datetime_text_size>(write_datetime, element.integer, "+00", out); return;
        case ValueKind::datetime: append_temporal<datetime_text_size>(write_datetime, element.integer, "", out); return;
        case ValueKind::date: append_temporal<date_text_size>(write_date, element.integer, "", out); return;
        case ValueKind::time: append_temporal<time_text_size>(write_time, element.integer, "", out); return;
        case ValueKind::uuid: append_text(type_traits<Uuid>::decode(element).to_string(), out); return;
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
            check_text(element.text());
            append_text(element.text(), out);
            return;
        case ValueKind::blob:
        case ValueKind::array: break;
    }
    throw_data_error(std::string("an array cannot hold a value of kind ") + to_string(element.kind));
}

void throw_null_element() { throw_data_error("an array holds NULL, but its elements are not std::optional"); }

ArrayReader::ArrayReader(ValueView stored) : stored_(stored) {
    if (stored.kind != ValueKind::array && stored.kind != ValueKind::text) throw_wrong_kind(stored, "an array");
    rest_ = stored.text();
    // "[0:2]={...}" has bounds of its own
    if (rest_.starts_with('[')) rest_.remove_prefix(std::min(rest_.find('=') + 1, rest_.size()));
    if (rest_.size() < 2 || rest_.front() != '{' || rest_.back() != '}') refuse();
    rest_ = rest_.substr(1, rest_.size() - 2);
}

bool ArrayReader::next(ValueView& element) {
    if (rest_.empty()) return false;
    if (!first_) {
        if (rest_.front() != ',' || rest_.size() == 1) refuse();
        rest_.remove_prefix(1);
    }
    first_ = false;
    element_.clear();
    const bool quoted = rest_.front() == '"';
    std::size_t at = quoted ? 1 : 0;
    for (;; ++at) {
        if (at == rest_.size()) {
            if (quoted) refuse();
            break;
        }
        const char c = rest_[at];
        if (quoted ? c == '"' : c == ',') break;
        if (!quoted && (c == '{' || c == '}' || c == '"')) refuse();
        if (c == '\\' && ++at == rest_.size()) refuse();
        element_ += rest_[at];
    }
    rest_.remove_prefix(quoted ? at + 1 : at);
    if (!quoted && element_.empty()) refuse();
    element = !quoted && is_null_word(element_) ? ValueView() : ValueView::of_bytes(element_, ValueKind::text);
    return true;
}

void ArrayReader::refuse() const { throw_unreadable(stored_, "array of one dimension"); }

}  // namespace azoth::detail

// A JSON validator (RFC 8259) without recursion that drops insignificant white space in place as it goes.
#include <azoth/types/json.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/types/utf8.hpp>
#include <azoth/types/value_buffer.hpp>

#include <utility>

namespace azoth {

namespace {

constexpr std::size_t max_depth = 512;

class Compactor {
public:
    explicit Compactor(std::string& text) : text_(text) {}

    void run() {
        if (const std::size_t bad = detail::find_bad_utf8(text_); bad != std::string::npos)
            fail(bad, "a NUL byte or not UTF-8");
        Expect expect = Expect::value;
        for (;;) {
            skip_space();
            if (expect == Expect::after_value && open_.empty()) break;
            expect = step(expect);
        }
        if (read_ != text_.size()) fail(read_, "text after the document");
        text_.resize(write_);
    }

private:
    enum class Expect { value, value_or_end, name, name_or_end, after_value };

    Expect step(Expect expect) {
        const char c = peek();
        if ((c == ']' || c == '}') &&
            (expect == Expect::after_value || expect == Expect::value_or_end || expect == Expect::name_or_end)) {
            if (open_.back() != (c == ']' ? '[' : '{')) fail(read_, "a bracket that does not match");
            open_.pop_back();
            keep();
            return Expect::after_value;
        }
        if (expect == Expect::after_value) {
            if (c != ',') fail(read_, "a comma or closing bracket is missing");
            keep();
            return open_.back() == '{' ? Expect::name : Expect::value;
        }
        if (expect == Expect::name || expect == Expect::name_or_end) {
            if (c != '"') fail(read_, "a name in quotes is missing");
            string();
            skip_space();
            if (peek() != ':') fail(read_, "a colon is missing");
            keep();
            return Expect::value;
        }
        return value(c);
    }

    Expect value(char c) {
        switch (c) {
            case '{':
            case '[':
                if (open_.size() == max_depth) fail(read_, "nested deeper than 512");
                open_ += c;
                keep();
                return c == '{' ? Expect::name_or_end : Expect::value_or_end;
            case '"':
                string();
                break;
            case 't':
                word("true");
                break;
            case 'f':
                word("false");
                break;
            case 'n':
                word("null");
                break;
            default:
                number();
                break;
        }
        return Expect::after_value;
    }

    void string() {
        keep();
        for (;;) {
            const char c = peek();
            if (c == '"') return keep();
            if (static_cast<unsigned char>(c) < 0x20)
                fail(read_, "a string that does not end, or a control character in it");
            keep();
            if (c == '\\') escape();
        }
    }

    void escape() {
        const char c = peek();
        if (c == '\0' || std::string_view("\"\\/bfnrtu").find(c) == std::string_view::npos)
            fail(read_, "an unknown escape");
        keep();
        for (int i = 0; c == 'u' && i < 4; ++i) {
            if (peek() == '\0' || std::string_view("0123456789abcdefABCDEF").find(peek()) == std::string_view::npos) {
                fail(read_, "four hexadecimal digits are missing");
            }
            keep();
        }
    }

    void number() {
        if (peek() == '-') keep();
        if (peek() == '0') {
            keep();
        } else {
            digits();
        }
        if (peek() == '.') {
            keep();
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            keep();
            if (peek() == '+' || peek() == '-') keep();
            digits();
        }
    }

    void digits() {
        if (!is_digit(peek())) fail(read_, "a value is missing");
        while (is_digit(peek())) keep();
    }

    void word(std::string_view expected) {
        for (const char c : expected) {
            if (peek() != c) fail(read_, "a value is missing");
            keep();
        }
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    // NUL marks the end: it cannot be in the text any more.
    char peek() const { return read_ < text_.size() ? text_[read_] : '\0'; }
    void keep() { text_[write_++] = text_[read_++]; }
    void skip_space() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++read_;
    }
    [[noreturn]] static void fail(std::size_t offset, const char* what) {
        detail::throw_data_error("JSON is not valid at offset " + std::to_string(offset) + ": " + what);
    }

    std::string& text_;
    std::string open_;  // the brackets around the present position
    std::size_t read_ = 0;
    std::size_t write_ = 0;
};

}  // namespace

Json Json::parse(std::string text) {
    detail::check_size(text.size());
    Compactor(text).run();
    return Json(std::move(text), 0);
}

void type_traits<Json>::encode(const Json& value, Value& out) {
    out.assign(ValueView::of_bytes(value.text(), ValueKind::json));
}

void type_traits<Json>::append(const Json& value, ValueBuffer& out) {
    out.append(ValueView::of_bytes(value.text(), ValueKind::json));
}

Json type_traits<Json>::decode(ValueView stored) {
    if (stored.kind != ValueKind::json && stored.kind != ValueKind::text)
        detail::throw_wrong_kind(stored, "azoth::Json");
    return Json::parse(std::string(stored.text()));
}

}  // namespace azoth

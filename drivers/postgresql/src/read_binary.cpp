// Big-endian integers, IEEE floats, numeric in base 10000, times in microseconds since 2000-01-01.
#include "read_binary.hpp"

#include "read.hpp"
#include "types.hpp"
#include "write.hpp"

#include <azoth/base/error.hpp>

#include <bit>
#include <cstring>
#include <limits>
#include <string>

namespace azoth::postgresql::detail::binary {

namespace {

constexpr std::int64_t micros_from_1970_to_2000 = std::int64_t{946'684'800} * 1'000'000;
constexpr std::int64_t days_from_1970_to_2000 = 10'957;

[[noreturn]] void malformed(std::string_view type) { throw InternalError("the server sent a malformed binary " + std::string(type)); }

template <class Unsigned>
Unsigned big_endian(std::string_view bytes, std::size_t at = 0) {
    if (bytes.size() < at + sizeof(Unsigned)) malformed("value");
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) value = static_cast<Unsigned>(value << 8 | static_cast<unsigned char>(bytes[at + i]));
    return value;
}
std::int16_t int16(std::string_view bytes, std::size_t at = 0) { return static_cast<std::int16_t>(big_endian<std::uint16_t>(bytes, at)); }
std::int32_t int32(std::string_view bytes, std::size_t at = 0) { return static_cast<std::int32_t>(big_endian<std::uint32_t>(bytes, at)); }
std::int64_t int64(std::string_view bytes, std::size_t at = 0) { return static_cast<std::int64_t>(big_endian<std::uint64_t>(bytes, at)); }

void append_text(std::string_view text, ValueBuffer& out) { out.append(ValueView::of_bytes(text, ValueKind::text)); }

// The ends of the range mean infinity.
void read_instant(std::string_view bytes, ValueKind kind, ValueBuffer& out) {
    const std::int64_t micros = int64(bytes);
    if (micros == std::numeric_limits<std::int64_t>::max()) return append_text("infinity", out);
    if (micros == std::numeric_limits<std::int64_t>::min()) return append_text("-infinity", out);
    if (micros > std::numeric_limits<std::int64_t>::max() - micros_from_1970_to_2000) return append_text("later than azoth can tell", out);
    out.append(ValueView::of_integer(micros + micros_from_1970_to_2000, kind));
}

// https://www.postgresql.org/docs/15/arrays.html: one header for all dimensions, then the elements.
class ArrayWriter {
public:
    ArrayWriter(std::string_view bytes, ValueBuffer& cells, std::string& text) : bytes_(bytes), cells_(cells), text_(text) {}

    void run() {
        const std::int32_t dimensions = int32(bytes_);
        if (dimensions < 0 || dimensions > 6) malformed("array");
        type_ = big_endian<std::uint32_t>(bytes_, 8);
        read_ = binary_reader(type_);
        if (read_ == nullptr) malformed("array");
        at_ = 12;
        if (dimensions == 0) {
            text_ = "{}";
            return;
        }
        for (std::int32_t i = 0; i < dimensions; ++i, at_ += 8) lengths_[i] = int32(bytes_, at_);
        dimensions_ = dimensions;
        level(0);
    }

private:
    void level(std::int32_t depth) {
        text_ += '{';
        for (std::int32_t i = 0; i < lengths_[depth]; ++i) {
            if (i != 0) text_ += ',';
            if (depth + 1 < dimensions_) {
                level(depth + 1);
            } else {
                element();
            }
        }
        text_ += '}';
    }

    void element() {
        const std::int32_t size = int32(bytes_, at_);
        at_ += 4;
        if (size < 0) return write_element({}, text_);
        if (at_ + static_cast<std::size_t>(size) > bytes_.size()) malformed("array");
        cells_.clear(1);
        read_(bytes_.substr(at_, static_cast<std::size_t>(size)), type_, cells_);
        write_element(cells_.cells().front(), text_);
        at_ += static_cast<std::size_t>(size);
    }

    std::string_view bytes_;
    ValueBuffer& cells_;
    std::string& text_;
    Reader read_ = nullptr;
    std::uint32_t type_ = 0;
    std::size_t at_ = 0;
    std::int32_t dimensions_ = 0;
    std::int32_t lengths_[6]{};
};

}  // namespace

void read_bool(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    out.append(ValueView::of_integer(big_endian<std::uint8_t>(bytes) != 0 ? 1 : 0, ValueKind::boolean));
}
void read_int2(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_integer(int16(bytes))); }
void read_int4(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_integer(int32(bytes))); }
void read_int8(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_integer(int64(bytes))); }
void read_oid(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_integer(big_endian<std::uint32_t>(bytes))); }
void read_float4(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    out.append(ValueView::of_real(static_cast<double>(std::bit_cast<float>(big_endian<std::uint32_t>(bytes)))));
}
void read_float8(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_real(std::bit_cast<double>(big_endian<std::uint64_t>(bytes)))); }

// ndigits, weight of the first digit, sign, digits behind the point, then the digits in base 10000 (numeric_send).
void read_numeric(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    const int digits = int16(bytes);
    const int weight = int16(bytes, 2);
    const auto sign = big_endian<std::uint16_t>(bytes, 4);
    const int scale = big_endian<std::uint16_t>(bytes, 6);
    if (digits < 0 || bytes.size() < 8 + static_cast<std::size_t>(digits) * 2) malformed("numeric");
    if (sign == 0xC000) return append_text("NaN", out);
    if (sign == 0xD000) return append_text("Infinity", out);
    if (sign == 0xF000) return append_text("-Infinity", out);
    const auto digit = [&](int index) { return index < 0 || index >= digits ? 0 : static_cast<int>(int16(bytes, 8 + static_cast<std::size_t>(index) * 2)); };
    std::string text;
    text.reserve(static_cast<std::size_t>((weight > 0 ? weight : 0) * 4 + scale + 8));
    const auto group = [&](int value) {
        const char four[4] = {static_cast<char>('0' + value / 1000), static_cast<char>('0' + value / 100 % 10), static_cast<char>('0' + value / 10 % 10),
                              static_cast<char>('0' + value % 10)};
        text.append(four, 4);
    };
    if (sign == 0x4000) text += '-';
    if (weight < 0) {
        text += '0';
    } else {
        text += std::to_string(digit(0));
        for (int i = 1; i <= weight; ++i) group(digit(i));
    }
    if (scale > 0) {
        text += '.';
        const std::size_t end = text.size() + static_cast<std::size_t>(scale);
        for (int i = weight + 1; text.size() < end; ++i) group(digit(i));
        text.resize(end);
    }
    out.append(ValueView::of_bytes(text, ValueKind::decimal));
}

void read_timestamp(std::string_view bytes, std::uint32_t, ValueBuffer& out) { read_instant(bytes, ValueKind::datetime, out); }
void read_timestamptz(std::string_view bytes, std::uint32_t, ValueBuffer& out) { read_instant(bytes, ValueKind::timestamp, out); }
void read_date(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    const std::int32_t days = int32(bytes);
    if (days == std::numeric_limits<std::int32_t>::max()) return append_text("infinity", out);
    if (days == std::numeric_limits<std::int32_t>::min()) return append_text("-infinity", out);
    out.append(ValueView::of_integer(days + days_from_1970_to_2000, ValueKind::date));
}
void read_time(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_integer(int64(bytes), ValueKind::time)); }

// Microseconds, days, months. A month has no length.
void read_interval(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    constexpr std::int64_t day = std::int64_t{86'400} * 1'000'000;
    const std::int64_t micros = int64(bytes);
    const std::int64_t days = int32(bytes, 8);
    const std::int32_t months = int32(bytes, 12);
    std::int64_t total = 0;
    if (months != 0 || __builtin_mul_overflow(days, day, &total) || __builtin_add_overflow(total, micros, &total)) {
        return append_text(std::to_string(months) + " mons " + std::to_string(days) + " days " + std::to_string(micros) + " microseconds", out);
    }
    out.append(ValueView::of_integer(total, ValueKind::interval));
}

void read_uuid(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    if (bytes.size() != 16) malformed("uuid");
    out.append(ValueView::of_bytes(bytes, ValueKind::uuid));
}
void read_bytea(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_bytes(bytes, ValueKind::blob)); }
void read_json(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_bytes(bytes, ValueKind::json)); }
void read_jsonb(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    if (bytes.empty() || bytes.front() != 1) malformed("jsonb");  // the version of its text form
    out.append(ValueView::of_bytes(bytes.substr(1), ValueKind::json));
}
void read_characters(std::string_view bytes, std::uint32_t, ValueBuffer& out) { append_text(bytes, out); }
void read_void(std::string_view, std::uint32_t, ValueBuffer& out) { out.append_null(); }

void read_array(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    ValueBuffer cells(1);
    std::string text;
    ArrayWriter(bytes, cells, text).run();
    out.append(ValueView::of_bytes(text, ValueKind::array));
}

}  // namespace azoth::postgresql::detail::binary

// Fuzz target: everything that reads a value's text. Nothing but DataError may come out, and what was read must survive
// being written.
#include <azoth/base/error.hpp>
#include <azoth/types/decimal.hpp>
#include <azoth/types/json.hpp>
#include <azoth/types/scalars.hpp>
#include <azoth/types/temporal_text.hpp>
#include <azoth/types/text.hpp>
#include <azoth/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// Runs `check`, letting the one permitted error pass.
template <class Check>
void attempt(Check check) {
    try {
        check();
    } catch (const azoth::DataError&) {
        // a refusal is an answer
    }
}

void check_temporal(std::string_view text) {
    using namespace azoth::detail;
    char out[datetime_text_size];
    attempt([&] {
        const std::int64_t micros = parse_timestamp(text);
        require(parse_timestamp({out, write_datetime(micros, out)}) == micros);
    });
    attempt([&] {
        const std::int64_t micros = parse_datetime(text);
        require(micros == parse_timestamp(text));
        require(parse_datetime({out, write_datetime(micros, out)}) == micros);
    });
    attempt([&] {
        const std::int64_t days = parse_date(text);
        require(std::string_view(out, write_date(days, out)) == text);
    });
    attempt([&] {
        const std::int64_t micros = parse_time(text);
        require(parse_time({out, write_time(micros, out)}) == micros);
    });
}

void check_decimal(std::string_view text) {
    attempt([&] {
        const azoth::Decimal value(text);
        const std::string written = value.to_string();
        const azoth::Decimal again(written);
        require(again == value && again.to_string() == written && again.hash() == value.hash());
        require((value - value).is_zero() && -(-value) == value);
        require(value.round(value.scale()).to_string() == written);
        require(value + 1 > value && value < value + 1);
    });
}

// Any eight bytes are an instant, a date and a time of day, and each must come back from its text.
void check_writers(std::string_view bytes) {
    using namespace azoth::detail;
    if (bytes.size() < 8) return;
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(byte);
    char out[datetime_text_size];
    const std::int64_t micros = min_micros + static_cast<std::int64_t>(number % (max_micros - min_micros + 1));
    const std::int64_t days = min_days + static_cast<std::int64_t>(number % (max_days - min_days + 1));
    const auto time = static_cast<std::int64_t>(number % micros_per_day);
    require(parse_datetime({out, write_datetime(micros, out)}) == micros);
    require(parse_date({out, write_date(days, out)}) == days);
    require(parse_time({out, write_time(time, out)}) == time);
    const auto whole = static_cast<std::int64_t>(number);
    require(azoth::Decimal(whole).to_int64() == whole);
    require(azoth::Decimal(azoth::Decimal(whole).to_string()) == azoth::Decimal(whole));
}

void check_all(std::string_view text) {
    check_temporal(text);
    check_decimal(text);
    attempt([&] {
        const azoth::Uuid uuid = azoth::Uuid::parse(text);
        require(azoth::Uuid::parse(uuid.to_string()) == uuid);
    });
    attempt([&] {
        const azoth::Json json = azoth::Json::parse(std::string(text));
        require(json.text().size() <= text.size() && azoth::Json::parse(json.text()).text() == json.text());
    });
    attempt([&] { require(azoth::text_value(text).view().text() == text); });
    const azoth::ValueView view = azoth::ValueView::of_bytes(text, azoth::ValueKind::text);
    attempt([&] {
        const auto number = azoth::type_traits<std::int64_t>::decode(view);
        const std::string written = std::to_string(number);
        const auto again = azoth::ValueView::of_bytes(written, azoth::ValueKind::text);
        require(azoth::type_traits<std::int64_t>::decode(again) == number);
    });
    attempt([&] { azoth::type_traits<double>::decode(view); });
    attempt([&] { azoth::type_traits<bool>::decode(view); });
}

// Random bytes almost never look like a timestamp; one of these with a few bytes changed does.
constexpr std::string_view seeds[] = {"2023-11-15 00:13:20.123456+02:00",
                                      "0001-01-01T00:00:00Z",
                                      "9999-12-31 23:59:59.999999-00:30",
                                      "2024-02-29",
                                      "23:59:59.5",
                                      "-123.450e-3",
                                      "{0190163d-8694-739b-aea5-966c26f8ad91}",
                                      "0190163d8694739baea5966c26f8ad91",
                                      R"({ "a" : [1, -2.5e3, "\u00e9\n", null, true, {}]})",
                                      "\xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9",
                                      "9223372036854775807.00"};

// The first byte picks a seed, every following pair is a place and what to put there.
std::string changed_seed(std::string_view bytes) {
    std::string text(seeds[static_cast<unsigned char>(bytes[0]) % std::size(seeds)]);
    for (std::size_t i = 1; i + 1 < bytes.size() && i < 7; i += 2) {
        text[static_cast<unsigned char>(bytes[i]) % text.size()] = bytes[i + 1];
    }
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_all(bytes);
    check_writers(bytes);
    if (!bytes.empty()) check_all(changed_seed(bytes));
    return 0;
}

// Writers and parsers of ISO 8601 dates and times in the forms that SQLite, PostgreSQL and MariaDB print.
#include <azoth/types/temporal_text.hpp>

#include <azoth/base/throw.hpp>

#include <chrono>
#include <string>

namespace azoth::detail {

namespace {

static_assert(std::chrono::sys_days(std::chrono::year(1) / 1 / 1).time_since_epoch().count() == min_days);
static_assert(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31).time_since_epoch().count() == max_days);

constexpr std::int64_t micros_per_second = 1'000'000;

void write_digits(std::uint64_t value, int count, char* out) {
    for (int i = count - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// A cursor over the text; every step that cannot be taken throws.
class Reader {
public:
    Reader(std::string_view text, const char* what) : text_(text), what_(what) {}

    bool at_end() const { return at_ == text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    void skip() { ++at_; }
    bool take(char wanted) {
        if (at_end() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    void expect(char wanted) {
        if (!take(wanted)) fail();
    }
    bool next_is_digit() const { return !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; }
    int digit() {
        if (!next_is_digit()) fail();
        return text_[at_++] - '0';
    }
    int digits(int count) {
        int value = 0;
        while (count-- > 0) value = value * 10 + digit();
        return value;
    }
    int digits_up_to(int count, int limit) {
        const int value = digits(count);
        if (value > limit) fail();
        return value;
    }
    [[noreturn]] void fail() const {
        throw_data_error("text of " + std::to_string(text_.size()) + " bytes is not a valid " + what_ + " at offset " +
                         std::to_string(at_));
    }
    [[noreturn]] void fail_range() const {
        throw_data_error(std::string(what_) + " is outside the years 0001 to 9999");
    }

private:
    std::string_view text_;
    const char* what_;
    std::size_t at_ = 0;
};

std::int64_t read_date(Reader& reader) {
    const int year = reader.digits(4);
    reader.expect('-');
    const int month = reader.digits(2);
    reader.expect('-');
    const int day = reader.digits(2);
    if (year == 0) reader.fail_range();
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) reader.fail();
    return std::chrono::sys_days(date).time_since_epoch().count();
}

std::int64_t read_fraction(Reader& reader) {
    std::int64_t micros = 0;
    for (int i = 0; i < 6; ++i) micros = micros * 10 + (i == 0 || reader.next_is_digit() ? reader.digit() : 0);
    for (int i = 0; i < 3 && reader.next_is_digit(); ++i) {
        if (reader.digit() != 0) reader.fail();
    }
    return micros;
}

std::int64_t read_time(Reader& reader) {
    const int hours = reader.digits_up_to(2, 23);
    reader.expect(':');
    const int minutes = reader.digits_up_to(2, 59);
    int seconds = 0;
    std::int64_t micros = 0;
    if (reader.take(':')) {
        seconds = reader.digits_up_to(2, 59);
        if (reader.take('.')) micros = read_fraction(reader);
    }
    return ((hours * 60 + minutes) * 60 + seconds) * micros_per_second + micros;
}

/// Seconds east of UTC.
std::int64_t read_offset(Reader& reader) {
    if (reader.take('Z') || reader.take('z')) return 0;
    const bool west = reader.peek() == '-';
    if (!west && reader.peek() != '+') reader.fail();
    reader.skip();
    std::int64_t seconds = reader.digits_up_to(2, 23) * 3600;
    if (!reader.at_end()) {
        const bool colon = reader.take(':');
        seconds += reader.digits_up_to(2, 59) * 60;
        if (colon && reader.take(':')) seconds += reader.digits_up_to(2, 59);
    }
    return west ? -seconds : seconds;
}

std::int64_t read_datetime(Reader& reader) {
    const std::int64_t days = read_date(reader);
    if (!reader.take(' ') && !reader.take('T') && !reader.take('t')) reader.fail();
    return days * micros_per_day + read_time(reader);
}

}  // namespace

std::size_t write_date(std::int64_t days, char* out) {
    if (days < min_days || days > max_days) throw_data_error("date is outside the years 0001 to 9999");
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    write_digits(static_cast<std::uint64_t>(int(date.year())), 4, out);
    out[4] = '-';
    write_digits(unsigned(date.month()), 2, out + 5);
    out[7] = '-';
    write_digits(unsigned(date.day()), 2, out + 8);
    return date_text_size;
}

std::size_t write_time(std::int64_t micros, char* out) {
    if (micros < 0 || micros >= micros_per_day) throw_data_error("time is outside 00:00:00 to 23:59:59.999999");
    const auto rest = static_cast<std::uint64_t>(micros);
    const std::uint64_t seconds = rest / 1'000'000;
    write_digits(seconds / 3600, 2, out);
    out[2] = ':';
    write_digits(seconds / 60 % 60, 2, out + 3);
    out[5] = ':';
    write_digits(seconds % 60, 2, out + 6);
    out[8] = '.';
    write_digits(rest % 1'000'000, 6, out + 9);
    return time_text_size;
}

std::size_t write_datetime(std::int64_t micros, char* out) {
    if (micros < min_micros || micros > max_micros) throw_data_error("timestamp is outside the years 0001 to 9999");
    // Shifted to be positive, so that the division rounds down before 1970 too.
    const std::int64_t shifted = micros - min_micros;
    write_date(shifted / micros_per_day + min_days, out);
    out[date_text_size] = ' ';
    write_time(shifted % micros_per_day, out + date_text_size + 1);
    return datetime_text_size;
}

std::int64_t parse_timestamp(std::string_view text) {
    Reader reader(text, "timestamp");
    std::int64_t micros = read_datetime(reader);
    if (!reader.at_end()) micros -= read_offset(reader) * micros_per_second;
    if (!reader.at_end()) reader.fail();
    if (micros < min_micros || micros > max_micros) reader.fail_range();
    return micros;
}

std::int64_t parse_datetime(std::string_view text) {
    Reader reader(text, "datetime");
    const std::int64_t micros = read_datetime(reader);
    if (!reader.at_end()) reader.fail();
    return micros;
}

std::int64_t parse_date(std::string_view text) {
    Reader reader(text, "date");
    const std::int64_t days = read_date(reader);
    if (!reader.at_end()) reader.fail();
    return days;
}

std::int64_t parse_time(std::string_view text) {
    Reader reader(text, "time");
    const std::int64_t micros = read_time(reader);
    if (!reader.at_end()) reader.fail();
    return micros;
}

}  // namespace azoth::detail

// Ticks to microseconds and back without losing any.
#include <azoth/types/duration.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/types/scalars.hpp>

#include <string>

namespace azoth::detail {

std::int64_t duration_to_micros(std::int64_t count, std::int64_t factor) {
    constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t min = std::numeric_limits<std::int64_t>::min();
    if (count > max / factor || count < min / factor)
        throw_data_error("duration is longer than 64 bits of microseconds");
    return count * factor;
}

std::int64_t decode_duration(ValueView stored, std::int64_t factor, std::int64_t low, std::int64_t high) {
    std::int64_t micros = 0;
    switch (stored.kind) {
        case ValueKind::interval:
        case ValueKind::integer:
            micros = stored.integer;
            break;
        // What sum() makes of integers on PostgreSQL and MariaDB.
        case ValueKind::decimal:
            micros = type_traits<std::int64_t>::decode(stored);
            break;
        default:
            throw_wrong_kind(stored, "a duration");
    }
    if (micros % factor != 0) {
        throw_data_error("interval of " + std::to_string(micros) + " microseconds does not fit into ticks of " +
                         std::to_string(factor) + " microseconds");
    }
    const std::int64_t count = micros / factor;
    if (count < low || count > high)
        throw_data_error("interval of " + std::to_string(micros) + " microseconds is out of range for its duration");
    return count;
}

}  // namespace azoth::detail

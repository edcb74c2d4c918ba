// Readers of the text forms, as the types' output functions write them with DateStyle ISO.
#pragma once

#include <azoth/types/value_buffer.hpp>

#include <cstdint>
#include <string_view>

namespace azoth::postgresql::detail::text {

/// Each appends one value. What cannot be a value of azoth's kind (an infinite date) is appended as text, for the decoder to refuse by name.
void read_bool(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_integer(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_real(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_numeric(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_timestamp(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_timestamptz(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_date(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_time(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_interval(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_uuid(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_bytea(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_json(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_characters(std::string_view bytes, std::uint32_t type, ValueBuffer& out);
void read_array(std::string_view bytes, std::uint32_t type, ValueBuffer& out);

}  // namespace azoth::postgresql::detail::text

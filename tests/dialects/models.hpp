// The tables that constructs are tried on, and their rows.
#pragma once

#include "server.hpp"

#include <support/sql_models.hpp>

#include <azoth/model.hpp>

#include <chrono>

namespace dialect_models {

using sql_models::Comment, sql_models::Employee, sql_models::Line, sql_models::Post, sql_models::Tag, sql_models::User;

/// A column of every type.
struct Sample {
    std::int64_t id{};
    bool flag{};
    std::int16_t small{};
    std::int32_t medium{};
    std::int64_t large{};
    float single{};
    double exact{};
    azoth::Decimal money{};
    std::string text{};
    std::string code{};
    azoth::Blob bytes{};
    azoth::Timestamp at{};
    azoth::DateTime wall{};
    azoth::Date day{};
    azoth::Time clock{};
    azoth::Uuid uuid{};
    azoth::Json data{};
    std::optional<std::int32_t> missing{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("samples", column<&Sample::id>(primary_key), column<&Sample::flag>(), column<&Sample::small>(), column<&Sample::medium>(), column<&Sample::large>(),
                     column<&Sample::single>(), column<&Sample::exact>(), column<&Sample::money>(numeric(12, 2)), column<&Sample::text>(), column<&Sample::code>(length(20)),
                     column<&Sample::bytes>(), column<&Sample::at>(), column<&Sample::wall>(), column<&Sample::day>(), column<&Sample::clock>(), column<&Sample::uuid>(),
                     column<&Sample::data>(), column<&Sample::missing>());
    }
};

inline azoth::Metadata model() { return azoth::metadata<User, Post, Comment, Employee, Tag, Line, Sample>(); }

/// Fresh tables with a few rows on every server. The rows go in by rendered INSERTs.
void fill();

inline const azoth::Timestamp at = std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + std::chrono::hours{13} + std::chrono::minutes{5} + std::chrono::microseconds{250};

}  // namespace dialect_models

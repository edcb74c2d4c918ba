// Ordered: an expression with a direction, for ORDER BY.
#pragma once

#include <azoth/sql/tape.hpp>

#include <cstdint>
#include <utility>

namespace azoth {

/// `col<&User::name>.desc().nulls_last()`
class Ordered {
public:
    Ordered(detail::Tape tape, std::uint8_t flags) : tape_(std::move(tape)), flags_(flags) {}

    Ordered nulls_first() && { return {std::move(tape_), static_cast<std::uint8_t>(flags_ | detail::order_nulls_first)}; }
    Ordered nulls_last() && { return {std::move(tape_), static_cast<std::uint8_t>(flags_ | detail::order_nulls_last)}; }
    Ordered nulls_first() const& { return Ordered(*this).nulls_first(); }
    Ordered nulls_last() const& { return Ordered(*this).nulls_last(); }

    const detail::Tape& tape() const noexcept { return tape_; }
    std::uint8_t flags() const noexcept { return flags_; }

private:
    detail::Tape tape_;
    std::uint8_t flags_;
};

}  // namespace azoth

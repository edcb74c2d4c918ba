// How many rows the benchmarks' tables have, and the plain look at a table that every database's floor offers.
#pragma once

#include "harness.hpp"

#include <cstddef>

namespace benchmarks::floors {

struct Rows {
    std::size_t items = 0;
    std::size_t notes = 0;
    std::size_t parents = 0;
    std::size_t children_each = 0;
};

/// The table `items` as one side leaves it: looked at and put back between runs, without azoth.
class Items {
public:
    virtual ~Items() = default;
    /// Takes every row; returns how many there are.
    virtual std::size_t take(Sample& sample) = 0;
    /// The same without the keys: a server may leave gaps between those it generates.
    virtual std::size_t take_values(Sample& sample) = 0;
    /// Leaves no row, and generated keys begin at 1 again.
    virtual void clear() = 0;
    /// Puts the first `count` rows back as they were in the beginning.
    virtual void refill(std::size_t count) = 0;
};

}  // namespace benchmarks::floors

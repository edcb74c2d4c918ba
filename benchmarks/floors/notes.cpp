// Floor: bind, step, copy, reset.
#include "floors/notes.hpp"

#include <stdexcept>

namespace benchmarks::floors {

Note Notes::get(std::int64_t id) {
    select_.bind(1, id);
    if (!select_.step()) throw std::runtime_error("no note has id " + std::to_string(id));
    Note note{.id = select_.integer(0), .text = select_.text(1)};
    select_.reset();
    return note;
}

}  // namespace benchmarks::floors

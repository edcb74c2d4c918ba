// Cursor: a server-side cursor, read by FETCH; other statements run between.
#pragma once

#include "link.hpp"
#include "operation.hpp"

#include <memory>

namespace azoth::postgresql::detail {

class Cursor final : public DriverCursor {
public:
    Cursor(std::shared_ptr<Link> link, CursorState state) : link_(std::move(link)), state_(std::make_shared<CursorState>(std::move(state))) {}
    ~Cursor() override;
    awaitable<ValueBuffer> fetch(std::size_t max_rows, ValueBuffer rows, Deadline deadline) override;

private:
    std::shared_ptr<Link> link_;
    std::shared_ptr<CursorState> state_;
};

}  // namespace azoth::postgresql::detail

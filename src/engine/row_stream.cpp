// Fetching for streams of rows.
#include <azoth/engine/row_stream.hpp>

#include <azoth/engine/engine_core.hpp>

namespace azoth::detail {

namespace {

constexpr std::size_t rows_per_fetch = 1000;

awaitable<RawStream> opened(std::shared_ptr<ConnectionCore> core, FlatStatement statement, ExecutionOptions options) {
    PlanPtr plan = core->engine().plan(statement);
    BatchItem item = bind_values(plan, statement);
    Cursor cursor = co_await core->open_cursor(std::move(item), run_options(options));
    RawStream stream(std::move(core), std::move(plan), std::move(cursor));
    co_return std::move(stream);
}

}  // namespace

RawStream::RawStream(std::shared_ptr<ConnectionCore> core, PlanPtr plan, Cursor cursor)
    : core_(std::move(core)), plan_(std::move(plan)), cursor_(std::move(cursor)) {}

awaitable<bool> RawStream::advance() {
    if (ready()) co_return true;
    if (ended_) co_return false;
    ValueBuffer buffer = std::move(rows_.rows);
    rows_ = RowSource();
    position_ = 0;
    RawResult raw;
    raw.rows = co_await core_->fetch(cursor_, rows_per_fetch, std::move(buffer));
    raw.plan = plan_;
    rows_ = row_source(std::move(raw));
    if (rows_.row_count == 0) {
        ended_ = true;
        cursor_.close();
    }
    co_return !ended_;
}

void RawStream::close() noexcept {
    ended_ = true;
    cursor_.close();
    rows_ = RowSource();
    position_ = 0;
}

awaitable<RawStream> open_stream(ConnectionCore& core, FlatStatement statement, ExecutionOptions options) {
    core.check_ready(run_options(options));
    return opened(core.shared_from_this(), std::move(statement), options);
}

}  // namespace azoth::detail

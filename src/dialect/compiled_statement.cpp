// Statement ids and plain statements.
#include <azoth/dialect/compiled_statement.hpp>

#include <atomic>
#include <utility>

namespace azoth {

std::uint64_t next_statement_id() noexcept {
    static std::atomic<std::uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

CompiledPtr compile_plain(std::string sql, Effect effect) {
    auto statement = std::make_shared<CompiledStatement>();
    statement->sql = std::move(sql);
    statement->effect = effect;
    return statement;
}

}  // namespace azoth

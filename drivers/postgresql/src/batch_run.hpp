// BatchRun: one batch on its way through the pipeline: what is sent together, and what the answers mean for its items.
#pragma once

#include "pipeline.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace azoth::postgresql::detail {

/// Inside a transaction, or with BEGIN at its front, a batch is one segment. Outside one, reads are one segment, and each writing item is
/// one of its own, awaited before the next: what is done is committed, and nothing after a failure runs.
class BatchRun final : public Receiver {
public:
    BatchRun(Link& link, ExecuteOperation& operation) noexcept : link_(link), operation_(operation), batch_(operation.batch), pipeline_(link, operation, *this) {}

    Task<> run();

    void succeeded(std::size_t tag, const PGresult* result) override;
    void failed(std::size_t tag, const PGresult* result) override;
    void aborted(std::size_t tag) override;
    std::string_view sql(std::size_t tag) const override;

private:
    /// What was sent: one execution of an item, or many of them as arrays.
    struct Sent {
        std::size_t item = 0;
        std::size_t execution = 0;
        std::size_t count = 1;
    };
    static constexpr std::size_t transaction_id_tag = static_cast<std::size_t>(-2);
    static constexpr std::size_t no_tag = static_cast<std::size_t>(-1);

    bool stands_alone(std::size_t item) const noexcept;
    Task<> segment(std::size_t first, std::size_t last);
    Task<> send_item(std::size_t index);
    bool send_transaction_id();
    Task<> copy_item(std::size_t index);
    void begin_item(BatchItem& item);
    void finish_item(BatchItem& item);
    void record(std::exception_ptr error, std::size_t item, std::size_t execution) noexcept;
    void check_commit(const BatchItem& item, const PGresult* result);
    bool may_run_again() const noexcept;
    Task<> roll_back();
    void owe_housekeeping();

    Link& link_;
    ExecuteOperation& operation_;
    Batch& batch_;
    Pipeline pipeline_;
    Parameters parameters_;
    std::vector<Sent> sent_;
    bool began_idle_ = false;
    bool stale_plan_ = false;  // the first error was a statement that the server no longer has, or whose result changed
    std::size_t segments_ = 0;
};

}  // namespace azoth::postgresql::detail

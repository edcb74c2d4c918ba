// The service that shuts a context's gate when the context ends.
#include "engine/home.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

class GateService final : public asio::execution_context::service {
public:
    using key_type = GateService;
    static asio::execution_context::id id;

    explicit GateService(asio::execution_context& context) : service(context), gate(std::make_shared<ContextGate>(context)) {}
    void shutdown() override {
        asio::any_io_executor released;  // destroyed outside the lock
        const std::lock_guard lock(gate->mutex);
        gate->shut = true;
        std::swap(released, gate->executor);
    }

    const std::shared_ptr<ContextGate> gate;
};

asio::execution_context::id GateService::id;

}  // namespace

Home::Home(const asio::any_io_executor& executor) {
    auto& context = asio::query(executor, asio::execution::context);
    // Services shut down in reverse order of their making, and what is posted to a strand after its service's end is destroyed at
    // once on the posting thread: strands must outlast the gate.
    if (!asio::has_service<GateService>(context)) asio::make_strand(executor);
    gate_ = asio::use_service<GateService>(context).gate;
    const std::lock_guard lock(gate_->mutex);
    if (!gate_->shut && !gate_->executor) gate_->executor = executor;
}

bool Home::is_home_of(const asio::any_io_executor& executor) const noexcept {
    return gate_ && gate_->context == &asio::query(executor, asio::execution::context) && !gate_->shut;
}

}  // namespace azoth::detail

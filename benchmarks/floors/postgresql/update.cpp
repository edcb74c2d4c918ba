// Floor: BEGIN, an UPDATE a row, COMMIT, one Sync. 1,000 of them fit into the socket's buffers both ways.
#include "floors/postgresql/update.hpp"

#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace benchmarks::floors::postgresql {

Update::Update(Connection& connection) : connection_(connection) {
    connection_.prepare("update", "UPDATE items SET quantity = $1 WHERE id = $2", {Type::int4, Type::int8});
    connection_.prepare("begin", "BEGIN");
    connection_.prepare("commit", "COMMIT");
}

void Update::quantities(const std::vector<Item>& items) {
    PGconn* const handle = connection_.handle();
    if (PQenterPipelineMode(handle) != 1) connection_.fail("PQenterPipelineMode");
    const auto send = [&](const char* name, const Parameters& parameters) {
        if (PQsendQueryPrepared(handle, name, parameters.count(), parameters.values(), parameters.lengths(), parameters.formats(), 1) != 1) {
            connection_.fail("PQsendQueryPrepared");
        }
    };
    const Parameters none(0);
    Parameters parameters(2);
    send("begin", none);
    for (const Item& item : items) {
        parameters.set(0, item.quantity);
        parameters.set(1, item.id);
        send("update", parameters);
    }
    send("commit", none);
    if (PQpipelineSync(handle) != 1) connection_.fail("PQpipelineSync");
    for (std::size_t i = 0; i < items.size() + 2; ++i) {
        const Result result = connection_.checked(PQgetResult(handle));
        const bool ours = i != 0 && i != items.size() + 1;
        if (ours && std::string_view(PQcmdTuples(result.handle())) != "1") throw std::runtime_error("an UPDATE did not match its row");
        if (PQgetResult(handle) != nullptr) connection_.fail("a second result");
    }
    connection_.checked(PQgetResult(handle));
    if (PQexitPipelineMode(handle) != 1) connection_.fail("PQexitPipelineMode");
}

}  // namespace benchmarks::floors::postgresql

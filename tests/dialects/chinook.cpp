// The ten reports of examples/chinook: what the session sends for them is prepared and run on every database.
#include "server.hpp"

#include <azoth/azoth.hpp>

#include <examples/chinook/models.hpp>
#include <examples/chinook/reports.hpp>
#include <support/fake_driver.hpp>
#include <support/run.hpp>

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;

namespace {

const Metadata& shop() { return chinook::metadata; }

// A driver's connection that leads to a real server, but hands no rows back.
void relay(test::Server& server, BatchItem& item) {
    if (item.statement->effect == Effect::transaction || item.statement->effect == Effect::unknown) return;
    const auto row = item.parameters.rows() == 0 ? std::span<const ValueView>() : item.parameters.row(0);
    std::vector<Value> values;
    for (const ValueView cell : row) values.emplace_back(cell);
    INFO(server.dialect().title() << ": " << item.statement->sql);
    try {
        server.run(item.statement->sql, values);
        SUCCEED();
    } catch (const std::exception& error) {
        FAIL_CHECK(error.what());
    }
}

}  // namespace

TEST_CASE("the reports of the music shop", "[dialects]") {
    for (const auto& server : test::servers()) {
        test::create(*server, shop());
        boost::asio::io_context context;
        const auto fake = std::make_shared<FakeServer>();
        std::size_t selects = 0;
        fake->on_statement = [&](int, BatchItem& item) {
            if (item.statement->returns_rows) ++selects;
            relay(*server, item);
        };
        const AsyncEngine engine = create_async_engine(context.get_executor(), FakeDriver::serve(fake, server->dialect()), {});
        const auto work = [&]() -> awaitable<void> {
            async_sessionmaker sessions(engine);
            for (const auto& report : chinook::all_reports) {
                auto session = sessions();
                co_await report.run(session);
            }
        };
        test::run(context, work());
        CHECK(selects >= std::size(chinook::all_reports));
    }
}

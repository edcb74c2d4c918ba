// Flushes of many objects in the shapes that invite quadratic work: one session with all of them beside ten sessions with a tenth each. The cost of an
// object must not grow with their number.
#include "support/random_models.hpp"
#include "workloads/workloads.hpp"

#include <azoth/sqlite.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace benchmarks {

namespace {

using azoth::AsyncSession, azoth::awaitable;
using play::Mark, play::Node, play::Owner, play::Thing;

/// A database in memory, gone afterwards.
class Playground {
public:
    Playground() : engine_(azoth::create_async_engine(context_.get_executor(), "sqlite:///:memory:")), sessions_(engine_) { run(create()); }
    ~Playground() {
        context_.restart();
        context_.run();
    }
    Playground(const Playground&) = delete;
    Playground& operator=(const Playground&) = delete;

    const azoth::async_sessionmaker& sessions() const { return sessions_; }
    void run(awaitable<void> work) {
        std::exception_ptr error;
        boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr failure) { error = failure; });
        context_.restart();
        context_.run();
        if (error) std::rethrow_exception(error);
    }

private:
    awaitable<void> create() {
        auto connection = co_await engine_.begin();
        co_await connection.create_all(play::model);
        co_await connection.commit();
    }

    boost::asio::io_context context_;
    azoth::AsyncEngine engine_;
    azoth::async_sessionmaker sessions_;
};

/// Adds `count` objects to the session and flushes them.
using Shape = awaitable<void> (*)(AsyncSession& session, std::size_t count);

awaitable<void> children_of_one(AsyncSession& session, std::size_t count) {
    auto root = session.add(Node{});
    for (std::size_t i = 0; i < count; ++i) root->children.add(Node{});
    co_await session.flush();
}

awaitable<void> tree(AsyncSession& session, std::size_t count) {
    std::vector<std::shared_ptr<Node>> nodes;
    for (std::size_t i = 0; i < count; ++i) {
        Node node;
        if (i != 0) node.parent = nodes[(i - 1) / 2];
        nodes.push_back(session.add(std::move(node)));
    }
    co_await session.flush();
}

awaitable<void> parent_and_child(AsyncSession& session, std::size_t count) {
    for (std::size_t i = 0; i < count / 2; ++i) session.add(Owner{})->things.add(Thing{});
    co_await session.flush();
}

awaitable<void> pairs(AsyncSession& session, std::size_t count) {
    std::vector<std::shared_ptr<Mark>> marks;
    for (std::size_t i = 0; i < 10; ++i) {
        Mark mark;
        mark.code = std::to_string(i);
        marks.push_back(session.add(std::move(mark)));
    }
    for (std::size_t i = 0; i < count / 11; ++i) {
        auto owner = session.add(Owner{});
        for (const auto& mark : marks) owner->marks.add(mark);
    }
    co_await session.flush();
}

awaitable<void> moved_then_undone(AsyncSession& session, std::size_t count) {
    auto from = session.add(Owner{});
    std::vector<std::shared_ptr<Thing>> things;
    for (std::size_t i = 0; i < count; ++i) things.push_back(from->things.add(Thing{}));
    co_await session.flush();
    auto savepoint = co_await session.begin_nested();
    auto to = session.add(Owner{});
    for (const auto& thing : things) to->things.add(thing);
    co_await session.flush();
    co_await savepoint.rollback();
}

awaitable<void> in_sessions(const azoth::async_sessionmaker& maker, Shape shape, std::size_t sessions, std::size_t count, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < sessions; ++i) {
        auto session = maker();
        co_await shape(session, count);
        co_await session.rollback();
        co_await session.close();
    }
    sample.stop();
    sample.take(static_cast<std::int64_t>(sessions * count));
}

}  // namespace

void flush_shapes(Suite& suite) {
    constexpr std::size_t parts = 10;
    const std::size_t part = suite.size(10000, 22);
    const std::vector<std::pair<std::string, Shape>> shapes{
        {"flush of 100,000 children of one", &children_of_one}, {"flush of a tree of 100,000", &tree},          {"flush of 50,000 parents and children", &parent_and_child},
        {"flush of 90,900 pairs", &pairs},                      {"flush of 100,000 moved, then undone", &moved_then_undone},
    };
    for (const auto& [name, shape] : shapes) {
        if (!suite.wants(name, "memory")) continue;
        Playground playground;
        Workload workload;
        workload.name = name;
        workload.mode = "memory";
        workload.unit = "object";
        workload.units = parts * part;
        workload.against = "ten of a tenth";
        workload.target = Target{.name = "linear", .limit = 1.3};
        workload.floor = [&playground, shape = shape, part](Sample& sample) { playground.run(in_sessions(playground.sessions(), shape, parts, part, sample)); };
        workload.ours = [&playground, shape = shape, part](Sample& sample) { playground.run(in_sessions(playground.sessions(), shape, 1, parts * part, sample)); };
        suite.measure(workload);
    }
}

}  // namespace benchmarks

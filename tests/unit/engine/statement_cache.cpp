// The statement cache: shapes, not values; least recently used out first; failures are not kept.
#include <azoth/engine/statement_cache.hpp>

#include <azoth/base/error.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>

namespace {

using azoth::detail::CachedPlan;
using azoth::detail::FlatStatement;
using azoth::detail::Op;
using azoth::detail::PlanPtr;
using azoth::detail::StatementCache;
using azoth::detail::Tape;

FlatStatement statement(std::string text, std::int64_t value) {
    Tape tape;
    tape.text_leaf(Op::raw, std::move(text));
    tape.bind(azoth::Value::integer(value));
    return azoth::detail::flatten(std::move(tape));
}

PlanPtr build(const FlatStatement& flat, void* count) {
    ++*static_cast<int*>(count);
    if (flat.texts[0] == "bad") throw azoth::ArgumentError("means nothing");
    return std::make_shared<CachedPlan>();
}

}  // namespace

TEST_CASE("one plan a shape, whatever the values", "[engine][cache]") {
    StatementCache cache(10);
    int built = 0;
    const PlanPtr a = cache.lookup(statement("a", 1), build, &built);
    CHECK(cache.lookup(statement("a", 2), build, &built) == a);
    CHECK(cache.lookup(statement("b", 1), build, &built) != a);
    CHECK(built == 2);
    CHECK(cache.statistics().hits == 1);
    CHECK(cache.statistics().misses == 2);
    CHECK(cache.statistics().size == 2);
}

TEST_CASE("the shape used longest ago goes first; who holds its plan keeps it", "[engine][cache]") {
    StatementCache cache(2);
    int built = 0;
    const PlanPtr a = cache.lookup(statement("a", 1), build, &built);
    const PlanPtr b = cache.lookup(statement("b", 1), build, &built);
    CHECK(cache.lookup(statement("a", 1), build, &built) == a);
    cache.lookup(statement("c", 1), build, &built);
    CHECK(cache.statistics().size == 2);
    CHECK(cache.lookup(statement("a", 1), build, &built) == a);
    CHECK(built == 3);
    CHECK(cache.lookup(statement("b", 1), build, &built) != b);
    CHECK(built == 4);
    CHECK(b.use_count() == 1);
}

TEST_CASE("capacity 0 keeps nothing, a failure is not kept", "[engine][cache]") {
    StatementCache none(0);
    int built = 0;
    none.lookup(statement("a", 1), build, &built);
    none.lookup(statement("a", 1), build, &built);
    CHECK(built == 2);
    CHECK(none.statistics().size == 0);

    StatementCache cache(10);
    CHECK_THROWS_AS(cache.lookup(statement("bad", 1), build, &built), azoth::ArgumentError);
    CHECK_THROWS_AS(cache.lookup(statement("bad", 1), build, &built), azoth::ArgumentError);
    CHECK(built == 4);
    CHECK(cache.statistics().size == 0);
}

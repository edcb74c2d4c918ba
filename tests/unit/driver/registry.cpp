// The driver registry: found by scheme, and helpful when not.
#include <azoth/base/error.hpp>
#include <azoth/driver/driver.hpp>

#include <catch2/catch.hpp>

using namespace azoth;

namespace {

class TestDriver final : public Driver {
public:
    const Dialect& dialect() const noexcept override { std::abort(); }
    void check(const Url&) const override {}
    PoolKind pool_kind(const Url&) const override { return PoolKind::queue; }
    awaitable<std::unique_ptr<DriverConnection>> connect(const Url&, const ConnectOptions&) const override {
        return {};
    }
};

const TestDriver first;
const TestDriver second;

std::string refusal(std::string_view scheme) {
    try {
        find_driver(scheme);
    } catch (const ArgumentError& error) {
        return error.message();
    }
    return {};
}

}  // namespace

TEST_CASE("a driver is found by its scheme, the last registered one", "[driver]") {
    register_driver("registry-test", first);
    CHECK(&find_driver("registry-test") == &first);
    register_driver("registry-test", second);
    CHECK(&find_driver("registry-test") == &second);
}

TEST_CASE("an unknown scheme is named, with what there is and what to include", "[driver]") {
    register_driver("registry-test", first);
    CHECK_THAT(refusal("oracle"),
               Catch::Contains("'oracle'") && Catch::Contains("registry-test") && !Catch::Contains("nclude"));
    // The headers to include for azoth's own databases are named to programs that lack them: tests/consume.
}

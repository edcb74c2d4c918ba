// UUIDs: text forms, generation, values.
#include <azoth/types/uuid.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <unordered_set>

using namespace azoth;
using namespace azoth::test;

TEST_CASE("UUID text forms", "[types][uuid]") {
    const std::string canonical = "0190163d-8694-739b-aea5-966c26f8ad91";
    const Uuid uuid = Uuid::parse(canonical);
    CHECK(uuid.to_string() == canonical);
    CHECK(uuid.bytes()[0] == 0x01);
    CHECK(uuid.bytes()[15] == 0x91);
    for (const char* same : {"0190163D-8694-739B-AEA5-966C26F8AD91", "{0190163d-8694-739b-aea5-966c26f8ad91}",
                             "0190163d8694739baea5966c26f8ad91", "{0190163d8694739bAEA5966c26f8ad91}"}) {
        CHECK(Uuid::parse(same) == uuid);
    }
    for (const char* bad : {"", "{}", "0190163d-8694-739b-aea5-966c26f8ad9", "0190163d-8694-739b-aea5-966c26f8ad911",
                            "0190163d-8694-739b-aea5-966c26f8ad9g", "0190163d8694-739b-aea5-966c26f8-ad91",
                            "{0190163d-8694-739b-aea5-966c26f8ad91", "0190163d-8694-739b-aea5-966c26f8ad91}",
                            "0190163d8694739baea5966c26f8ad9 ", "-190163d-8694-739b-aea5-966c26f8ad91",
                            "------------------------------------"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(Uuid::parse(bad), DataError);
    }
    CHECK(Uuid().is_nil());
    CHECK(Uuid().to_string() == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("generated UUIDs carry version and variant", "[types][uuid]") {
    std::unordered_set<Uuid> seen;
    for (int i = 0; i < 200; ++i) {
        for (const Uuid& uuid : {Uuid::generate_v4(), Uuid::generate_v7()}) {
            CHECK((uuid.bytes()[8] & 0xC0) == 0x80);
            seen.insert(uuid);
        }
        CHECK(Uuid::generate_v4().version() == 4);
        CHECK(Uuid::generate_v7().version() == 7);
    }
    CHECK(seen.size() == 400);
}

TEST_CASE("version 7 is the instant, then random", "[types][uuid]") {
    Uuid::Bytes ones;
    ones.fill(0xFF);
    // RFC 9562, appendix A.6: 2022-02-22 14:22:22 -05:00 is 0x017F22E279B0.
    CHECK(detail::make_uuid_v7(0x017F22E279B0u * std::uint64_t{1'000'000}, ones).to_string() ==
          "017f22e2-79b0-7000-bfff-ffffffffffff");
    CHECK(detail::make_uuid_v7(0x017F22E279B0u * std::uint64_t{1'000'000} + 999'999, {}).to_string() ==
          "017f22e2-79b0-7fff-8000-000000000000");
    CHECK(detail::make_uuid_v7(1'000'000, ones) < detail::make_uuid_v7(1'000'500, {}));
    CHECK(detail::make_uuid_v4(ones).to_string() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST_CASE("UUIDs as values", "[types][uuid]") {
    const Uuid uuid = Uuid::parse("0190163d-8694-739b-aea5-966c26f8ad91");
    CHECK(round_trip(uuid) == uuid);
    const Value value = to_value(uuid);
    CHECK(value.kind() == ValueKind::uuid);
    CHECK(value.view().size == 16);
    CHECK(type_traits<Uuid>::decode(text(value.view().text(), ValueKind::blob)) == uuid);
    CHECK(type_traits<Uuid>::decode(text("0190163d8694739baea5966c26f8ad91")) == uuid);
    CHECK_THROWS_AS(type_traits<Uuid>::decode(text("short", ValueKind::blob)), DataError);
    CHECK_THROWS_AS(type_traits<Uuid>::decode(text("", ValueKind::uuid)), DataError);
    CHECK_THROWS_AS(type_traits<Uuid>::decode(ValueView::of_integer(1)), DataError);
    CHECK(Uuid() < uuid);
}

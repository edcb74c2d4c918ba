// The mapped structs of the benchmarks; the floors copy rows into the same ones where no relationship is involved.
#pragma once

#include <azoth/model.hpp>

#include <cstdint>
#include <string>

namespace benchmarks {

struct Item {
    std::int64_t id{};
    std::string name{};
    std::int32_t quantity{};
    double price{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("items", column<&Item::id>(primary_key), column<&Item::name>(length(100)),
                     column<&Item::quantity>(), column<&Item::price>());
    }
};

/// A table that has nothing to do with the others.
struct Note {
    std::int64_t id{};
    std::string text{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("notes", column<&Note::id>(primary_key), column<&Note::text>(length(100)));
    }
};

struct Child;

struct Parent {
    std::int64_t id{};
    std::string name{};
    azoth::many<Child> children{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("parents", column<&Parent::id>(primary_key), column<&Parent::name>(length(100)),
                     relationship<&Parent::children>());
    }
};

struct Child {
    std::int64_t id{};
    std::int64_t parent_id{};
    std::string label{};
    std::int32_t value{};
    azoth::one<Parent> parent{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("children", column<&Child::id>(primary_key),
                     column<&Child::parent_id>(foreign_key<&Parent::id>(), indexed), column<&Child::label>(length(100)),
                     column<&Child::value>(), relationship<&Child::parent>(back_populates<&Parent::children>()));
    }
};

}  // namespace benchmarks

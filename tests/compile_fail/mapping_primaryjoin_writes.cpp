// A condition instead of a key, in a relationship that writes.
// expect: a relationship with primaryjoin\(\) must be viewonly
#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>

#include <cstdint>

struct Remark {
    std::int64_t id{};
    std::int64_t board{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("remarks", column<&Remark::id>(primary_key), column<&Remark::board>());
    }
};

struct Board {
    std::int64_t id{};
    azoth::many<Remark> remarks{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("boards", column<&Board::id>(primary_key), relationship<&Board::remarks>(primaryjoin([] { return col<&Remark::board> == col<&Board::id>; })));
    }
};

static_assert(azoth::check<Board, Remark>());

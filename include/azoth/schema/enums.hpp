// The small vocabularies of a schema: referential actions, cascades, loading defaults.
#pragma once

#include <cstdint>

namespace azoth {

enum class ReferentialAction : std::uint8_t { no_action, restrict_, cascade, set_null, set_default };

/// When the database checks a foreign key: after each statement, or, where it is deferred, at COMMIT.
enum class Deferral : std::uint8_t { not_deferrable, deferrable, initially_deferred };

/// What happens to related objects in the session. Combine with `|`.
enum class Cascade : std::uint8_t {
    none = 0,
    save_update = 1,    ///< what is reachable from an added object is added too (default)
    merge = 2,          ///< merge() follows the relationship (default)
    remove = 4,         ///< removing the parent removes the children ("delete" in SQLAlchemy)
    delete_orphan = 8,  ///< a child taken out of its parent is deleted
    expunge = 16,         ///< what is loaded leaves the session with the parent
    refresh_expire = 32,  ///< what is loaded is expired with the parent, also by refresh()
};
constexpr Cascade operator|(Cascade a, Cascade b) {
    return static_cast<Cascade>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Cascade set, Cascade one) { return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0; }

/// How a relationship is loaded when a query does not say.
enum class Lazy : std::uint8_t {
    not_loaded,  ///< reading it throws NotLoadedError until it is loaded (default)
    selectin,    ///< one further query by keys
    joined,      ///< LEFT OUTER JOIN in the same query
    raise,       ///< as not_loaded, and session.load refuses too
};

}  // namespace azoth

// A chained option speaks of what the option before it loads.
// expect: a chained column option names a member of the struct that the option before it has reached
#include <azoth/sql/sql.hpp>

#include <azoth/orm/load_options.hpp>
#include <azoth/orm/session.hpp>

struct Line;
struct Page {
    int id{};
    azoth::deferred<std::string> text{};
    azoth::many<Line> lines{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::text>(), relationship<&Page::lines>());
    }
};
struct Line {
    int id{};
    int page_id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("lines", column<&Line::id>(primary_key), column<&Line::page_id>(foreign_key<&Page::id>()));
    }
};
auto q() { return azoth::selectinload<&Page::lines>().undefer<&Page::text>(); }

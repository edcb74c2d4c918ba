// The right program beside the *deferred* and orm_undefer_* cases.
// control: deferred members, their options, comparisons and conversions
#include <azoth/model.hpp>
#include <azoth/sql/sql.hpp>

#include <azoth/orm/session.hpp>

#include <optional>

struct Line;
struct Page {
    int id{};
    azoth::deferred<std::string> text{};
    azoth::deferred<std::optional<int>> words = 3;
    azoth::many<Line> lines{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("pages", column<&Page::id>(primary_key), column<&Page::text>(deferred_group("body"), length(10)), column<&Page::words>(undeferred),
                     relationship<&Page::lines>());
    }
};
struct Line {
    int id{};
    azoth::deferred<std::string> text{};
    int page_id{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("lines", column<&Line::id>(primary_key), column<&Line::text>(), column<&Line::page_id>(foreign_key<&Page::id>()));
    }
};
static_assert(azoth::check<Page, Line>());

auto q() {
    using namespace azoth;
    return select<Page>()
        .where(col<&Page::text> == "x", col<&Page::words> > 2)
        .options(undefer<&Page::text>(), undefer_group<Page>("body"), defer<&Page::words>(), load_only<&Page::id, &Page::text>(),
                 selectinload<&Page::lines>().undefer<&Line::text>(), selectinload<&Page::lines>().options(load_only<&Line::text>()));
}
bool read(Page& page) {
    const std::string& text = page.text;
    page.text = "short";
    page.words = std::nullopt;
    page.words = 4;
    return page.text == text && page.text == std::string("x") && page.words == std::optional<int>(4) && *page.words > 3 && page.text->empty();
}
auto load(azoth::AsyncSession& session, const std::shared_ptr<Page>& page) { return session.load<&Page::text>(page); }

// Bodies of predicates and functions: LIKE patterns, function names, EXISTS over a relationship, window frames.
#include <azoth/base/throw.hpp>
#include <azoth/sql/functions.hpp>
#include <azoth/sql/relationship_predicates.hpp>
#include <azoth/sql/source.hpp>
#include <azoth/sql/window.hpp>

#include <string>

namespace azoth {

namespace detail {

void throw_null_text() { throw_argument_error("a null const char* was given where SQL text is bound; for NULL give std::nullopt or an empty std::optional"); }

std::uint16_t operand_count(std::size_t count, const char* construct) {
    if (count > 0xFFFF) throw_argument_error(std::string(construct) + " takes fewer than 65535 values in one statement; select in several, or from a subquery");
    return static_cast<std::uint16_t>(count);
}

std::string like_pattern(std::string_view text, bool before, bool after, bool escape) {
    std::string pattern;
    pattern.reserve(text.size() + 2);
    if (before) pattern += '%';
    for (const char c : text) {
        if (escape && (c == '%' || c == '_' || c == '/')) pattern += '/';
        pattern += c;
    }
    if (after) pattern += '%';
    return pattern;
}

void check_function_name(const std::string& name) {
    bool start = true;
    bool ok = !name.empty();
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool digit = c >= '0' && c <= '9';
        if (c == '.' && !start) {
            start = true;
            continue;
        }
        ok = ok && (letter || (digit && !start));
        start = false;
    }
    if (!ok || start) throw_argument_error("func::call: \"" + name + "\" is no function name");
}

Tape relationship_exists(const Relationship& relationship, Tape criterion) {
    const auto& link = relationship.link();
    const Table& owner = *relationship.owner;
    const Table& target = *link.target;
    // Within a self-reference the inner table needs a name of its own; the criterion speaks of it.
    std::shared_ptr<const Source> inner;
    if (&owner == &target) inner = make_alias(target, {});
    const std::uint32_t source = inner ? inner->id : 0;

    std::shared_ptr<const Source> between;
    if (link.secondary != nullptr) between = make_alias(*link.secondary, {});

    Tape query;
    query.bind(Value::integer(1));
    query.close(Op::item, 1);
    query.leaf(Op::from_table, &target, 0, 0, source);
    if (between) query.leaf(Op::from_table, link.secondary, 0, 0, between->id);
    query.close(Op::select_from, between ? 2 : 1);
    const auto equal = [&](const Column& left, std::uint32_t left_source, const Column& right, std::uint32_t right_source) {
        query.leaf(Op::column, &left, 0, 0, left_source);
        query.leaf(Op::column, &right, 0, 0, right_source);
        query.close(Op::eq, 2);
        query.close(Op::where, 1);
    };
    if (relationship.def.primaryjoin != nullptr) {
        relationship.def.primaryjoin(query);
        query.close(Op::where, 1);
    }
    for (std::size_t i = 0; i < link.local.size() && relationship.def.primaryjoin == nullptr; ++i) {
        if (between) {
            equal(owner.columns[link.local[i]], 0, link.secondary->columns[link.near[i]], between->id);
        } else {
            equal(owner.columns[link.local[i]], 0, target.columns[link.remote[i]], source);
        }
    }
    for (std::size_t i = 0; i < link.far.size(); ++i) equal(link.secondary->columns[link.far[i]], between->id, target.columns[link.remote[i]], source);
    if (!criterion.empty()) {
        if (inner) {
            for (auto& node : criterion.mutable_nodes()) {
                if (node.op == Op::column && node.source == 0 && static_cast<const Column*>(node.ref)->table == &target) node.source = source;
            }
        }
        query.append(std::move(criterion));
        query.close(Op::where, 1);
    }
    if (inner) query.use(inner);
    if (between) query.use(between);
    query.close_all(Op::query);
    query.close(Op::exists, 1);
    return query;
}

}  // namespace detail

namespace {
std::string bound_text(FrameBound bound) {
    switch (bound.kind) {
        case FrameBound::Kind::unbounded_preceding: return "UNBOUNDED PRECEDING";
        case FrameBound::Kind::preceding: return std::to_string(bound.rows) + " PRECEDING";
        case FrameBound::Kind::current_row: return "CURRENT ROW";
        case FrameBound::Kind::following: return std::to_string(bound.rows) + " FOLLOWING";
        case FrameBound::Kind::unbounded_following: return "UNBOUNDED FOLLOWING";
    }
    return {};
}
}  // namespace

Window Window::frame(const char* unit, FrameBound from, FrameBound to) const {
    Window copy = *this;
    copy.tape_.text_leaf(detail::Op::window_frame, std::string(unit) + " BETWEEN " + bound_text(from) + " AND " + bound_text(to));
    return copy;
}

}  // namespace azoth

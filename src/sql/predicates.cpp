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

namespace {
// "column = value" for each of `columns`, with the values of `object`'s members `members`; closed into one operand.
void write_key_of(Tape& out, const Table& table, const std::vector<std::uint32_t>& columns, const Table& target, const std::vector<std::uint32_t>& members, const void* object,
                  const std::string& relationship) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& member = target.columns[members[i]];
        const void* field = member.field(object);
        if (member.generated && member.ops->is_default(field)) {
            throw_argument_error("comparing " + relationship + " with a " + std::string(target.type_name) + " that has no key yet: flush() first");
        }
        const Column& column = table.columns[columns[i]];
        Value value;
        member.ops->encode(field, value);
        out.leaf(Op::column, &column);
        out.bind(std::move(value), &member.type);
        out.close(Op::eq, 2);
    }
    if (columns.size() > 1) out.close(Op::and_, static_cast<std::uint16_t>(columns.size()));
}

// A foreign key with a NULL in it refers to nothing.
std::uint16_t write_key_is_null(Tape& out, const Table& table, const std::vector<std::uint32_t>& columns) {
    for (const std::uint32_t index : columns) {
        out.leaf(Op::column, &table.columns[index]);
        out.close(Op::is_null, 1);
    }
    return static_cast<std::uint16_t>(columns.size());
}
}  // namespace

Tape relationship_equals(const Relationship& relationship, const void* object, bool negate) {
    const RelationshipLink& link = relationship.link();
    const Table& owner = *relationship.owner;
    const bool by_key = link.direction == Direction::many_to_one && relationship.def.primaryjoin == nullptr;
    Tape out;
    if (object == nullptr && relationship.many()) throw_argument_error("contains<>() of " + relationship.full_name() + " was given a null handle");
    if (!by_key) {
        Tape criterion;
        if (object != nullptr) write_key_of(criterion, *link.target, link.target->primary_key, *link.target, link.target->primary_key, object, relationship.full_name());
        out = relationship_exists(relationship, std::move(criterion));
        if (negate != (object == nullptr)) out.close(Op::not_, 1);
        return out;
    }
    if (object == nullptr) {
        const std::uint16_t nulls = write_key_is_null(out, owner, link.local);
        if (nulls > 1) out.close(Op::or_, nulls);
        if (negate) out.close(Op::not_, 1);
        return out;
    }
    write_key_of(out, owner, link.local, *link.target, link.remote, object, relationship.full_name());
    if (!negate) return out;
    out.close(Op::not_, 1);
    out.close(Op::or_, static_cast<std::uint16_t>(1 + write_key_is_null(out, owner, link.local)));
    return out;
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

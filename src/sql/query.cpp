// QueryBase: the clauses of a query that need no types.
#include <azoth/base/throw.hpp>
#include <azoth/sql/dml.hpp>
#include <azoth/sql/select.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace azoth::detail {

void write_synchronize(Tape& out, SynchronizeSession how) {
    const auto flag = how == SynchronizeSession::evaluate ? StatementFlag::synchronize_evaluate
                      : how == SynchronizeSession::fetch  ? StatementFlag::synchronize_fetch
                                                          : StatementFlag::synchronize_none;
    if (how != SynchronizeSession::automatic) out.leaf(Op::statement_flag, nullptr, static_cast<std::uint32_t>(flag));
}

namespace {

struct Range {
    std::size_t begin, end;
};

// The top-level subtrees of a range of nodes, in order.
std::vector<Range> subtrees(std::span<const Node> nodes, Range range) {
    std::vector<Range> found;
    for (std::size_t end = range.end; end > range.begin; end -= nodes[end - 1].size) found.push_back({end - nodes[end - 1].size, end});
    std::reverse(found.begin(), found.end());
    return found;
}

// The same literal can have two addresses in two translation units; only functions and labels carry text in `ref`.
bool same_ref(const Node& a, const Node& b) {
    return a.ref == b.ref || (a.op == Op::func && a.ref != nullptr && b.ref != nullptr && std::strcmp(static_cast<const char*>(a.ref), static_cast<const char*>(b.ref)) == 0);
}

bool same_nodes(std::span<const Node> a, std::span<const Node> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Node& x, const Node& y) {
        return x.op == y.op && x.flags == y.flags && x.children == y.children && x.source == y.source && x.arg == y.arg && same_ref(x, y);
    });
}

// Position, among the selected items, of the one that equals `expression` in structure, values and texts. Of a compound the items
// of the first arm count: its ordinals are the compound's.
std::optional<std::uint32_t> item_equal_to(const Tape& tape, const Tape& expression) {
    const auto nodes = tape.nodes();
    Range range{0, nodes.size()};
    auto roots = subtrees(nodes, range);
    while (!roots.empty() && nodes[roots.front().end - 1].op == Op::compound) {
        const Range first = subtrees(nodes, {roots.front().begin, roots.front().end - 1}).front();
        range = {first.begin, first.end - 1};  // without the `query` node that closes the arm
        roots = subtrees(nodes, range);
    }
    std::uint32_t index = 0;
    std::size_t at = 0;
    std::size_t value = 0;
    std::size_t text = 0;
    const auto skip_to = [&](std::size_t end) {
        for (; at < end; ++at) {
            value += nodes[at].op == Op::bind ? 1 : 0;
            text += (nodes[at].flags & node_has_text) != 0 ? 1 : 0;
        }
    };
    for (const Range root : roots) {
        skip_to(root.begin);
        const Op op = nodes[root.end - 1].op;
        if (op != Op::item && op != Op::item_entity) continue;
        const auto item = nodes.subspan(root.begin, root.end - root.begin - 1);
        if (op == Op::item && same_nodes(item, expression.nodes()) &&
            std::ranges::equal(tape.values().subspan(value, expression.values().size()), expression.values()) &&
            std::ranges::equal(tape.texts().subspan(text, expression.texts().size()), expression.texts())) {
            return index;
        }
        ++index;
    }
    return std::nullopt;
}

}  // namespace

void QueryBase::clause(Op op, Tape operand, std::uint16_t children, std::uint8_t flags) {
    operand.close(op, children, nullptr, 0, flags);
    tape_.append(std::move(operand));
}

void QueryBase::sort_key(Tape& out, const Tape& expression) const {
    const auto wanted = expression.nodes();
    if (!wanted.empty() && wanted.back().op != Op::column && wanted.back().op != Op::source_column) {
        if (const auto index = item_equal_to(tape_, expression)) {
            out.leaf(Op::ordinal, nullptr, *index);
            return;
        }
    }
    out.append(expression);
}

void QueryBase::bind_count(Op op, std::int64_t count) {
    if (count < 0) throw_argument_error(std::string(op == Op::limit ? "limit(" : "offset(") + std::to_string(count) + "): the number of rows cannot be negative");
    tape_.bind(Value::integer(count));
    tape_.close(op, 1);
}

void QueryBase::compound(CompoundKind kind, const QueryBase& other) {
    tape_.close_all(Op::query);
    other.write_query(tape_);
    tape_.close(Op::compound, 2, nullptr, static_cast<std::uint32_t>(kind));
}

namespace {
// "a.x = b.y AND ..." as one operand.
void write_equal(Tape& out, const Table& left, const std::vector<std::uint32_t>& left_columns, std::uint32_t left_source, const Table& right,
                 const std::vector<std::uint32_t>& right_columns, std::uint32_t right_source) {
    for (std::size_t i = 0; i < left_columns.size(); ++i) {
        out.leaf(Op::column, &left.columns[left_columns[i]], 0, 0, left_source);
        out.leaf(Op::column, &right.columns[right_columns[i]], 0, 0, right_source);
        out.close(Op::eq, 2);
    }
    if (left_columns.size() > 1) out.close(Op::and_, static_cast<std::uint16_t>(left_columns.size()));
}
}  // namespace

void write_secondary_join(Tape& out, const Relationship& relationship, std::uint8_t kind, std::uint32_t owner, std::uint32_t between, std::uint32_t target) {
    const RelationshipLink& link = relationship.link();
    out.leaf(Op::from_table, link.secondary, 0, 0, between);
    write_equal(out, *relationship.owner, link.local, owner, *link.secondary, link.near, between);
    out.close(Op::join, 2, nullptr, 0, kind);
    out.leaf(Op::from_table, link.target, 0, 0, target);
    write_equal(out, *link.secondary, link.far, between, *link.target, link.remote, target);
}

void write_relationship_join(Tape& out, const void* member, const Table& owner, std::uint8_t kind, const std::shared_ptr<const Source>& target,
                             const std::shared_ptr<const Source>& from) {
    const Relationship& relationship = owner.relationship(member);
    const std::uint32_t target_id = target ? target->id : 0, from_id = from ? from->id : 0;
    if (relationship.def.primaryjoin != nullptr) {
        const Table* const target_table = relationship.link().target;
        Tape condition;
        relationship.def.primaryjoin(condition);
        for (auto& node : condition.mutable_nodes()) {  // it speaks of both tables; here they go by aliases
            if (node.op == Op::column && node.source == 0) node.source = static_cast<const Column*>(node.ref)->table == target_table ? target_id : from_id;
        }
        out.leaf(Op::from_table, target_table, 0, 0, target_id);
        out.append(std::move(condition));
        out.close(Op::join, 2, nullptr, 0, kind);
    } else if (!relationship.def.has_secondary()) {
        if (target) out.leaf(Op::from_table, relationship.link().target, 0, 0, target_id);
        out.close(Op::join_relationship, target ? 1 : 0, &relationship, 0, kind, from_id);
    } else {
        const auto between = make_alias(*relationship.link().secondary, {});
        write_secondary_join(out, relationship, kind, from_id, between->id, target_id);
        out.close(Op::join, 2, nullptr, 0, kind);
        out.use(between);
    }
    if (target) out.use(target);
    if (from) out.use(from);
}

}  // namespace azoth::detail

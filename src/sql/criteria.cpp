// Criteria on the tape: one `criteria` subtree each; without an operand it ends the session's defaults for its table.
#include <azoth/base/throw.hpp>
#include <azoth/sql/criteria.hpp>

#include <algorithm>
#include <iterator>
#include <string>

namespace azoth {

namespace {

void check_columns(const Table& table, const detail::Tape& predicate) {
    const auto nodes = predicate.nodes();
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const detail::Node& node = nodes[i];
        if (node.op == detail::Op::query) {
            i -= node.size - 1;
            continue;
        }
        if (node.op == detail::Op::column && node.source == 0 && static_cast<const Column*>(node.ref)->table == &table) continue;
        if (node.op != detail::Op::column && node.op != detail::Op::source_column) continue;
        const std::string name(table.type_name);
        detail::throw_argument_error("with_loader_criteria<" + name + ">: the criteria name a column of something else; they take columns of " + name + ", and subqueries");
    }
}

}  // namespace

EntityCriteria::EntityCriteria(const Table& table, detail::Tape predicate) : tape_(std::move(predicate)) {
    check_columns(table, tape_);
    tape_.close(detail::Op::criteria, 1, &table);
}

EntityCriteria::EntityCriteria(const Table& table) { tape_.leaf(detail::Op::criteria, &table); }

namespace detail {

Tape default_criteria(const EntityCriteria& criteria) {
    Tape tape;
    criteria.write(tape);
    tape.mutable_nodes().back().flags |= criteria_default;
    return tape;
}

std::vector<CriteriaNode> criteria_in(const FlatStatement& statement) {
    std::vector<CriteriaNode> found;
    const auto& nodes = statement.nodes;
    for (std::uint32_t end = statement.main_size; end > 0; end -= nodes[end - 1].size) {
        const Node& root = nodes[end - 1];
        switch (root.op) {
            case Op::criteria: found.push_back({static_cast<const Table*>(root.ref), end - 1}); break;
            case Op::insert_into:
            case Op::update_table:
            case Op::delete_from:
            case Op::text_statement: return {};
            default: break;
        }
    }
    if (found.empty()) return found;
    const auto ended = [&](const CriteriaNode& criterion) {
        const Node& node = nodes[criterion.root];
        if (node.children == 0) return true;
        return (node.flags & criteria_default) != 0 &&
               std::any_of(found.begin(), found.end(), [&](const CriteriaNode& other) { return other.table == criterion.table && nodes[other.root].children == 0; });
    };
    std::vector<CriteriaNode> in_force;
    std::copy_if(found.rbegin(), found.rend(), std::back_inserter(in_force), [&](const CriteriaNode& criterion) { return !ended(criterion); });
    return in_force;
}

}  // namespace detail
}  // namespace azoth

// QueryBase: the clauses of a query that need no types.
#include <azoth/base/throw.hpp>
#include <azoth/sql/select.hpp>

#include <string>
#include <utility>

namespace azoth::detail {

void QueryBase::clause(Op op, Tape operand, std::uint16_t children, std::uint8_t flags) {
    operand.close(op, children, nullptr, 0, flags);
    tape_.append(std::move(operand));
}

void QueryBase::sort_key(Tape& out, const Tape& expression) const {
    const auto wanted = expression.nodes();
    if (!wanted.empty() && wanted.back().op != Op::column && wanted.back().op != Op::source_column) {
        // The items stand first on the tape, each closed by its own node.
        const auto nodes = tape_.nodes();
        std::uint32_t index = 0;
        std::size_t value = 0;
        std::size_t text = 0;
        for (std::size_t begin = 0; begin < nodes.size();) {
            // find the root of the subtree that begins here: the items were closed one after the other
            std::size_t root = begin;
            while (root < nodes.size() && !(nodes[root].size == root - begin + 1 && (nodes[root].op == Op::item || nodes[root].op == Op::item_entity))) ++root;
            if (root == nodes.size()) break;
            std::size_t values = 0;
            std::size_t texts = 0;
            for (std::size_t i = begin; i <= root; ++i) {
                values += nodes[i].op == Op::bind ? 1 : 0;
                texts += (nodes[i].flags & node_has_text) != 0 ? 1 : 0;
            }
            if (nodes[root].op == Op::item && root - begin == wanted.size()) {
                bool same = values == expression.values().size() && texts - ((nodes[root].flags & node_has_text) != 0 ? 1 : 0) == expression.texts().size();
                for (std::size_t i = 0; same && i < wanted.size(); ++i) {
                    const Node& a = nodes[begin + i];
                    const Node& b = wanted[i];
                    same = a.op == b.op && a.flags == b.flags && a.children == b.children && a.source == b.source && a.arg == b.arg && a.ref == b.ref;
                }
                for (std::size_t i = 0; same && i < expression.values().size(); ++i) same = tape_.values()[value + i] == expression.values()[i];
                for (std::size_t i = 0; same && i < expression.texts().size(); ++i) same = tape_.texts()[text + i] == expression.texts()[i];
                if (same) {
                    out.leaf(Op::ordinal, nullptr, index);
                    return;
                }
            }
            ++index;
            value += values;
            text += texts;
            begin = root + 1;
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

void write_relationship_join(Tape& out, const void* member, const Table& owner, std::uint8_t kind) {
    out.leaf(Op::join_relationship, &owner.relationship(member), 0, kind);
}

}  // namespace azoth::detail

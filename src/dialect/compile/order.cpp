// ORDER BY, LIMIT, OFFSET and row locks.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

namespace azoth::detail {

void Compiler::order_by(const Clauses& parts) {
    if (parts.order_by.empty()) return;
    sql_ += " ORDER BY ";
    order_terms(parts.order_by, true);
}

void Compiler::order_terms(std::span<const NodeId> orders, bool ordinals) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (i != 0) sql_ += ", ";
        order_term(orders[i], ordinals);
    }
}

void Compiler::order_term(NodeId at, bool ordinals) {
    const Node& node = tree_[at];
    if (node.op != Op::order) {
        ordinal_or(at, ordinals);
        return;
    }
    const NodeId key = tree_.children(at)[0];
    const bool nulls = (node.flags & (order_nulls_first | order_nulls_last)) != 0;
    if (nulls && !features_.nulls_order) {
        // false sorts before true
        ordinal_or(key, false);
        sql_ += (node.flags & order_nulls_first) != 0 ? " IS NOT NULL, " : " IS NULL, ";
    }
    ordinal_or(key, ordinals);
    if ((node.flags & order_desc) != 0) sql_ += " DESC";
    if (nulls && features_.nulls_order) sql_ += (node.flags & order_nulls_first) != 0 ? " NULLS FIRST" : " NULLS LAST";
}

// A selected item by its number, where a number means one; in a window, or beside another operator, the item itself.
void Compiler::ordinal_or(NodeId at, bool ordinals) {
    const NodeId key = tree_[at].op == Op::ordinal ? tree_.children(item_of(at))[0] : at;
    if (text_decimal(key)) {
        comparable(key, Rank::other, true);
    } else if (key != at && ordinals) {
        sql_ += std::to_string(position_of(tree_[at].arg));
    } else {
        expression(key, Rank::other);
    }
}

void Compiler::limit(const Clauses& parts) {
    if (parts.limit != no_node) {
        sql_ += " LIMIT ";
        limit_value(parts.limit);
    }
    if (parts.offset == no_node) return;
    if (parts.limit == no_node) {
        if (features_.limit == DialectFeatures::Limit::minus_one) sql_ += " LIMIT -1";
        if (features_.limit == DialectFeatures::Limit::huge) sql_ += " LIMIT 18446744073709551615";
    }
    sql_ += " OFFSET ";
    limit_value(parts.offset);
}

void Compiler::limit_value(NodeId clause) {
    const NodeId value = tree_.children(clause)[0];
    if (!features_.limit_expression && tree_[value].op != Op::bind && tree_[value].op != Op::raw) {
        unsupported("LIMIT or OFFSET by an expression", "give a number");
    }
    // The number of rows is no column of this query.
    const Saved<const Scope*> outside(scope_, nullptr);
    expression(value, Rank::atom);
}

void Compiler::lock(const Clauses& parts) {
    if (parts.for_update == no_node) return;
    result_.locking = true;
    // SQLite has one writer, who locks the whole database: there is nothing to say.
    if (!features_.row_locks) return;
    const Node& node = tree_[parts.for_update];
    const bool share = (node.flags & lock_share) != 0;
    const bool key = (node.flags & lock_key) != 0 && features_.lock_key;
    if (share && features_.lock_share_mode) {
        sql_ += " LOCK IN SHARE MODE";
    } else if (share) {
        sql_ += key ? " FOR KEY SHARE" : " FOR SHARE";
    } else {
        sql_ += key ? " FOR NO KEY UPDATE" : " FOR UPDATE";
    }
    const auto tables = tree_.children(parts.for_update);
    if (features_.lock_of) {
        for (std::size_t i = 0; i < tables.size(); ++i) {
            sql_ += i == 0 ? " OF " : ", ";
            const FromKey from = key_of(tables[i]);
            if (from.source == 0) {
                dialect_.append_identifier(sql_, from.table->name);  // unqualified, whatever its schema
            } else {
                append_name(from);
            }
        }
    }
    if ((node.flags & lock_nowait) != 0) {
        sql_ += " NOWAIT";
    } else if ((node.flags & lock_skip_locked) != 0) {
        sql_ += " SKIP LOCKED";
    }
}

}  // namespace azoth::detail

// The node types of a statement's tape: the one list that the typed front end writes and the compiler reads.
#pragma once

#include <cstdint>

namespace azoth::detail {

/// Static text in Node::ref is a NUL-terminated `const char*`; a node flagged node_has_text takes its text from the tape instead.
enum class Op : std::uint8_t {
    // ---- leaves
    bind,            ///< next value of the tape; arg = ValueKind; ref = const SqlType*, or null for the widest type of that kind
    null_literal,
    true_literal,
    false_literal,
    star,            ///< the * of count(*)
    column,          ///< ref = const Column*; source = alias id or 0
    source_column,   ///< column arg (0-based) of subquery/CTE `source`
    excluded_column, ///< ref = const Column*: the row that could not be inserted (upsert)
    ordinal,         ///< in GROUP BY / ORDER BY: the select item arg (0-based, counting items as the user wrote them)
    raw,             ///< text: SQL as it is, without binds
    text_bind,       ///< inside text_statement: marks where named bind number arg stands

    // ---- operators (children in reading order)
    eq, ne, lt, le, gt, ge,
    is_distinct, is_not_distinct,
    is_null, is_not_null,
    like,            ///< lhs, pattern; flags: like_* below; arg = escape character or 0
    between,         ///< x, low, high; flags bit0 = NOT
    in_list,         ///< x, items...; flags bit0 = NOT; no items is legal: matches nothing (NOT: everything)
    in_query,        ///< x, query; flags bit0 = NOT
    exists,          ///< query; flags bit0 = NOT
    and_, or_, not_, ///< and_/or_ take any number; none: true / false
    add, sub, mul, div, mod, neg, concat,
    bit_and, bit_or, bit_xor, bit_not, shift_left, shift_right,
    tuple,           ///< row value (a, b)
    cast,            ///< x; ref = const SqlType*
    collate,         ///< x; text = collation
    case_,           ///< when..., [else]; flags bit0 = has else
    when,            ///< condition, value
    func,            ///< arguments; text = name; flags bit0 = DISTINCT
    filter,          ///< aggregate, predicate
    over,            ///< function, [window_partition], [window_order], [window_frame]
    window_partition,///< expressions
    window_order,    ///< order...
    window_frame,    ///< raw text, already SQL ("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
    extract,         ///< x; text = field
    json_path,       ///< x, keys (bind text or integer)...; flags bit0 = as text (else JSON)
    custom_op,       ///< a, b; text = operator
    scalar_query,    ///< query
    any_query,       ///< query, or an array; flags bit0 = ALL

    // ---- query structure
    query,           ///< clauses of one SELECT (or a compound) closed into one operand
    item,            ///< expression; a select item. text = label (may be absent); flags: item_* below
    item_entity,     ///< ref = const Table*; source = alias or 0: its columns in table order, all of them in a subquery; in the outermost
                     ///< query those that are read by default or by column_option, or with item_listed the plain ones and the children's.
                     ///< [column...]; flags: item_* below
    select_from,     ///< FROM element
    from_table,      ///< ref = const Table*; source = alias id or 0
    from_source,     ///< subquery, CTE, values ... by `source`
    join,            ///< target, [on]; flags: join_* below. Without ON: inferred from foreign keys
    join_relationship, ///< [target when aliased], [extra condition]; ref = const Relationship*; flags join_*; source = alias of the owner or 0
    where,           ///< predicate; several are AND-ed
    group_by,        ///< expressions
    having,          ///< predicate
    order_by,        ///< order...; several clauses append. No children: forget the order so far
    order,           ///< expression; flags: order_* below
    limit, offset,   ///< expression
    distinct,        ///< SELECT DISTINCT; children: DISTINCT ON (...)
    for_update,      ///< [from_table...] = OF; flags: lock_* below
    compound,        ///< query, query: arg = CompoundKind; the clauses after it (order_by, limit, offset) apply to the whole
    segment,         ///< in flattened statements: opens a body of canonical source `source`; flags = SourceKind, segment_distinct; arg = nodes
                     ///< of the body; ref = Table of an alias; text = name and column names, each ended by '\n' (absent when there are none)

    // ---- DML
    insert_into,     ///< ref = const Table*
    update_table,    ///< ref = const Table*
    delete_from,     ///< ref = const Table*
    set,             ///< expression; ref = const Column*: the column it is assigned to (VALUES of an insert, SET of an update)
    values_row,      ///< expressions, in the order of insert_columns
    insert_columns,  ///< column...
    insert_query,    ///< query: INSERT ... SELECT, after insert_columns
    insert_parameters, ///< values come as parameter rows in the order of insert_columns (bulk): renders one placeholder a column
    on_conflict,     ///< column... = target (none: any conflict)
    do_nothing,
    do_update,       ///< set...
    do_update_where, ///< predicate
    returning,       ///< item / item_entity...

    // ---- text()
    text_statement,  ///< children: raw pieces and binds in reading order; arg = 1 when columns were declared. When there is a text_bind
                     ///< among them, bind children are the values of the named binds by number and stand nowhere themselves
    text_column,     ///< declared result column; text = name

    // ---- ORM options: part of the shape, read by the session; but for column_option ignored by the compiler
    load_option,     ///< ref = const Relationship*; arg = strategy; children: further load_options under it, where / order_by
    column_option,   ///< ref = const Column*, set apart (deferred); arg = 1: read it with the entity, 0: do not. Read by the compiler
    statement_flag,  ///< arg = StatementFlag
    criteria,        ///< predicate, for every appearance of a table in the statement's SELECTs; ref = const Table*; flags: criteria_*.
                     ///< Without an operand: the session's own criteria for that table do not count
};

inline constexpr std::uint8_t node_has_text = 0x80;  ///< in flags of any node

inline constexpr std::uint8_t negated = 0x01;
inline constexpr std::uint8_t like_negated = 0x01, like_insensitive = 0x02;
inline constexpr std::uint8_t item_not_null = 0x01;      ///< its C++ type cannot hold NULL
inline constexpr std::uint8_t item_listed = 0x02;        ///< of the columns that are set apart the children are read
inline constexpr std::uint8_t join_inner = 0, join_left = 1, join_right = 2, join_full = 3, join_cross = 4;
inline constexpr std::uint8_t order_desc = 0x01, order_nulls_first = 0x02, order_nulls_last = 0x04;
inline constexpr std::uint8_t segment_distinct = 0x40;   ///< UNION, not UNION ALL, between the arms of a recursive CTE
inline constexpr std::uint8_t criteria_default = 0x01;   ///< the session's, not this query's
inline constexpr std::uint8_t lock_share = 0x01, lock_nowait = 0x02, lock_skip_locked = 0x04, lock_key = 0x08;

enum class CompoundKind : std::uint32_t { union_, union_all, intersect, intersect_all, except, except_all };

enum class StatementFlag : std::uint32_t {
    untracked,
    populate_existing,
    session,   ///< executed by a session, whose plans know more than SQL
    streamed,  ///< its rows arrive in pieces
    synchronize_evaluate, synchronize_fetch, synchronize_none,   ///< SynchronizeSession of an UPDATE or DELETE
    by_identity,   ///< asks for the row of a known object, which criteria do not narrow
};

}  // namespace azoth::detail

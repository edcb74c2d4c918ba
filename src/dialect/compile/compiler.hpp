// Compiler: one rendering of one statement. Its members are defined one family of constructs per file beside this one.
#pragma once

#include <azoth/dialect/compiler.hpp>
#include <dialect/compile/scope.hpp>
#include <dialect/compile/tree.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth::detail {

/// How tightly operators bind, loosest first, such that the text means the same on every database: where databases disagree
/// (|| and the bit operators against arithmetic), the operand gets parentheses.
enum class Rank : std::uint8_t { any, or_, and_, not_, comparison, other, sum, product, unary, collate, atom };

/// What decides how a placeholder or a decimal is written.
enum class BindAs : std::uint8_t {
    typed,   ///< stands beside something that tells its type
    alone,   ///< nothing tells the server its type: cast where the database needs it
};

class Compiler {
public:
    Compiler(const FlatStatement& statement, const Dialect& dialect);
    CompiledQuery run();

private:
    // ---- compile.cpp: the statement as a whole
    void collect_tables();
    CompiledPtr finish(Effect effect, bool returns_rows);
    void add_parameter(std::uint32_t value, ValueKind kind);
    [[noreturn]] void unsupported(std::string_view construct, std::string_view advice = {}) const;

    // ---- names.cpp
    void assign_names();
    std::string describe(const FromKey& key) const;
    void append_name(const FromKey& key) { sql_ += from_name(key); }
    std::string from_name(const FromKey& key) const;
    void append_column(const ColumnOf& column);
    void append_alias(std::string_view natural, std::string_view wanted);
    FromKey key_of(NodeId node) const;
    /// The column of a source that `column` of a mapped table became, by name. Errors: ArgumentError.
    const std::string& source_column(std::uint32_t source, std::string_view name) const;
    std::string column_label(NodeId node) const;

    // ---- expression.cpp: operators
    void expression(NodeId node, Rank at_least = Rank::any, BindAs bind = BindAs::typed);
    void render(NodeId node, bool negate, BindAs bind);
    std::pair<NodeId, bool> simplified(NodeId node) const;
    Rank rank_of(NodeId node, bool negate) const;
    void list(std::span<const NodeId> nodes, BindAs bind = BindAs::typed);
    void binary(NodeId node, std::string_view op, Rank left, Rank right, BindAs bind = BindAs::typed);
    void junction(NodeId node);
    void junction_operands(NodeId node, Op op, std::vector<NodeId>& out) const;
    void side_by_side(std::span<const NodeId> operands, Op op);
    void placeholder(NodeId node, BindAs bind);
    BindAs beside(NodeId node, const SqlType& other) const;
    BindAs beside(NodeId node, NodeId other) const;
    bool is_value(NodeId node) const { return tree_[node].op == Op::bind || tree_[node].op == Op::null_literal; }
    void truth(bool value);
    void column(NodeId node);
    void arithmetic(NodeId node);
    void concat(NodeId node);
    void bit_xor(NodeId node);
    void custom_operator(NodeId node);

    // ---- predicate.cpp: comparisons
    void predicate(NodeId node, bool negate);
    void comparison(NodeId node, Op op);
    void distinctness(NodeId node, bool distinct);
    void like(NodeId node, bool negate);
    void in_list(NodeId node, bool negate);

    // ---- function.cpp
    void function(NodeId node);
    void function_call(NodeId node, NodeId filter);
    void filter(NodeId node);
    void over(NodeId node);
    void extract(NodeId node);
    void cast(NodeId node);
    void case_when(NodeId node, BindAs bind);
    void json_path(NodeId node);
    void json_functions(NodeId base, std::span<const NodeId> keys, bool text);

    // ---- decimal.cpp: decimals where the database keeps them as text
    SqlType type_of(NodeId node) const;
    SqlType source_type(std::uint32_t source, std::uint32_t column) const;
    SqlType type_in(std::span<const NodeId> roots, std::uint32_t column) const;
    bool text_decimal(NodeId node) const;
    void comparable(NodeId node, Rank at_least, bool decimal, BindAs bind = BindAs::typed);
    void comparable_tuple(NodeId node, NodeId like, bool decimal);
    bool whole_number(NodeId node) const;
    bool exact_number(NodeId node) const;
    bool noisy(NodeId node) const;
    std::optional<std::uint32_t> noisy_scale(NodeId node) const;

    // ---- select.cpp
    Clauses clauses(std::span<const NodeId> roots) const;
    void query(NodeId node, const Scope* parent, const std::vector<std::string>* names = nullptr);
    void query_body(std::span<const NodeId> roots, const Scope* parent, const std::vector<std::string>* names, bool top);
    void select(const Clauses& parts, const Scope* parent, const std::vector<std::string>* names, bool top);
    void select_items(std::span<const NodeId> items, const std::vector<std::string>* names, bool top, bool widen = false);
    void item(NodeId node, const std::string* name, bool widen);
    std::string widened(const SqlType& type) const;
    std::string widened(NodeId expression) const;
    void where(std::span<const NodeId> predicates, std::string_view keyword);
    void order_by(const Clauses& parts);
    void order_terms(std::span<const NodeId> orders, bool ordinals);
    void order_term(NodeId node, bool ordinals);
    void ordinal_or(NodeId node, bool ordinals);
    void limit(const Clauses& parts);
    void limit_value(NodeId clause);
    void lock(const Clauses& parts);
    NodeId item_of(NodeId ordinal) const;
    std::uint32_t position_of(std::uint32_t item) const;
    std::uint32_t width(NodeId item) const;

    // ---- entity_item.cpp: which columns of an entity are read
    void list_read_columns();
    void list_read_columns(std::span<const NodeId> roots, bool returning);
    std::vector<std::uint32_t> further_columns(NodeId item) const;
    void entity_item(NodeId node, const std::string* names, bool widen);

    // ---- member_expression.cpp
    void member_expression(const ColumnOf& member);
    void render_for(const Column& member, std::string text, std::string name);
    void subquery(NodeId node);

    // ---- compound.cpp
    void compound(const Clauses& parts, const Scope* parent, const std::vector<std::string>* names, bool top);
    void arm(NodeId node, const Scope* parent, const std::vector<std::string>* names, bool top, CompoundKind kind, bool left);
    std::uint32_t selected_item(NodeId key) const;
    std::span<const NodeId> leading_items(NodeId query, std::vector<NodeId>& storage) const;

    // ---- from.cpp, join.cpp, connect.cpp
    void references(NodeId node, std::vector<FromKey>& out, bool nested) const;
    void references_of_source(std::uint32_t source, std::vector<FromKey>& out) const;
    void build_from(const Clauses& parts, Scope& scope) const;
    void add_element(Scope& scope, const FromKey& key) const;
    void join(NodeId node, Scope& scope, const std::vector<FromKey>& later) const;
    JoinStep relationship_step(NodeId node, std::vector<FromKey>& names) const;
    void infer_condition(JoinStep& step, const Scope& scope) const;
    std::size_t tree_for(Scope& scope, const JoinStep& step, const std::vector<FromKey>& names, const std::vector<FromKey>& later) const;
    const Table* table_of_key(const FromKey& key) const;
    void check_connected(const Scope& scope, std::span<const NodeId> predicates) const;
    void from_clause(const Scope& scope, std::size_t first_tree, std::string_view keyword);
    void from_tree(const FromTree& tree);
    void from_element(const FromKey& key);
    void join_condition(const JoinStep& step, bool more);

    // ---- source.cpp: subqueries, VALUES, functions and CTEs as FROM elements
    void source_body(std::uint32_t id, const Scope* parent);
    void values_source(std::uint32_t id);
    void function_source(std::uint32_t id, const Scope* parent);
    void with_clause();
    void order_ctes(std::uint32_t id, std::vector<std::uint8_t>& state, std::vector<std::uint32_t>& order) const;
    std::vector<std::string> column_names(std::uint32_t id) const;

    // ---- nullability.cpp
    void strict(NodeId expression, std::vector<FromKey>& out) const;
    void rejected_nulls(NodeId predicate, std::vector<FromKey>& out) const;
    void apply_nullability(Scope& scope, std::span<const NodeId> where) const;
    void check_item(NodeId item, const Scope& scope) const;
    NodeId made_nullable(NodeId expression, const Scope& scope) const;
    bool never_null(NodeId expression, const Scope& scope) const;

    // ---- insert.cpp, update_delete.cpp, returning.cpp
    void insert(std::span<const NodeId> roots);
    void insert_values(std::span<const NodeId> roots, const Table& table);
    void insert_select(NodeId query, bool conflict);
    void bulk_forms(std::span<const NodeId> roots, const Table& table);
    bool rows_can_be_matched(std::span<const NodeId> roots, const Table& table) const;
    void insert_column_list(const std::vector<const Column*>& columns);
    void upsert(std::span<const NodeId> roots, const Table& table);
    void assignments(std::span<const NodeId> sets, const Table& table, bool qualified);
    void update(std::span<const NodeId> roots);
    void delete_rows(std::span<const NodeId> roots);
    Scope target_scope(const Table& table, std::span<const NodeId> sets, std::span<const NodeId> where) const;
    bool returning(std::span<const NodeId> roots, bool can, std::string_view statement);
    void check_written(const Column& column, const Table& table, std::string_view clause) const;
    void check_target(const Column& column, const Table& table, std::string_view clause) const;

    // ---- criteria.cpp
    struct Criterion {
        FromKey key;        ///< the FROM element that it narrows
        NodeId predicate;
    };
    void find_criteria();
    std::vector<Criterion> criteria_on(const FromKey& key) const;
    std::vector<Criterion> criteria_for_where(const Scope& scope, bool top) const;
    bool narrowed_in_on(const JoinStep& step) const;
    void criterion(const Criterion& criterion, Rank at_least);
    void where_with(std::span<const NodeId> predicates, const std::vector<Criterion>& criteria);
    bool narrowed_element(const FromKey& key);

    // ---- text.cpp
    void text_statement(std::span<const NodeId> roots);

    const FlatStatement& statement_;
    const Tree tree_;
    const Dialect& dialect_;
    const DialectFeatures& features_;
    CompiledQuery result_;
    std::string sql_;
    std::vector<std::uint32_t> parameters_;
    std::vector<ValueKind> kinds_;
    std::vector<std::string> names_;                 ///< of sources, by canonical id - 1
    const Scope* scope_ = nullptr;                   ///< of what is being rendered
    std::span<const NodeId> current_items_;          ///< that ordinals count
    bool qualify_ = true;                            ///< users.id, not id
    std::vector<std::pair<const Table*, NodeId>> criteria_;   ///< in force in this statement
    std::optional<FromKey> criteria_key_;            ///< what the table of the criteria being rendered stands for
    bool in_criteria_ = false;                       ///< queries inside criteria are not narrowed
    bool by_identity_ = false;                       ///< nor is the row of a known object
    bool widen_items_ = false;                       ///< the items of this query get the widest type of their kind
    std::vector<std::pair<NodeId, std::vector<std::uint32_t>>> read_;  ///< entities of the outermost query, and what they have set apart
    std::uint32_t columns_ = 0;                      ///< of the outermost result
    std::vector<const Column*> parameter_columns_;   ///< of an INSERT of parameter rows
    std::size_t values_begin_ = 0, values_end_ = 0;  ///< where in the text its VALUES stand
    std::string array_sql_, copy_sql_;

    /// Of the expression of a member: the table that has the member, and what that is called around the expression.
    struct Owner {
        const Table* table = nullptr;
        std::string text;
        std::string name;
        const Scope* scope = nullptr;
    };
    Owner owner_;
    std::vector<Value> constants_;                   ///< values of such expressions
    std::uint32_t expression_depth_ = 0;
};

/// Restores a member when the scope ends.
template <class T>
class Saved {
public:
    Saved(T& target, T value) : target_(target), old_(std::move(target)) { target_ = std::move(value); }
    Saved(const Saved&) = delete;
    Saved& operator=(const Saved&) = delete;
    ~Saved() { target_ = std::move(old_); }

private:
    T& target_;
    T old_;
};

}  // namespace azoth::detail

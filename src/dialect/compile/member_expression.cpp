// expression<&T::m>(...): the SQL of such a member, in place of a column.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace azoth::detail {

// The expression is a statement of its own, rendered into the text of this one. Where it names its table, the element of FROM is meant
// whose member this is. The values it binds belong to the compiled statement: whoever runs it does not know them.
void Compiler::member_expression(const ColumnOf& member) {
    Tape tape;
    member.column->expression(tape);
    const FlatStatement flat = flatten(std::move(tape));
    Compiler inner(flat, dialect_);
    inner.expression_depth_ = expression_depth_ + 1;
    inner.sql_ = std::move(sql_);
    inner.parameters_ = std::move(parameters_);
    inner.kinds_ = std::move(kinds_);
    inner.constants_ = std::move(constants_);
    inner.render_for(*member.column, from_name(member.from), describe(member.from));
    sql_ = std::move(inner.sql_);
    parameters_ = std::move(inner.parameters_);
    kinds_ = std::move(inner.kinds_);
    constants_ = std::move(inner.constants_);
    for (const Table* table : inner.result_.tables) {
        if (std::find(result_.tables.begin(), result_.tables.end(), table) == result_.tables.end()) result_.tables.push_back(table);
    }
}

void Compiler::render_for(const Column& member, std::string text, std::string name) {
    const std::string where = std::string(member.table->type_name) + '.' + std::string(member.member);
    constexpr std::uint32_t deepest = 16;
    if (expression_depth_ > deepest) throw_argument_error("the expression of " + where + " leads back to itself");
    for (const auto& source : statement_.sources) {
        if (source->kind == SourceKind::cte || source->kind == SourceKind::recursive_cte)
            throw_argument_error("the expression of " + where + " uses a CTE, which has no place there: make it a subquery()");
    }
    Scope owner;
    owner.elements.push_back({{member.table, 0}, false, {}});
    owner_ = {member.table, std::move(text), std::move(name), &owner};
    scope_ = &owner;
    assign_names();
    collect_tables();
    const std::size_t before = parameters_.size();
    const auto base = static_cast<std::uint32_t>(constants_.size());
    constants_.insert(constants_.end(), statement_.values.begin(), statement_.values.end());
    const NodeId root = tree_.roots().front();
    const auto scale = noisy_scale(root);
    if (scale) sql_ += "round(";
    expression(root, scale ? Rank::any : Rank::atom, BindAs::alone);
    if (scale) sql_ += ", " + std::to_string(*scale) + ")";
    for (std::size_t i = before; i < parameters_.size(); ++i) {
        if (parameters_[i] < first_constant) parameters_[i] += first_constant + base;  // one of a nested expression has its place
    }
    scope_ = nullptr;
    owner_ = {};
}

}  // namespace azoth::detail

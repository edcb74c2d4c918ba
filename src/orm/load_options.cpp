// Loading and column options written to the tape, the innermost first.
#include <azoth/orm/load_options.hpp>

#include <azoth/base/throw.hpp>

#include <algorithm>

namespace azoth::detail {

void LoadPath::step(const Relationship* relationship, LoadStrategy strategy) { steps_.push_back({relationship, strategy, {}, 0}); }

void LoadPath::make_inner() {
    Step& last = steps_.back();
    if (last.strategy != LoadStrategy::joined && last.strategy != LoadStrategy::joined_inner)
        throw_argument_error(last.relationship->full_name() + ": innerjoin() is for joinedload");
    last.strategy = LoadStrategy::joined_inner;
}

void LoadPath::add(Tape clause, Op op) {
    clause.close_all(op);
    steps_.back().clauses.append(std::move(clause));
    ++steps_.back().clause_count;
}

void LoadPath::add_option(const LoadPath& option) {
    Tape out;
    option.write(out);
    steps_.back().clauses.append(std::move(out));
    ++steps_.back().clause_count;
}

void LoadPath::add_columns(const Tape& options) {
    steps_.back().clauses.append(options);
    steps_.back().clause_count = static_cast<std::uint16_t>(steps_.back().clause_count + options.nodes().size());
}

void LoadPath::set_depth(std::int32_t depth) {
    const Relationship& relationship = *steps_.back().relationship;
    if (depth < -1) throw_argument_error(relationship.full_name() + ": recursion_depth(" + std::to_string(depth) + "): a number of levels, or -1 for all");
    if (relationship.link().target != relationship.owner)
        throw_argument_error(relationship.full_name() + ": recursion_depth() is for relationships from a struct to itself");
    steps_.back().clauses.leaf(Op::ordinal, nullptr, static_cast<std::uint32_t>(depth));
    ++steps_.back().clause_count;
}

void LoadPath::read_from(const std::shared_ptr<const Source>& alias) {
    Step& last = steps_.back();
    last.clauses.leaf(Op::from_table, alias->table, 0, 0, alias->id);
    last.clauses.use(alias);
    ++last.clause_count;
}

void LoadPath::write(Tape& out) const {
    Tape inner;
    for (std::size_t i = steps_.size(); i-- > 0;) {
        const Step& step = steps_[i];
        Tape level = step.clauses;
        const bool has_inner = i + 1 < steps_.size();
        if (has_inner) level.append(std::move(inner));
        level.close(Op::load_option, static_cast<std::uint16_t>(step.clause_count + (has_inner ? 1 : 0)), step.relationship,
                    static_cast<std::uint32_t>(step.strategy));
        inner = std::move(level);
    }
    out.append(std::move(inner));
}

void write_column_option(Tape& out, const Column& column, bool read) { out.leaf(Op::column_option, &column, read ? 1 : 0); }

void write_load_only(Tape& out, const Table& table, std::span<const Column* const> columns) {
    for (const auto& column : table.columns) {
        if (column.deferred) write_column_option(out, column, std::find(columns.begin(), columns.end(), &column) != columns.end());
    }
}

void write_undefer_group(Tape& out, const Table& table, std::string_view group) {
    bool found = false;
    for (const auto& column : table.columns) {
        if (!column.deferred || column.deferred_group != group) continue;
        write_column_option(out, column, true);
        found = true;
    }
    if (!found) throw_argument_error("undefer_group(\"" + std::string(group) + "\"): " + std::string(table.type_name) + " has no deferred member of this group");
}

}  // namespace azoth::detail

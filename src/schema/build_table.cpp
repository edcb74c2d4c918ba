// From the declaration of a mapped struct to its Table: columns with their offsets, keys, indexes, constraints,
// snapshot layout.
#include <azoth/schema/naming.hpp>
#include <azoth/schema/table.hpp>

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace azoth::detail {

namespace {

/// A default-constructed object of the mapped struct: offsets and initialisers are read off a real one.
class Specimen {
public:
    explicit Specimen(const EntityOps& entity)
        : entity_(entity), memory_(::operator new(entity.size, std::align_val_t{entity.align})) {
        try {
            entity_.construct(memory_);
        } catch (...) {
            release();
            throw;
        }
    }
    Specimen(const Specimen&) = delete;
    Specimen& operator=(const Specimen&) = delete;
    ~Specimen() {
        entity_.destroy(memory_);
        release();
    }

    std::size_t offset(const ColumnDef& def) const {
        const void* base = def.embedded ? def.outer(memory_) : memory_;
        return static_cast<std::size_t>(static_cast<const char*>(def.field(base)) - static_cast<const char*>(memory_));
    }
    const void* at(std::size_t offset) const { return static_cast<const char*>(memory_) + offset; }

private:
    void release() noexcept { ::operator delete(memory_, std::align_val_t{entity_.align}); }

    const EntityOps& entity_;
    void* memory_;
};

std::string member_of(const Table& table, const Column& column) {
    return std::string(table.type_name) + "." + std::string(column.member);
}

std::vector<std::uint32_t> positions(const Table& table, const MemberList& list) {
    std::vector<std::uint32_t> result;
    for (const auto& id : list) result.push_back(table.column(id).index);
    return result;
}

void add_column(Table& table, const ColumnDef& def, const Specimen& specimen) {
    Column& column = table.columns.emplace_back();
    column.table = &table;
    column.index = static_cast<std::uint32_t>(table.columns.size() - 1);
    column.name = def.name;
    column.member = def.member_name;
    column.id = def.id;
    column.ops = def.type;
    column.type = def.facts.sql_type;
    if (def.length != 0) column.type.length = def.length;
    if (def.has_numeric) {
        column.type.precision = def.precision;
        column.type.scale = def.scale;
    }
    column.native_enum = def.native_enum;
    if (!def.native_enum.empty()) def.labels(column.labels);
    column.offset = specimen.offset(def);
    column.nullable = def.facts.nullable;
    column.unique = def.unique;
    column.indexed = def.indexed;
    column.version_id = def.version_id;
    column.has_server_default = def.has_server_default;
    column.server_default = def.server_default;
    column.deferred = def.deferred;
    column.undeferred = def.undeferred;
    column.deferred_group = def.deferred_group;
    column.expression = def.expression;
    column.computed = def.computed;
    table.has_computed = table.has_computed || def.is_computed;
    column.full_name = {table.type_name, def.member_name};
    column.default_factory = def.default_factory;
    column.onupdate = def.onupdate;
    if (!def.set_apart()) table.plain_columns = column.index + 1;
    table.declared[def.declared] = column.index;
    if (def.version_id) table.version_column = static_cast<std::int32_t>(column.index);

    if (def.has_server_default) {
        if (def.server_default.empty())
            throw_argument_error(member_of(table, column) + ": server_default() without SQL");
        if (!column.ops->is_default(specimen.at(column.offset))) {
            throw_argument_error(member_of(table, column) +
                                 ": the column has a server_default, and the member's initialiser is another value; "
                                 "the row could never be "
                                 "inserted without it. Initialise the member with {} or make it std::optional");
        }
    }
}

void set_primary_key(Table& table) {
    const auto listed = find_constraint(table.shape, ConstraintDef::Kind::primary_key);
    if (listed != no_position) {
        table.primary_key = positions(table, table.shape.constraints[listed].columns);
    } else {
        for (const auto& column : table.columns) {
            if (table.shape.columns[column.index].primary_key) table.primary_key.push_back(column.index);
        }
    }
    for (const auto index : table.primary_key) table.columns[index].primary_key = true;
}

void add_foreign_keys(Table& table) {
    // The views refer to the table's own copy of the shape, which lives as long as they do.
    each_key(table.shape, [&](std::uint32_t, const KeyView& view) {
        ForeignKey& key = table.foreign_keys.emplace_back();
        key.table = &table;
        key.view = view;
        key.on_delete = view.def->on_delete;
        key.on_update = view.def->on_update;
        key.deferral = view.def->deferral;
        for (std::size_t i = 0; i < view.size(); ++i) key.columns.push_back(table.column(view.local_id(i)).index);
        return false;
    });
}

/// The database makes the value of a single integer primary key that nothing else gives.
void set_generated(Table& table) {
    if (table.primary_key.size() != 1) return;
    Column& column = table.columns[table.primary_key.front()];
    const auto& def = table.shape.columns[column.index];
    if (!def.facts.integral || def.no_generated_key || def.has_server_default || def.default_factory != nullptr) return;
    for (const auto& key : table.foreign_keys) {
        if (std::find(key.columns.begin(), key.columns.end(), column.index) != key.columns.end()) return;
    }
    column.generated = true;
    table.generated_column = static_cast<std::int32_t>(column.index);
}

void add_index(Table& table, Index index) {
    if (index.expression.empty()) index.name = constraint_name(NamingConvention{}, table, index);
    for (const auto& other : table.indexes) {
        if (same_name(other.name, index.name)) {
            throw_argument_error(std::string(table.type_name) +
                                 ": two indexes are both named \"" + index.name + "\"");
        }
    }
    table.indexes.push_back(std::move(index));
}

void add_constraints(Table& table) {
    for (const auto& column : table.columns) {
        if (column.indexed) {
            add_index(table, {{}, {column.index}, column.unique, {}, {}});
        } else if (column.unique) {
            table.uniques.push_back({{}, {column.index}});
        }
    }
    for (const auto& def : table.shape.constraints) {
        switch (def.kind) {
            case ConstraintDef::Kind::unique:
                table.uniques.push_back({std::string(def.name), positions(table, def.columns)});
                break;
            case ConstraintDef::Kind::check:
                table.checks.push_back({std::string(def.name), std::string(def.text)});
                break;
            case ConstraintDef::Kind::index:
                add_index(table, {std::string(def.name), positions(table, def.columns), def.unique_index, std::string(def.text), std::string(def.expression)});
                break;
            case ConstraintDef::Kind::primary_key:
            case ConstraintDef::Kind::foreign_key:
            case ConstraintDef::Kind::schema:
                break;
        }
    }
}

void add_relationships(Table& table) {
    table.relationships.reserve(table.shape.relationships.size());
    for (const auto& def : table.shape.relationships) {
        Relationship& relationship = table.relationships.emplace_back();
        relationship.owner = &table;
        relationship.index = static_cast<std::uint32_t>(table.relationships.size() - 1);
        relationship.def = def;
    }
}

constexpr std::size_t aligned(std::size_t offset, std::size_t align) { return (offset + align - 1) / align * align; }

/// The columns' snapshots one after the other, the strictest alignment first so that nothing is lost to padding.
void lay_out_snapshot(Table& table) {
    std::vector<Column*> order;
    for (auto& column : table.columns) order.push_back(&column);
    std::sort(order.begin(), order.end(), [](const Column* a, const Column* b) {
        return a->ops->snapshot_align != b->ops->snapshot_align ? a->ops->snapshot_align > b->ops->snapshot_align
                                                                : a->index < b->index;
    });
    std::size_t at = 0;
    for (Column* column : order) {
        at = aligned(at, column->ops->snapshot_align);
        column->saved_offset = at;
        at += column->ops->snapshot_size;
        table.snapshot_align = std::max(table.snapshot_align, column->ops->snapshot_align);
        table.snapshot_needs_drop = table.snapshot_needs_drop || column->ops->drop != nullptr;
    }
    table.snapshot_size = aligned(at, table.snapshot_align);
}

}  // namespace

std::unique_ptr<const Table> build_table(const TableShape& shape, const EntityOps& entity) {
    if (const auto finding = check_struct(shape)) throw_argument_error(describe(finding));
    auto table = std::make_unique<Table>();
    table->name = shape.name;
    table->schema = schema_name(shape);
    table->type_name = shape.type_name;
    table->type = shape.type;
    table->shape = shape;
    table->entity = entity;
    {
        const Specimen specimen(entity);
        table->columns.reserve(shape.columns.size());
        table->declared.resize(shape.columns.size());
        for (const auto& def : shape.columns) add_column(*table, def, specimen);
    }
    set_primary_key(*table);
    add_foreign_keys(*table);
    set_generated(*table);
    add_constraints(*table);
    add_relationships(*table);
    lay_out_snapshot(*table);
    return table;
}

}  // namespace azoth::detail

// create_all and drop_all on a connection.
#include <azoth/engine/connection.hpp>

#include <azoth/dialect/ddl.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/schema/metadata.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace azoth {

namespace {

using detail::ConnectionCore;

struct ExistingTable {
    std::string schema;
    std::string name;
    bool default_schema = false;
};

// The database's tables, by its own catalogue.
class Existing {
public:
    void add(std::span<const ValueView> row) {
        ExistingTable table;
        table.schema = row[0].text();
        table.name = row[1].text();
        table.default_schema = row[2].kind == ValueKind::integer && row[2].integer != 0;
        tables_.push_back(std::move(table));
    }
    bool has(const Table& table) const {
        return std::any_of(tables_.begin(), tables_.end(), [&](const ExistingTable& existing) {
            return existing.name == table.name && (table.schema.empty() ? existing.default_schema : existing.schema == table.schema);
        });
    }

private:
    std::vector<ExistingTable> tables_;
};

awaitable<Existing> existing_tables(std::shared_ptr<ConnectionCore> core) {
    auto statement = std::make_shared<CompiledStatement>();
    statement->sql = core->engine().dialect().tables_query();
    statement->columns = 3;
    statement->returns_rows = true;
    statement->effect = Effect::read;
    BatchItem item;
    item.statement = std::move(statement);
    Batch batch;
    batch.items.push_back(std::move(item));
    if (!core->try_run(batch)) batch = co_await core->run(std::move(batch));
    Existing existing;
    const ValueBuffer& rows = batch.items.front().rows;
    for (std::size_t i = 0; i < rows.rows(); ++i) existing.add(rows.row(i));
    co_return std::move(existing);
}

awaitable<void> run_all(std::shared_ptr<ConnectionCore> core, std::vector<std::string> statements) {
    if (statements.empty()) co_return;
    Batch batch;
    for (std::string& sql : statements) {
        BatchItem item;
        item.statement = compile_plain(std::move(sql), Effect::definition);
        batch.items.push_back(std::move(item));
    }
    if (!core->try_run(batch)) batch = co_await core->run(std::move(batch));
}

void append(std::vector<std::string>& all, std::vector<std::string> more) {
    for (std::string& sql : more) all.push_back(std::move(sql));
}

awaitable<void> create_missing(std::shared_ptr<ConnectionCore> core, Metadata metadata) {
    const Dialect& dialect = core->engine().dialect();
    const SortedTables sorted = metadata.sorted();
    const Existing existing = co_await existing_tables(core);
    std::vector<std::string> statements;
    for (const Table* table : sorted.tables) {
        if (!existing.has(*table)) append(statements, create_table(*table, dialect, metadata.naming(), sorted.cycle_keys));
    }
    if (dialect.features().alter_constraints) {
        for (const ForeignKey* key : sorted.cycle_keys) {
            if (!existing.has(*key->table)) statements.push_back(add_foreign_key(*key, dialect, metadata.naming()));
        }
    }
    co_await run_all(core, std::move(statements));
}

awaitable<void> drop_present(std::shared_ptr<ConnectionCore> core, Metadata metadata) {
    const Dialect& dialect = core->engine().dialect();
    const SortedTables sorted = metadata.sorted();
    const Existing existing = co_await existing_tables(core);
    std::vector<std::string> statements;
    if (dialect.features().alter_constraints) {
        for (const ForeignKey* key : sorted.cycle_keys) {
            if (existing.has(*key->table)) statements.push_back(drop_foreign_key(*key, dialect, metadata.naming()));
        }
    }
    for (auto table = sorted.tables.rbegin(); table != sorted.tables.rend(); ++table) {
        if (existing.has(**table)) statements.push_back(drop_table(**table, dialect));
    }
    for (const Table* table : sorted.tables) append(statements, drop_types(*table, dialect));
    co_await run_all(core, std::move(statements));
}

}  // namespace

awaitable<void> AsyncConnection::create_all(const Metadata& metadata, bool checkfirst) {
    if (checkfirst) return create_missing(core().shared_from_this(), metadata);
    return run_all(core().shared_from_this(), azoth::create_all(metadata, core().engine().dialect()));
}

awaitable<void> AsyncConnection::drop_all(const Metadata& metadata, bool checkfirst) {
    if (checkfirst) return drop_present(core().shared_from_this(), metadata);
    return run_all(core().shared_from_this(), azoth::drop_all(metadata, core().engine().dialect()));
}

}  // namespace azoth

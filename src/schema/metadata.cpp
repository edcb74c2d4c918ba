// Metadata: validating a set of tables and putting it into the order of creation.
#include <azoth/schema/metadata.hpp>

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace azoth {

namespace {

const Table* target_among(const std::vector<const Table*>& tables, const ForeignKey& key) {
    for (const auto* table : tables) {
        if (key.refers_to(*table)) return table;
    }
    return nullptr;
}

ForeignKeyTarget resolve_among(const std::vector<const Table*>& tables, const ForeignKey& key) {
    if (const auto* target = target_among(tables, key)) return key.resolve(*target);
    if (!key.by_name()) return key.resolve();
    detail::throw_argument_error(std::string(key.table->type_name) + "." +
                                 std::string(key.table->columns[key.columns.front()].member) +
                                 ": the foreign key refers to \"" + std::string(key.view.def->target_name) +
                                 "\", and no table of the metadata has that name");
}

void check_names(const std::vector<const Table*>& tables, const NamingConvention& convention) {
    struct Named {
        const Table* table;
        std::string name;
    };
    std::vector<Named> indexes;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const Table& table = *tables[i];
        for (std::size_t j = 0; j < i; ++j) {
            if (detail::same_name(table.name, tables[j]->name) && detail::same_name(table.schema, tables[j]->schema)) {
                detail::throw_argument_error("two tables named \"" + table.full_name() +
                                             "\": " + std::string(tables[j]->type_name) + " and " +
                                             std::string(table.type_name));
            }
        }
        // Index names are unique in a schema, not in a table, on SQLite and PostgreSQL.
        for (const auto& index : table.indexes) {
            const auto name = constraint_name(convention, table, index);
            for (const auto& other : indexes) {
                if (detail::same_name(name, other.name) && detail::same_name(table.schema, other.table->schema)) {
                    detail::throw_argument_error("two indexes named \"" + name + "\": of " +
                                                 std::string(other.table->type_name) + " and of " +
                                                 std::string(table.type_name));
                }
            }
            indexes.push_back({&table, name});
        }
    }
}

}  // namespace

std::vector<const Table*> Metadata::built() const {
    std::vector<const Table*> tables;
    tables.reserve(count_);
    for (std::size_t i = 0; i < count_; ++i) tables.push_back(&functions_[i]());
    return tables;
}

std::vector<const Table*> Metadata::tables() const {
    auto tables = built();
    check_names(tables, convention_);
    for (const auto* table : tables) {
        for (const auto& key : table->foreign_keys) (void)resolve_among(tables, key);
        for (const auto& relationship : table->relationships) (void)relationship.link();
    }
    return tables;
}

SortedTables Metadata::sorted() const {
    auto waiting = tables();
    SortedTables result;
    // A key waits for nothing when its target is placed already, is not of this metadata, or is its own table.
    const auto waits_for = [&](const ForeignKey& key) -> const Table* {
        const auto* target = target_among(waiting, key);
        return target == key.table ? nullptr : target;
    };
    const auto ready = [&](const Table* table) {
        return std::none_of(table->foreign_keys.begin(), table->foreign_keys.end(),
                            [&](const ForeignKey& key) { return waits_for(key) != nullptr; });
    };
    while (!waiting.empty()) {
        auto next = std::find_if(waiting.begin(), waiting.end(), ready);
        if (next == waiting.end()) {
            // What is left waits in a circle or behind one. Follow what each waits for until a table comes up again:
            // that one is on a circle.
            std::vector<const Table*> path{waiting.front()};
            while (true) {
                const Table* ahead = nullptr;
                for (const auto& key : path.back()->foreign_keys) {
                    if (ahead == nullptr) ahead = waits_for(key);
                }
                const auto seen = std::find(path.begin(), path.end(), ahead);
                if (seen == path.end()) {
                    path.push_back(ahead);
                    continue;
                }
                // Of the circle, the one listed first goes first.
                next = std::find_if(waiting.begin(), waiting.end(), [&](const Table* table) {
                    return std::find(seen, path.end(), table) != path.end();
                });
                break;
            }
            for (const auto& key : (*next)->foreign_keys) {
                if (waits_for(key) != nullptr) result.cycle_keys.push_back(&key);
            }
        }
        result.tables.push_back(*next);
        waiting.erase(next);
    }
    return result;
}

const Table* Metadata::find_table(std::string_view name) const {
    for (const auto* table : built()) {
        if (table->full_name() == name) return table;
    }
    return nullptr;
}

const Table& Metadata::table(std::string_view name) const {
    if (const auto* table = find_table(name)) return *table;
    detail::throw_argument_error("the metadata has no table \"" + std::string(name) + "\"");
}

ForeignKeyTarget Metadata::resolve(const ForeignKey& key) const { return resolve_among(built(), key); }

}  // namespace azoth

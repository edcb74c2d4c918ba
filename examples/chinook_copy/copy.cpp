// Copying: a stream on one side, bulk inserts on the other, a table at a time, referenced tables first.
//
// Never more than one partition of rows is in memory, however long the tables are.
#include "copy.hpp"

#include "../chinook/models.hpp"
#include "progress.hpp"

#include <cstddef>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace chinook {

using namespace azoth;
using namespace azoth::literals;

namespace {

constexpr std::size_t partition_size = 1000;

// Rows as plain values: no session keeps them, and insert<T>() takes them as they come.
template <class T>
auto rows_of() {
    return select<T>().untracked();
}
template <class T>
using Rows = decltype(rows_of<T>());

// An employee's manager is an employee: from the head of staff down, so that whoever is referred to is there already.
Rows<Employee> employees() {
    auto tree = select(col<&Employee::id>, literal(0).label("depth"_c))
                    .where(col<&Employee::manager_id>.is_null())
                    .recursive_cte("tree");
    tree.union_all(select(col<&Employee::id>, tree["depth"_c] + 1)
                       .join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
    return rows_of<Employee>()
        .join(tree, col<&Employee::id> == tree[col<&Employee::id>])
        .order_by(tree["depth"_c], col<&Employee::id>);
}

class Copier {
public:
    Copier(AsyncSession from, AsyncSession to) : from_(std::move(from)), to_(std::move(to)) {}

    template <class T>
    awaitable<void> copy(std::string table, Rows<T> rows = rows_of<T>()) {
        const std::int64_t total = co_await from_.scalar(select(func::count()).select_from(entity<T>));
        Progress progress(table, total);
        auto stream = co_await from_.stream(rows);
        while (true) {
            const auto partition = co_await stream.next_partition(partition_size);
            if (partition.empty()) break;
            const auto result = co_await to_.execute(insert<T>(), partition);
            progress.advance(result.rowcount());
        }
        progress.finish();
        if (progress.done() != total) {
            throw std::runtime_error(table + ": only " + std::to_string(progress.done()) + " of " +
                                     std::to_string(total) + " rows arrived");
        }
        copied_ += total;
    }

    awaitable<std::int64_t> finish() {
        co_await to_.commit();
        co_await to_.close();
        co_await from_.close();
        co_return copied_;
    }

private:
    AsyncSession from_;
    AsyncSession to_;
    std::int64_t copied_ = 0;
};

awaitable<void> make_tables(AsyncEngine engine) {
    auto connection = co_await engine.begin();
    co_await connection.drop_all(metadata);
    co_await connection.create_all(metadata);
    co_await connection.commit();
}

// PostgreSQL takes generated keys from a sequence, and rows that bring their own keys do not move it: the first row
// inserted after the copy would get key 1 again. So each sequence is set to the largest key that came; in an empty
// table max() is NULL, and setval(..., NULL) does nothing. MariaDB's AUTO_INCREMENT and SQLite's rowid need no help.
awaitable<void> advance_sequences(AsyncEngine engine) {
    const auto& dialect = engine.dialect();
    if (dialect.name() != "postgresql") co_return;
    auto connection = co_await engine.begin();
    for (const Table* table : metadata.tables()) {
        for (const Column& column : table->columns) {
            if (!column.generated) continue;
            std::string table_name, column_name;
            dialect.append_qualified(table_name, table->schema, table->name);
            dialect.append_identifier(column_name, column.name);
            auto setval = text("SELECT setval(pg_get_serial_sequence(:table, :column), max(" + column_name +
                               ")) FROM " + table_name)
                              .bind("table"_c, table_name)
                              .bind("column"_c, column.name)
                              .columns(typed<std::optional<std::int64_t>>("key"_c));
            co_await connection.execute(setval);
        }
    }
    co_await connection.commit();
}

// The shop goes on where it is now: a new artist gets a key that nobody has. Fails with UniqueViolation otherwise.
awaitable<void> check_new_keys(AsyncEngine engine) {
    auto session = async_sessionmaker(engine)();
    auto artist = session.add(Artist{.name = "Somebody new"});
    co_await session.flush();
    std::printf("  a new artist would be number %lld\n", static_cast<long long>(artist->id));
    co_await session.rollback();
    co_await session.close();
}

}  // namespace

awaitable<std::int64_t> copy_all(AsyncEngine source, AsyncEngine target) {
    co_await make_tables(target);
    Copier copier{async_sessionmaker(source)(), async_sessionmaker(target)()};
    co_await copier.copy<Artist>("Artist");
    co_await copier.copy<Album>("Album");
    co_await copier.copy<Genre>("Genre");
    co_await copier.copy<MediaType>("MediaType");
    co_await copier.copy<Track>("Track");
    co_await copier.copy<Playlist>("Playlist");
    co_await copier.copy<PlaylistTrack>("PlaylistTrack");
    co_await copier.copy<Employee>("Employee", employees());
    co_await copier.copy<Customer>("Customer");
    co_await copier.copy<Invoice>("Invoice");
    co_await copier.copy<InvoiceLine>("InvoiceLine");
    const std::int64_t rows = co_await copier.finish();
    co_await advance_sequences(target);
    co_await check_new_keys(target);
    co_return rows;
}

}  // namespace chinook

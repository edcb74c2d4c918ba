// Floors of inserting: a pipeline, multi-row VALUES, unnest.
#include "floors/postgresql/insert.hpp"

#include "floors/postgresql/arrays.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace benchmarks::floors::postgresql {

namespace {

std::string many_rows() {
    std::string sql = "INSERT INTO items (name, quantity, price) VALUES ";
    for (std::size_t i = 0; i < Insert::rows_each; ++i) {
        sql += i == 0 ? "" : ", ";
        for (std::size_t j = 1; j <= 3; ++j) sql += (j == 1 ? "($" : ", $") + std::to_string(i * 3 + j);
        sql += ")";
    }
    return sql + " RETURNING id";
}

void bind(Parameters& parameters, std::size_t first, const Item& item) {
    parameters.set(first, std::string_view(item.name));
    parameters.set(first + 1, item.quantity);
    parameters.set(first + 2, item.price);
}

void give_keys(const Result& result, std::vector<Item>& items, std::size_t from) {
    std::vector<std::int64_t> keys;
    keys.reserve(static_cast<std::size_t>(result.rows()));
    for (int i = 0; i < result.rows(); ++i) keys.push_back(result.integer(i, 0));
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 0; i < keys.size(); ++i) items.at(from + i).id = keys[i];
}

}  // namespace

Insert::Insert(Connection& connection) : connection_(connection) {
    std::vector<Type> types;
    for (std::size_t i = 0; i < rows_each; ++i) types.insert(types.end(), {Type::text, Type::int4, Type::float8});
    connection_.prepare("insert_many", many_rows(), types);
    connection_.prepare("insert_keyed", "INSERT INTO items (name, quantity, price) VALUES ($1, $2, $3) RETURNING id",
                        {Type::text, Type::int4, Type::float8});
    connection_.prepare("insert_one", "INSERT INTO items (name, quantity, price) VALUES ($1, $2, $3)", {Type::text, Type::int4, Type::float8});
    connection_.prepare("insert_unnest",
                        "INSERT INTO items (name, quantity, price) SELECT name, quantity, price FROM unnest($1::text[], $2::integer[], "
                        "$3::double precision[]) WITH ORDINALITY AS r (name, quantity, price, place) ORDER BY place RETURNING id",
                        {Type::text_array, Type::int4_array, Type::float8_array});
}

void Insert::rows(std::vector<Item>& items, bool keys) {
    PGconn* const handle = connection_.handle();
    connection_.execute("BEGIN");
    if (PQenterPipelineMode(handle) != 1) connection_.fail("PQenterPipelineMode");
    Parameters parameters(3);
    const char* const statement = keys ? "insert_keyed" : "insert_one";
    constexpr std::size_t step = 1000;
    for (std::size_t from = 0; from < items.size(); from += step) {
        const std::size_t end = std::min(items.size(), from + step);
        for (std::size_t i = from; i < end; ++i) {
            bind(parameters, 0, items[i]);
            if (PQsendQueryPrepared(handle, statement, 3, parameters.values(), parameters.lengths(), parameters.formats(), 1) != 1) {
                connection_.fail("PQsendQueryPrepared");
            }
        }
        if (PQpipelineSync(handle) != 1) connection_.fail("PQpipelineSync");
        for (std::size_t i = from; i < end; ++i) {
            const Result row = connection_.checked(PQgetResult(handle));
            if (keys) items[i].id = row.integer(0, 0);
            if (PQgetResult(handle) != nullptr) connection_.fail("a second result");
        }
        connection_.checked(PQgetResult(handle));
    }
    if (PQexitPipelineMode(handle) != 1) connection_.fail("PQexitPipelineMode");
    connection_.execute("COMMIT");
}

void Insert::returning(std::vector<Item>& items) {
    if (items.size() % rows_each != 0) throw std::runtime_error("the floor inserts whole statements of 500 rows");
    connection_.execute("BEGIN");
    Parameters parameters(rows_each * 3);
    for (std::size_t from = 0; from < items.size(); from += rows_each) {
        for (std::size_t i = 0; i < rows_each; ++i) bind(parameters, i * 3, items[from + i]);
        give_keys(connection_.run("insert_many", parameters), items, from);
    }
    connection_.execute("COMMIT");
}

void Insert::unnest(std::vector<Item>& items) {
    connection_.execute("BEGIN");
    Parameters parameters(3);
    for (std::size_t from = 0; from < items.size(); from += unnest_each) {
        const std::size_t count = std::min(items.size() - from, unnest_each);
        Array names(Type::text, count, 24), quantities(Type::int4, count, 4), prices(Type::float8, count, 8);
        for (std::size_t i = from; i < from + count; ++i) {
            names.add(std::string_view(items[i].name));
            quantities.add(items[i].quantity);
            prices.add(items[i].price);
        }
        parameters.set(0, names.text());
        parameters.set(1, quantities.text());
        parameters.set(2, prices.text());
        give_keys(connection_.run("insert_unnest", parameters), items, from);
    }
    connection_.execute("COMMIT");
}

}  // namespace benchmarks::floors::postgresql

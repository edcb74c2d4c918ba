// Real databases that rendered SQL is sent to, through their plain C libraries: no driver of azoth stands between.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/dialect/ddl.hpp>
#include <azoth/dialect/dialect.hpp>
#include <azoth/dialect/to_sql.hpp>
#include <azoth/types/value.hpp>

#include <catch2/catch.hpp>

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace azoth::test {

/// One database, with a schema of its own that is gone afterwards.
class Server {
public:
    virtual ~Server() = default;
    Server() = default;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    virtual const Dialect& dialect() const = 0;
    /// Prepares and runs one statement, values bound as the drivers bind them (PostgreSQL: as text without a type). Returns rows as
    /// "a|b; c|d": NULL for NULL, 1 and 0 for booleans, numbers without zeros at their end. Errors: `std::runtime_error` with the server's words.
    virtual std::string run(const std::string& sql, std::span<const Value> values) = 0;
    std::string run(const std::string& sql) { return run(sql, {}); }
};

/// SQLite, and those that AZOTH_TEST_POSTGRESQL and AZOTH_TEST_MARIADB give the URL of. Opened once.
const std::vector<std::unique_ptr<Server>>& servers();

/// "3.140" and "3.14" are one number; anything that is no number stays as it is.
std::string plain_number(std::string_view text);

/// Drops what is left of the model's tables, and creates them anew.
void create(Server& server, const Metadata& model);

/// Runs the statement everywhere and compares the rows. `refused_by`: databases whose dialect must refuse it by name.
template <class Statement>
void check(const Statement& statement, const std::string& rows, std::initializer_list<std::string_view> refused_by = {}) {
    for (const auto& server : servers()) {
        INFO(server->dialect().title());
        bool refused = false;
        for (const auto name : refused_by) refused = refused || name == server->dialect().name();
        if (refused) {
            CHECK_THROWS_AS(to_sql(statement, server->dialect()), NotSupportedError);
            continue;
        }
        const SqlText text = to_sql(statement, server->dialect());
        INFO(text.to_string());
        std::string got;
        try {
            got = server->run(text.sql, text.values);
        } catch (const std::exception& error) {
            got = error.what();
        }
        CHECK(got == rows);
    }
}

}  // namespace azoth::test

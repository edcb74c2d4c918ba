// SQLite by its C interface.
#include "sqlite_server.hpp"

#include <azoth/types/temporal_text.hpp>

#include <sqlite3.h>

#include <stdexcept>

namespace azoth::test {

namespace {

class SqliteServer final : public Server {
public:
    SqliteServer() {
        if (sqlite3_open(":memory:", &db_) != SQLITE_OK) fail();
    }
    ~SqliteServer() override { sqlite3_close(db_); }

    const Dialect& dialect() const override { return sqlite_dialect(); }

    std::string run(const std::string& sql, std::span<const Value> values) override {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail();
        const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner(statement, &sqlite3_finalize);
        int number = 0;
        for (const Value& value : values) bind(statement, ++number, value.view());
        std::string rows;
        int state = SQLITE_ROW;
        while ((state = sqlite3_step(statement)) == SQLITE_ROW) {
            if (!rows.empty()) rows += "; ";
            for (int column = 0; column < sqlite3_column_count(statement); ++column) {
                if (column != 0) rows += '|';
                const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
                const bool number_cell = sqlite3_column_type(statement, column) == SQLITE_INTEGER || sqlite3_column_type(statement, column) == SQLITE_FLOAT;
                rows += text == nullptr ? "NULL" : number_cell ? plain_number(text) : std::string(text);
            }
        }
        if (state != SQLITE_DONE) fail();
        return rows;
    }

private:
    [[noreturn]] void fail() { throw std::runtime_error(sqlite3_errmsg(db_)); }

    static void bind(sqlite3_stmt* statement, int number, ValueView value) {
        char room[azoth::detail::datetime_text_size];
        const auto text = [&](std::string_view bytes) { sqlite3_bind_text(statement, number, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT); };
        switch (value.kind) {
            case ValueKind::null: break;
            case ValueKind::boolean:
            case ValueKind::integer:
            case ValueKind::interval: sqlite3_bind_int64(statement, number, value.integer); break;
            case ValueKind::real: sqlite3_bind_double(statement, number, value.real); break;
            case ValueKind::timestamp:
            case ValueKind::datetime: text({room, azoth::detail::write_datetime(value.integer, room)}); break;
            case ValueKind::date: text({room, azoth::detail::write_date(value.integer, room)}); break;
            case ValueKind::time: text({room, azoth::detail::write_time(value.integer, room)}); break;
            case ValueKind::blob:
            case ValueKind::uuid: sqlite3_bind_blob(statement, number, value.data, static_cast<int>(value.size), SQLITE_TRANSIENT); break;
            default: text(value.text()); break;
        }
    }

    sqlite3* db_ = nullptr;
};

}  // namespace

std::unique_ptr<Server> open_sqlite() { return std::make_unique<SqliteServer>(); }

}  // namespace azoth::test

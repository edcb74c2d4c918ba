// Preparing statements: from the cache, or by SQLite with the tables written down.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <limits>
#include <utility>

namespace azoth::sqlite::detail {

namespace {

[[noreturn]] void throw_text_error(const char* message, std::string_view sql) {
    ErrorDetail detail;
    detail.statement = sql;
    throw ProgrammingError(message, std::move(detail));
}

}  // namespace

Prepared& Database::statement(const CompiledStatement& compiled, Prepared& temporary) {
    if (compiled.id != 0 && statements_.capacity() != 0) {
        if (Prepared* found = statements_.find(compiled.id)) return *found;
        return statements_.insert(compiled.id, prepare(compiled.sql, SQLITE_PREPARE_PERSISTENT));
    }
    if (compiled.id == 0 && compiled.effect == Effect::transaction) {
        if (Prepared* found = statements_.find_plain(compiled.sql)) return *found;
        const std::string& sql = compiled.sql == "BEGIN" ? begin_ : compiled.sql;
        return statements_.insert_plain(compiled.sql, prepare(sql, SQLITE_PREPARE_PERSISTENT));
    }
    temporary = prepare(compiled.sql, 0);
    return temporary;
}

Prepared Database::prepare(const std::string& sql, unsigned flags) {
    if (sql.size() >= static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw_text_error("the statement is too long", {});
    if (sql.find('\0') != std::string::npos) throw_text_error("the statement holds a NUL byte", sql);

    Prepared prepared;
    recording_ = &prepared.tables;
    sqlite3_stmt* handle = nullptr;
    const char* tail = nullptr;
    // With the terminator counted SQLite need not copy the text.
    const int code = sqlite3_prepare_v3(db_, sql.c_str(), static_cast<int>(sql.size() + 1), flags, &handle, &tail);
    recording_ = nullptr;
    prepared.handle.reset(handle);
    if (code != SQLITE_OK) fail(code, sql, true);
    if (!handle) throw_text_error("the statement is empty", sql);
    if (!is_blank(std::string_view(sql).substr(static_cast<std::size_t>(tail - sql.data()))))
        throw_text_error("more than one statement in one text: execute them one by one", sql);

    prepared.verb = verb_of(sql);
    prepared.readonly = sqlite3_stmt_readonly(handle) != 0;
    prepared.parameters = static_cast<std::size_t>(sqlite3_bind_parameter_count(handle));
    return prepared;
}

// Allows everything; SQLite calls it for each table that a statement touches, through views, triggers and cascades too.
int Database::authorize(void* self, int action, const char* first, const char*, const char*, const char*) {
    TableUse* tables = static_cast<Database*>(self)->recording_;
    if (!tables) return SQLITE_OK;
    try {
        if (action == SQLITE_READ) {
            TableUse::add(tables->read, first);
        } else if (action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE) {
            TableUse::add(tables->written, first);
        }
    } catch (...) {
        return SQLITE_DENY;
    }
    return SQLITE_OK;
}

}  // namespace azoth::sqlite::detail

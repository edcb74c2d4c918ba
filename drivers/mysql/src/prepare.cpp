// Preparing statements: from the cache, or by the server.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <new>
#include <utility>

namespace azoth::mysql::detail {

StatementHandle Database::make_statement() {
    graveyard_.reserve();
    MYSQL_STMT* const made = mysql_stmt_init(wire.handle());
    if (!made) throw std::bad_alloc();
    return StatementHandle(made, Bury{&graveyard_});
}

// Returns nullptr for a statement that goes as text.
Task<Prepared*> Database::statement(const CompiledStatement& compiled, Prepared& temporary) {
    const bool kept = compiled.id != 0 && statements_.capacity() != 0;
    Prepared* found = kept ? statements_.find(compiled.id) : nullptr;
    if (!found) {
        temporary = co_await prepare(compiled.sql, verb_of(compiled.sql));
        found = kept ? &statements_.insert(compiled.id, std::move(temporary)) : &temporary;
    }
    co_return found->handle ? found : nullptr;
}

Task<Prepared> Database::prepare(const std::string& sql, Verb verb) {
    check_size(sql.size(), sql);
    co_await settle();
    Prepared prepared;
    prepared.verb = verb;
    prepared.handle = make_statement();
    MYSQL_STMT* const handle = prepared.handle.get();
    if (co_await wire.prepare(handle, sql) != 0) {
        if (mysql_stmt_errno(handle) != unsupported_in_prepared) fail(handle, sql);
        prepared.handle.reset();
    } else {
        prepared.parameters = mysql_stmt_param_count(handle);
    }
    co_return std::move(prepared);
}

}  // namespace azoth::mysql::detail

// Owners of the client library's handles.
#pragma once

#include <mysql.h>

#include <memory>

namespace azoth::mysql::detail {

struct CloseHandle {
    void operator()(MYSQL* handle) const noexcept { mysql_close(handle); }
};
/// A connection of the client library. Letting go of it closes the socket at once, whatever was under way.
using Handle = std::unique_ptr<MYSQL, CloseHandle>;

struct FreeResult {
    void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};
/// Only for results that were stored: freeing one that is still being read would block.
using StoredResult = std::unique_ptr<MYSQL_RES, FreeResult>;

}  // namespace azoth::mysql::detail

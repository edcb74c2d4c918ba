// What an error number means for the statement, the transaction and the connection.
#pragma once

namespace azoth::mysql::detail {

/// The connection does not survive this error.
bool loses_connection(int code) noexcept;
/// The server has, or may have, ended the whole transaction with this error.
bool ends_transaction(int code, bool rollback_on_timeout) noexcept;
/// What a statement that was stopped by KILL QUERY or by a limit on the server reports.
bool is_interruption(int code) noexcept;
/// Nothing was executed, and preparing the statement again helps: its tables were altered, or the server forgot it.
bool is_stale(int code) noexcept;

inline constexpr int unsupported_in_prepared = 1295;  // ER_UNSUPPORTED_PS
inline constexpr int columns_changed = 2057;          // CR_NEW_STMT_METADATA: executed, but it returns other columns than when prepared

}  // namespace azoth::mysql::detail

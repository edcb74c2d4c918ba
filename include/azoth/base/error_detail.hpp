// ErrorDetail: the facts an error carries beside its message.
#pragma once

#include <string>

namespace azoth {

/// What the database, or azoth itself, said about a failure. Empty strings mean "not told".
///
/// `server_message`, `detail` and `hint` are the server's own words and may quote values of a row
/// ("Key (email)=(ann@example.com) already exists"). They are therefore never part of `what()`.
struct ErrorDetail {
    std::string sqlstate;          ///< five characters, for databases that have it
    int native_code = 0;           ///< the database's own number: MariaDB errno, SQLite extended code; 0 = none
    std::string server_message;    ///< the server's primary message, unchanged
    std::string detail;            ///< the server's DETAIL line
    std::string hint;              ///< the server's HINT line, or azoth's advice
    std::string constraint;        ///< name of the violated constraint
    std::string table;             ///< table at fault
    std::string column;            ///< column at fault
    std::string statement;         ///< SQL text with placeholders; never contains values that were bound
    bool connection_lost = false;  ///< the connection did not survive and will not be reused
    bool retryable = false;        ///< running the whole transaction again can help
};

}  // namespace azoth

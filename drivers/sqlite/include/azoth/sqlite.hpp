// The SQLite driver: including this header makes "sqlite://" URLs known.
#pragma once

#include <cstdint>

namespace azoth {
class DriverConnection;
}

namespace azoth::sqlite {

/// Makes the driver known to `create_async_engine` and `find_driver`. Including this header does it; calling it again
/// is harmless.
///
/// URLs: `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite:///:memory:`, `sqlite://` (in memory),
/// `sqlite:///file:path?uri=true`. A relative path is resolved when a connection is made. The suffixes
/// `sqlite+aiosqlite` and `sqlite+pysqlite` mean the same.
///
/// Options, after `?`, separated by `&`:
/// * `execution=worker` (default): a thread a connection runs the statements, a whole batch at a time; the event loop
/// never blocks.
///   `execution=inline`: statements run on the thread that awaits them, which is faster for short ones (no hand-over)
///   and blocks that thread while they run or wait for a lock; a running statement then cannot be cancelled, deadlines
///   still end it.
/// * `busy_timeout=5000`: milliseconds to wait for another connection's lock before `LockTimeout`; 0 = do not wait.
///   `timeout=5.0`: the same in seconds, as in Python.
/// * `mode=rwc` (default: read, write, create the file), `rw` (the file must exist), `ro` (read only), `memory` (a
/// database in memory).
/// * `uri=true`: the path is an SQLite URI (`file:...`); then `cache`, `immutable`, `nolock`, `psow` and `vfs` are
/// handed to SQLite with `mode`.
/// * `journal_mode=`: wal, delete, truncate, persist, memory, off. Default: a file that may be written is put into WAL,
/// so that readers
///   and a writer do not wait for each other; where that is impossible (a file system without shared memory, a database
///   in use) it is left as it is. A mode that was asked for and cannot be set is an `OperationalError` at connect.
/// * `synchronous=full` (default: a commit survives a power cut), off, normal, extra.
/// * `foreign_keys=on` (default), `off`.
/// * `cache_size=`: pages, or KiB when negative, as in PRAGMA cache_size; default SQLite's own.
/// * `begin=deferred` (default), `immediate`, `exclusive`: which lock BEGIN takes. `immediate` avoids
/// `SerializationFailure` of
///   transactions that read first and write later, at the price of one writing transaction at a time.
/// * `check_same_thread=`: accepted and ignored, for URLs shared with Python.
///
/// What to know of SQLite itself: `lower()`, `upper()` and LIKE fold ASCII letters only; a value may be stored in any
/// column whatever its declared type; "quoted" means an identifier here, never a string.
///
/// How values are stored: boolean and integer as INTEGER, interval as INTEGER microseconds, real as REAL (NaN is a
/// `DataError`: SQLite would store NULL), timestamp and datetime as TEXT `YYYY-MM-DD HH:MM:SS.ffffff`, date
/// `YYYY-MM-DD`, time `HH:MM:SS.ffffff`, text, decimal and json as TEXT, uuid as TEXT of 36 characters (lower case,
/// with dashes), blob as BLOB.
void register_driver();

/// How often this connection has handed work to its worker thread; 0 with `execution=inline`. For tests and
/// measurements. Errors: `ArgumentError` for another driver's connection.
std::uint64_t hops(const DriverConnection& connection);

}  // namespace azoth::sqlite

namespace azoth::detail {
inline const bool sqlite_registered = (azoth::sqlite::register_driver(), true);
}

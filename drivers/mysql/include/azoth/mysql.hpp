// The MariaDB and MySQL driver: including this header makes "mysql://" and "mariadb://" URLs known.
#pragma once

namespace azoth::mysql {

/// Makes the driver known to `create_async_engine` and `find_driver`. Including this header does it; calling it again is harmless.
///
/// URLs: `mariadb://user:password@host:port/database` for MariaDB 10.5 and later, `mysql://...` for MySQL 8 (and for MariaDB, spoken to as
/// if it were MySQL). Several hosts are tried in order. A host that is a path (`%2Frun%2Fmysqld%2Fmysqld.sock`) is a unix socket. The
/// suffixes `+aiomysql`, `+asyncmy`, `+pymysql`, `+mysqldb` and `+mariadbconnector` mean the same as none.
///
/// Options, after `?`, separated by `&`:
/// * `ssl_mode=disabled` (default without other ssl options), `preferred` (TLS where the server offers it, nobody verified), `required`
///   (TLS or no connection, the server not verified), `verify_ca` and `verify_identity` (the server's certificate must be signed by
///   `ssl_ca` and name the host; both mean the same). Default with `ssl_ca` or `ssl_capath`: `verify_identity`, with another of the options
///   below: `required`. TLS that was asked for and cannot be had is an `OperationalError`, never a connection in plain text.
/// * `ssl_ca=`, `ssl_capath=`, `ssl_cert=`, `ssl_key=`: PEM files; `ssl_cipher=`; `tls_version=TLSv1.2,TLSv1.3`.
/// * `ssl=true`: as `ssl_mode=required`; `ssl=false`, `ssl_disabled=true`: as `disabled`. `ssl_verify_cert=`, `ssl_verify_identity=`,
///   `ssl_check_hostname=`: true verifies as above, false does not verify although there is an `ssl_ca`.
/// * `unix_socket=/run/mysqld/mysqld.sock`: connect there instead of to a host.
/// * `connect_timeout=10`: seconds for the whole of connecting; the engine's `connect_timeout` when shorter.
/// * `charset=utf8mb4` (the only one azoth speaks), `collation=`: of text in comparisons that no column decides; default the server's.
/// * `sql_mode=`: default strict, without zero dates; `0` is a value for a generated key, not a request for one.
/// * `innodb_lock_wait_timeout=`: seconds until `LockTimeout`; default the server's (50).
/// * `init_command=`: a statement run once on each new connection, last.
/// * `array_binding=on` (default), `off`: many executions of one statement travel as one message, where the server has that (MariaDB).
///
/// Every connection works with `autocommit=0`: BEGIN costs nothing, it is the server's own state. Outside a transaction each statement
/// of a batch, with all its executions, is committed by itself or not at all. Data definition commits, as MariaDB does it.
/// Sessions run in UTC, rowcount counts the rows that matched.
///
/// How values are stored: boolean as TINYINT, integer and interval (microseconds) as BIGINT, real as DOUBLE (NaN and infinities are a
/// `DataError`), timestamp and datetime as DATETIME(6), date as DATE, time as TIME(6), text and json as utf8mb4, decimal as DECIMAL, uuid
/// as BINARY(16), blob as BLOB. A zero date, a TIME outside a day and a BIT column wider than 63 bits cannot be read: `DataError`.
///
/// Streams are read-only server cursors: the server computes and stores the whole result first, then sends it in pieces.
///
/// Cancellation and deadlines: `KILL QUERY` from a second, short-lived connection; when it does not help within five seconds, the
/// connection is closed.
void register_driver();

}  // namespace azoth::mysql

namespace azoth::detail {
inline const bool mysql_registered = (azoth::mysql::register_driver(), true);
}

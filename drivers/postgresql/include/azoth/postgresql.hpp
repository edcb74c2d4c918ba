// The PostgreSQL driver: including this header makes "postgresql://" and "postgres://" URLs known.
#pragma once

namespace azoth::postgresql {

/// Makes the driver known to `create_async_engine` and `find_driver`. Including this header does it; calling it again is harmless.
///
/// URLs: `postgresql://user:password@host:port/database`; several hosts `a:5432,b:5432`, tried in order; a unix socket's directory as host,
/// percent-encoded (`%2Fvar%2Frun%2Fpostgresql`). What is left out is libpq's default (user name, port 5432, `~/.pgpass`, `PG*` variables).
/// The suffixes of Python's drivers (`+asyncpg`, `+psycopg` ...) mean the same.
///
/// Options, after `?`, separated by `&`:
/// * `prepared=named` (default): statements are prepared once a connection and kept by name. `prepared=unnamed`: nothing that outlives a
///   transaction is left on the server: for proxies that pool transactions (pgbouncer). There, settings of the session travel as SET,
///   `statement_timeout` as SET LOCAL with BEGIN, and the read-only setting of multiplexed reads with each batch; a connection whose statement was cancelled is closed rather than used again.
/// * `prepared_statement_cache_size=`: statements kept on a connection; default the engine's `statement_cache_size`; 0 = none.
/// * `target_session_attrs=any` (default), `read-write`, `read-only`, `primary`, `standby`, `prefer-standby`: which of several servers will do.
/// * `load_balance_hosts=random`: the servers, and their addresses, are tried in random order; default `disable`.
/// * `connect_timeout=`: seconds for the whole connect, over all servers; default the engine's `connect_timeout`; 0 = none.
/// * `options=`: settings of the session, as in libpq: `-c search_path=app`.
/// * `sslmode=`: disable, allow, prefer (default), require, verify-ca, verify-full; `ssl=` is the same. `sslrootcert`, `sslcert`, `sslkey`,
///   `sslpassword`, `sslcrl`, `ssl_min_protocol_version`, `channel_binding` and the like are libpq's own.
/// * `keepalives_idle` (default 60 s), `keepalives_interval` (10 s), `keepalives_count` (3), `tcp_user_timeout` (60,000 ms): when a peer that has
///   vanished is given up. `application_name`, `passfile`, `krbsrvname`, `gssencmode` (default `disable`), `require_auth`: libpq's own.
///
/// What each connection sets for itself: TimeZone UTC, DateStyle ISO, IntervalStyle postgres, and client_connection_check_interval 10 s on
/// version 14 and later, so that a query whose client is gone ends.
///
/// How values travel: parameters as text whose type the server infers (bytea as bytes); results in binary once a first execution has shown that
/// every column has a type with a binary reader (integers, floats, boolean, numeric, text, bytea, uuid, json and jsonb, date, time, timestamp
/// with and without time zone, interval, and arrays of these), in text otherwise. Types that azoth has no kind for (inet, ranges, enums) arrive as
/// text. An interval with months has no fixed length and cannot be read into a duration; neither can infinite dates be read.
void register_driver();

}  // namespace azoth::postgresql

namespace azoth::detail {
inline const bool postgresql_registered = (azoth::postgresql::register_driver(), true);
}

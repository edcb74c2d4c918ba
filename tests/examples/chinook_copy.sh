#!/usr/bin/env bash
# Copies a Chinook to SQLite and to every server given, and wants the reports identical; then spoils a copy and wants that noticed.
#
#     chinook_copy.sh PROGRAM WITH_DATABASES SOURCE     SOURCE: a Chinook file, or an SQL script that makes one (sample.sql)
#
# Servers: AZOTH_TEST_POSTGRESQL, AZOTH_TEST_MARIADB, where they are set. Ends with 77 when there is no sqlite3 shell.
set -euo pipefail

program=$1 with_databases=$2 source=$3

if ! command -v sqlite3 >/dev/null; then
    echo "chinook_copy.sh: there is no sqlite3 command to make databases with; install it (Debian: apt-get install sqlite3)" >&2
    exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ $source == *.sql ]]; then
    sqlite3 -batch -bail "$work/source.sqlite" <"$source"
    source=$work/source.sqlite
fi
source_url=sqlite:///$source copy=$work/copy.sqlite copy_url=sqlite:///$work/copy.sqlite

fail() {
    echo "chinook_copy.sh: $1" >&2
    exit 1
}

# Copies, and copies again over what is there.
"$with_databases" "${AZOTH_TEST_POSTGRESQL:-}" "${AZOTH_TEST_MARIADB:-}" -- bash -c '"$0" "$@" && "$0" "$@"' \
    "$program" "$source_url" "$copy_url" | tee "$work/output" || fail "a copy failed"
if grep -q DIFFERENT "$work/output" || [ "$(tail -n 1 "$work/output")" != ok ]; then fail "the reports are not identical"; fi

# Every table whole, by the databases' own count.
tables=$(sqlite3 "$source" "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
for table in $tables; do
    for database in "$source" "$copy"; do sqlite3 "$database" "SELECT count(*) FROM \"$table\""; done | uniq | wc -l | grep -qx 1 ||
        fail "$table has lost rows"
done

# A cent and a character: one report each must differ, and be shown.
spoil() {
    cp "$copy" "$work/spoilt.sqlite"
    sqlite3 "$work/spoilt.sqlite" "$1"
    if "$program" --compare "$source_url" "sqlite:///$work/spoilt.sqlite" >"$work/output"; then fail "not noticed: $1"; fi
    grep -q "$2 .*DIFFERENT" "$work/output" || fail "$2 should differ: $1"
    grep -q "target: .*$3" "$work/output" || fail "the difference is not shown: $1"
}
spoil "UPDATE Invoice SET Total = CAST(Total AS NUMERIC) + 0.01 WHERE InvoiceId = 1" revenue_by_month '|'
spoil "UPDATE Playlist SET Name = 'Spoilt' WHERE PlaylistId = 2" playlists Spoilt
spoil "DELETE FROM Playlist WHERE PlaylistId = 2" playlists '(no such row)'

# Bad input.
if "$program" "$source_url" "$source_url" 2>"$work/output"; then fail "copied over its source"; fi
grep -q "the target is the source" "$work/output" || fail "copied over its source, nearly"
if "$program" "sqlite:///$work/missing.sqlite" "$copy_url" 2>/dev/null; then fail "copied what is not there"; fi
if "$program" "$source_url" 2>/dev/null; then fail "took no target for one"; fi
echo ok

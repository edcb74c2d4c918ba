#!/usr/bin/env bash
# Compares every report with the hand-written SQL of the same name in sql/, run by the sqlite3 shell: to the cent and the character.
#
#     check.sh PROGRAM DATABASE        PROGRAM: azoth_chinook; DATABASE: a Chinook file, or an SQL script that makes one (sample.sql)
#
# Ends with 1 on a difference, with 77 when there is no sqlite3 shell to compare with.
set -euo pipefail

if [ $# -ne 2 ]; then
    echo "usage: check.sh PROGRAM DATABASE" >&2
    exit 2
fi
program=$1 database=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if ! command -v sqlite3 >/dev/null; then
    echo "check.sh: there is no sqlite3 command to compare with; install it (Debian: apt-get install sqlite3)" >&2
    exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ $database == *.sql ]]; then
    sqlite3 -batch -bail "$work/sample.sqlite" <"$database"
    database=$work/sample.sqlite
fi

"$program" --list | sort >"$work/reports"
(cd "$here/sql" && printf '%s\n' *.sql) | sed 's/\.sql$//' | sort >"$work/scripts"
if ! diff "$work/reports" "$work/scripts" >&2; then
    echo "check.sh: the program's reports (<) are not the scripts in sql/ (>)" >&2
    exit 1
fi

status=0
while read -r report; do
    sqlite3 -batch -bail -readonly -list -noheader -separator $'\t' "$database" <"$here/sql/$report.sql" >"$work/expected"
    result=same
    if ! "$program" "$database" --tsv "$report" >"$work/found"; then
        result="FAILED"
    elif ! cmp -s "$work/expected" "$work/found"; then
        result="DIFFERENT"
    fi
    printf '%-20s %6d rows  %s\n' "$report" "$(wc -l <"$work/expected")" "$result"
    if [ "$result" != same ]; then
        status=1
        diff "$work/expected" "$work/found" | head -n 10 || true
    fi
done <"$work/reports"
exit "$status"

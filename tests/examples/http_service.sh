#!/usr/bin/env bash
# Drives the service over HTTP, on a database of its own.
#
#     http_service.sh PROGRAM TEST WITH_DATABASES URL      URL: or the name of the environment variable that has it
#
# Ends with 77 when that variable is not set.
set -euo pipefail

program=$1 test=$2 with_databases=$3 url=$4
if [[ $url != *:* ]]; then url=${!url:-}; fi
if [ -z "$url" ]; then
    echo "http_service.sh: $4 is not set" >&2
    exit 77
fi
exec "$with_databases" "$url" -- "$test" "$program"

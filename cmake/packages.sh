# What examples/run and tests/run share: finding and installing what they need. Sourced by bash, never run.
# shellcheck shell=bash

say() { printf '\n==> %s\n' "$*"; }
fail() { printf '\nerror: %s\n' "$*" >&2; exit 1; }

# The newest version of package $1 that apt knows; empty if none.
apt_candidate() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | grep -v '(none)' || true
}

# The Boost package of this release: Debian 12's default is 1.74, its libboost1.81-dev is new enough.
boost_package() {
    local version
    version=$(apt_candidate libboost-dev)
    if [ -n "$version" ] && dpkg --compare-versions "$version" ge 1.81; then
        echo libboost-dev
    else
        local newest
        newest=$(LC_ALL=C apt-cache search --names-only '^libboost1\.[0-9]+-dev$' 2>/dev/null |
            sed -n 's/^libboost1\.\([0-9]*\)-dev .*/\1/p' | sort -n | awk '$1 >= 81' | head -n 1)
        echo "libboost1.${newest:-81}-dev"
    fi
}

# Does the compiler find header $1 (and, when given, does preprocessor condition $2 hold after it)?
has_header() {
    printf '#include <%s>\n#if !(%s)\n#error too old\n#endif\n' "$1" "${2:-1}" |
        g++ -std=c++20 -x c++ -fsyntax-only - >/dev/null 2>&1
}

# Is program $1 there? Debian keeps servers where only root's PATH leads.
has_program() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null; }

# Is there a PostgreSQL server new enough, in Debian's folders (one a version, not in PATH) or elsewhere?
has_postgresql() {
    local server
    for server in /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)"; do
        if [ -x "$server" ] && [ "$("$server" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')" -ge 15 ]; then return 0; fi
    done
    return 1
}

# Is what package $1 provides there, from wherever it came?
is_present() {
    case "$1" in
        g++ | cmake | ccache | pkg-config | sqlite3 | openssl | wrk | curl) command -v "$1" >/dev/null ;;
        ninja-build) command -v ninja >/dev/null ;;
        libboost-dev) has_header boost/version.hpp 'BOOST_VERSION >= 108100' ;;
        libfmt-dev) pkg-config --exists 'fmt >= 9' 2>/dev/null ;;
        libpq-dev) pkg-config --exists 'libpq >= 15' 2>/dev/null ;;
        libmariadb-dev) pkg-config --exists 'libmariadb >= 3.3' 2>/dev/null ;;
        libsqlite3-dev) pkg-config --exists 'sqlite3 >= 3.35' 2>/dev/null ;;
        postgresql) has_postgresql ;;
        mariadb-server) has_program mariadbd && has_program mariadb-install-db && has_program mariadb ;;
        pgbouncer) has_program pgbouncer ;;
        catch2) has_header catch2/catch.hpp || has_header catch2/catch_all.hpp ;;
        clang-19) command -v clang++-19 >/dev/null ;;
        *) fail "is_present does not know the package $1" ;;
    esac
}

# Runs its arguments as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing packages needs root, and sudo is not here: run as root: apt-get install ${missing[*]/libboost-dev/$(boost_package)}"
    fi
}

# Installs `missing` with apt. Servers among them are not started, by Debian's means: a program that decides what may start, put there for
# the while where the system has none. The tests start private servers; one on a default port would be in the way, and in a container without
# systemd starting it can fail the installation.
apt_install() {
    say "Installing with apt: ${missing[*]}"
    # shellcheck disable=SC2016  # expanded by the inner shell
    as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap "rm -f $policy" EXIT
            trap "exit 130" INT TERM HUP
            printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod 755 "$policy"
        fi
        apt-get install -y --no-install-recommends "$@"' sh "${missing[@]}" ||
        fail "apt could not install all of: ${missing[*]}. Install them by hand (see above why it failed) and run this again."
}

# require PACKAGE...: installs those that are missing. Names are Debian's; libboost-dev stands for Boost >= 1.81.
require() {
    local package
    missing=()
    for package in "$@"; do
        is_present "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        say "Packages: all here ($*)"
    else
        command -v apt-get >/dev/null ||
            fail "these are missing and there is no apt here to install them: ${missing[*]} (Debian's names; Boost must be 1.81 or newer, fmt 9, SQLite 3.35, CMake 3.25, PostgreSQL 15). Install them with your system's package manager and run this again."
        say "Reading the package lists"
        as_root apt-get update -q || fail "apt-get update failed: check the network and /etc/apt/sources.list, then run this again."
        local i
        for i in "${!missing[@]}"; do
            if [ "${missing[$i]}" = libboost-dev ]; then missing[i]=$(boost_package); fi
        done
        apt_install
        for package in "$@"; do
            is_present "$package" ||
                fail "$package is installed but too old or unusable here: azoth needs g++ 12, CMake 3.25, Boost 1.81, fmt 9 and SQLite 3.35, its tests PostgreSQL 15. Debian 12 and Ubuntu 24.04 have them."
        done
    fi
    require_cmake
    require_compiler
}

require_cmake() {
    local version
    version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
    [ "$(printf '3.25\n%s\n' "$version" | sort -V | head -n 1)" = 3.25 ] ||
        fail "CMake $version is too old, azoth needs 3.25 or newer: Debian 12 and Ubuntu 24.04 have it; elsewhere take it from https://cmake.org/download/ or run: pip install cmake"
}

require_compiler() {
    local version
    version=$(g++ -dumpversion | cut -d. -f1)
    [ "$version" -ge 12 ] ||
        fail "g++ $version is too old, azoth needs 12 or newer: install g++-12 and make it the default g++."
}

# Installs package $1 if it can be had; returns 1, with a sentence, if not.
try_package() {
    if is_present "$1"; then return 0; fi
    if ! command -v apt-get >/dev/null || [ -z "$(apt_candidate "$1")" ]; then
        say "$1 is not in this system's package archive: what needs it is skipped"
        return 1
    fi
    missing=("$1")
    apt_install
}

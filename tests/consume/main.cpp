// The smallest user of azoth; built by find_package, add_subdirectory and pkg-config alike.
#include <azoth/azoth.hpp>
#ifdef CONSUMER_SQLITE
#include <azoth/sqlite.hpp>
#endif

#include <cstdio>

int main() {
    try {
        throw azoth::ArgumentError("consumed");
    } catch (const azoth::Error& error) {
        std::puts(error.what());
    }
}

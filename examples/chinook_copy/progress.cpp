// Printing progress.
#include "progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace chinook {

Progress::Progress(std::string table, std::int64_t total)
    : table_(std::move(table)), total_(total), terminal_(isatty(STDOUT_FILENO) != 0) {
    if (terminal_) show();
}

void Progress::advance(std::int64_t rows) {
    done_ += rows;
    if (terminal_) show();
}

void Progress::finish() {
    show();
    std::puts("");
}

void Progress::show() const {
    std::printf("%s  %-14s %6lld / %lld", terminal_ ? "\r" : "", table_.c_str(), static_cast<long long>(done_),
                static_cast<long long>(total_));
    std::fflush(stdout);
}

}  // namespace chinook

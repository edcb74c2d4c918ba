// One table's line of progress: rewritten in place on a terminal, printed once at the end elsewhere.
#pragma once

#include <cstdint>
#include <string>

namespace chinook {

class Progress {
public:
    Progress(std::string table, std::int64_t total);

    void advance(std::int64_t rows);
    /// The line as it is now stays.
    void finish();
    std::int64_t done() const noexcept { return done_; }

private:
    void show() const;

    std::string table_;
    std::int64_t total_;
    std::int64_t done_ = 0;
    bool terminal_;
};

}  // namespace chinook

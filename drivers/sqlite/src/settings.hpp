// What a URL asks of a connection, checked and resolved.
#pragma once

#include <azoth/driver/url.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace azoth::sqlite::detail {

struct Settings {
    enum class Mode : std::uint8_t { create, read_write, read_only };

    std::string path;  // as given: a path, ":memory:" or a file: URI
    bool uri = false;
    bool memory = false;  // the database lives and dies with its connection
    Mode mode = Mode::create;
    bool inline_execution = false;
    std::chrono::milliseconds busy_timeout{5000};
    std::string journal_mode;  // lower case; empty: WAL where possible
    std::string synchronous = "full";
    bool foreign_keys = true;
    std::optional<std::int64_t> cache_size;
    std::string begin = "BEGIN";
    bool refuse_writes = false;  // not the URL's: the engine asks for it

    /// Errors: `ArgumentError` naming the component or option at fault.
    static Settings from(const Url& url);
};

}  // namespace azoth::sqlite::detail

// The driver registry: the one global of the library, filled by the drivers' headers.
#include <azoth/driver/driver.hpp>

#include <azoth/base/error.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace azoth {

namespace {

struct Registry {
    std::mutex mutex;
    std::vector<std::pair<std::string, const Driver*>> drivers;  // sorted by scheme
};

// Never destroyed: drivers may be looked up from other static objects' destructors.
Registry& registry() {
    static Registry& instance = *new Registry;
    return instance;
}

struct Known {
    std::string_view scheme;
    std::string_view header;
};

constexpr Known known[] = {
    {"sqlite", "azoth/sqlite.hpp"}, {"postgresql", "azoth/postgresql.hpp"}, {"postgres", "azoth/postgresql.hpp"},
    {"mysql", "azoth/mysql.hpp"},   {"mariadb", "azoth/mysql.hpp"},
};

auto position(std::vector<std::pair<std::string, const Driver*>>& drivers, std::string_view scheme) {
    return std::lower_bound(drivers.begin(), drivers.end(), scheme,
                            [](const auto& entry, std::string_view name) { return entry.first < name; });
}

}  // namespace

void register_driver(std::string_view scheme, const Driver& driver) {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    const auto at = position(all.drivers, scheme);
    if (at != all.drivers.end() && at->first == scheme) {
        at->second = &driver;
    } else {
        all.drivers.emplace(at, std::string(scheme), &driver);
    }
}

const Driver& find_driver(std::string_view scheme) {
    std::string message = "no driver is registered for the URL scheme '" + std::string(scheme) + "'; registered: ";
    {
        Registry& all = registry();
        const std::lock_guard lock(all.mutex);
        const auto at = position(all.drivers, scheme);
        if (at != all.drivers.end() && at->first == scheme) return *at->second;
        if (all.drivers.empty()) message += "none";
        for (const auto& entry : all.drivers) {
            if (&entry != &all.drivers.front()) message += ", ";
            message += entry.first;
        }
    }
    for (const auto& [name, header] : known) {
        if (name != scheme) continue;
        message.append(". Include <").append(header).append("> in one source file and link its library");
        break;
    }
    throw ArgumentError(std::move(message));
}

}  // namespace azoth

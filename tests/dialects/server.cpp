// Which servers there are, and what they have in common.
#include "server.hpp"

#include "mariadb_server.hpp"
#include "postgresql_server.hpp"
#include "sqlite_server.hpp"

#include <charconv>
#include <cstdlib>

namespace azoth::test {

const std::vector<std::unique_ptr<Server>>& servers() {
    static const auto all = [] {
        std::vector<std::unique_ptr<Server>> opened;
        opened.push_back(open_sqlite());
        if (const char* url = std::getenv("AZOTH_TEST_POSTGRESQL")) opened.push_back(open_postgresql(url));
        if (const char* url = std::getenv("AZOTH_TEST_MARIADB")) opened.push_back(open_mariadb(url));
        return opened;
    }();
    return all;
}

std::string plain_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::string(text);
    char digits[64];
    return {digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 12).ptr};
}

void create(Server& server, const Metadata& model) {
    for (const auto& sql : drop_all(model, server.dialect(), true)) {
        try {
            server.run(sql);
        } catch (const std::exception&) {
            // a foreign key of a table that is not there
        }
    }
    for (const auto& sql : create_all(model, server.dialect())) server.run(sql);
}

}  // namespace azoth::test

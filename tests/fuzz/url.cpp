// Fuzz target: Url::parse gives a URL that prints and reads back as itself, or an ArgumentError; neither shows the
// password.
#include <azoth/base/error.hpp>
#include <azoth/driver/url.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check(std::string_view text, std::string_view secret) {
    try {
        const azoth::Url url = azoth::Url::parse(text);
        const std::string whole = url.to_string(true);
        require(azoth::Url::parse(whole) == url);
        const std::string shown = url.to_string();
        require(azoth::Url::parse(shown).to_string() == shown);
        if (!secret.empty()) require(shown.find(secret) == std::string::npos);
    } catch (const azoth::ArgumentError& error) {
        const std::string_view message = error.what();
        require(message.starts_with("invalid database URL, "));
        if (!secret.empty()) require(message.find(secret) == std::string_view::npos);
    }
}

// Inputs are spliced into these, so that a fuzzer without a corpus reaches every component.
constexpr std::array<std::string_view, 12> seeds{
    "postgresql+asyncpg://ann:s3cret@db.example.com:5433/shop?sslmode=require&application_name=api",
    "postgresql://u:a%40b%2F%3A@h/my%20db?x=a+b%26c",
    "postgresql://u:a/b?c@d@h:1/d@e?x=a@b",
    "postgresql://[fe80::1%25eth0]:5432,[::1]/db",
    "postgresql://u@%2Fvar%2Frun%2Fpostgresql:5433/db",
    "postgresql://u@a:1,b:2/db?target_session_attrs=any",
    "postgresql:///db?host=a:1&host=[::1]:2",
    "postgresql:///db?host=/run,b&port=1,2&password=x",
    "mysql+aiomysql://u:@h/d?charset=utf8mb4&unix_socket=/run/my.sock",
    "mariadb://:p@:7?a=&&b=1",
    "sqlite:////absolute/path.db?execution=inline",
    "sqlite:///file:C:x.db?mode=ro&uri=true",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string input;
    for (std::size_t i = 0; i < size; ++i) input += static_cast<char>(data[i]);
    check(input, {});
    if (size >= 2) {
        std::string text(seeds[data[0] % seeds.size()]);
        text.insert(data[1] % (text.size() + 1), input, 2, std::string::npos);
        check(text, {});
    }
    // Whatever follows "user:<canary>", the canary is a password or the URL is refused. Inputs that could spell it
    // themselves, plainly or encoded, prove nothing; its first letter is no hexadecimal digit, so printing "%XX" cannot
    // spell it either.
    constexpr std::string_view canary = "Zq8wZx";
    if (input.find(canary) != std::string::npos || input.find('%') != std::string::npos) return 0;
    const std::string start = "postgresql://user:" + std::string(canary);
    check(start + input, canary);
    check(start + "@" + input, canary);
    return 0;
}

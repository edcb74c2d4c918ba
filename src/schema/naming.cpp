// Names of constraints and indexes out of the patterns of a naming convention.
#include <azoth/schema/naming.hpp>

#include <azoth/base/throw.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace azoth {

namespace {

/// Cuts a name that is too long and tells it from others by a hash of the whole (FNV-1a, by Fowler, Noll and Vo).
std::string shortened(std::string name) {
    if (name.size() <= max_identifier_size) return name;
    std::uint32_t hash = 2166136261u;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    std::size_t keep = max_identifier_size - 9;
    while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xc0) == 0x80)
        --keep;  // never inside a UTF-8 sequence
    name.resize(keep);
    name += '_';
    for (int shift = 28; shift >= 0; shift -= 4) name += "0123456789abcdef"[(hash >> shift) & 15u];
    return name;
}

struct Tokens {
    const Table& table;
    const std::vector<std::uint32_t>* columns = nullptr;
    std::string referred{};
    std::string_view name{};
};

std::string value_of(std::string_view token, const Tokens& tokens, std::string_view pattern) {
    if (token == "table") return tokens.table.name;
    if (token == "name") return std::string(tokens.name);
    if (token == "referred" && !tokens.referred.empty()) return tokens.referred;
    if (token == "columns" && tokens.columns != nullptr) {
        std::string text;
        for (const auto index : *tokens.columns) {
            if (!text.empty()) text += '_';
            text += tokens.table.columns[index].name;
        }
        return text;
    }
    detail::throw_argument_error("naming convention \"" + std::string(pattern) + "\": {" + std::string(token) +
                                 "} is not a token here");
}

std::string apply(std::string_view pattern, const Tokens& tokens) {
    const bool wants_name = pattern.find("{name}") != std::string_view::npos;
    if (!tokens.name.empty() && !wants_name) return std::string(tokens.name);
    if (wants_name && tokens.name.empty()) return {};
    std::string result;
    std::size_t at = 0;
    while (at < pattern.size()) {
        const auto open = pattern.find('{', at);
        result += pattern.substr(at, open - at);
        if (open == std::string_view::npos) break;
        const auto close = pattern.find('}', open);
        if (close == std::string_view::npos)
            detail::throw_argument_error("naming convention \"" + std::string(pattern) + "\": '{' without '}'");
        result += value_of(pattern.substr(open + 1, close - open - 1), tokens, pattern);
        at = close + 1;
    }
    return shortened(std::move(result));
}

}  // namespace

std::string primary_key_name(const NamingConvention& convention, const Table& table) {
    return apply(convention.pk, {table, &table.primary_key});
}

std::string constraint_name(const NamingConvention& convention, const Table& table, const ForeignKey& key) {
    if (convention.fk.empty()) return {};
    return apply(convention.fk, {table, &key.columns, key.target_names().table});
}

std::string constraint_name(const NamingConvention& convention, const Table& table,
                            const UniqueConstraint& constraint) {
    return apply(convention.uq, {table, &constraint.columns, {}, constraint.name});
}

std::string constraint_name(const NamingConvention& convention, const Table& table, const CheckConstraint& constraint) {
    return apply(convention.ck, {table, nullptr, {}, constraint.name});
}

std::string constraint_name(const NamingConvention& convention, const Table& table, const Index& index) {
    if (!index.expression.empty()) return index.name;
    const std::string_view pattern =
        convention.ix.empty() ? NamingConvention{}.ix : convention.ix;  // an index must have a name
    return apply(pattern, {table, &index.columns});
}

}  // namespace azoth

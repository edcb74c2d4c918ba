// The statements that load one relationship by keys, one for each number of keys.
#pragma once

#include "entity_query.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

namespace azoth::detail {

struct SessionState;

inline constexpr std::size_t most_keys = 500;

/// Remembers what was rendered; shared by every session that runs the same shape of statement. Thread safety: safe.
class LoadStatements {
public:
    std::shared_ptr<const EntityQuery> find(std::size_t size) const;
    void keep(std::size_t size, std::shared_ptr<const EntityQuery> query);

private:
    mutable std::mutex mutex_;
    std::array<std::shared_ptr<const EntityQuery>, 10> by_size_;
};

/// Whose columns say to which owner a loaded row belongs: the target's own; else those of the secondary table, or of the owner itself
/// where a condition relates them, selected beside the target.
struct KeyHolder {
    const Table& table;
    const std::vector<std::uint32_t>& columns;
    bool beside;
};
KeyHolder key_holder(const Relationship& relationship);

/// Lists of keys come in few lengths only (1, 2, 4 ... 256, 500), filled up by repeating the last key: so few shapes of SQL arise, and
/// each is rendered and prepared once.
std::size_t padded(std::size_t keys) noexcept;

/// The statement that loads `node` for that many keys. `kinds`: of one key's cells. `original`: the statement the node's criteria lie in.
std::shared_ptr<const EntityQuery> key_query(SessionState& state, const LoadNode& node, std::size_t size, std::span<const ValueView> key, const FlatStatement& original);

}  // namespace azoth::detail

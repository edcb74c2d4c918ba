// RowKeys: primary keys of rows in the spelling of the members, where a database spells a type its own way (a UUID as text).
#pragma once

#include <azoth/schema/table.hpp>
#include <azoth/types/value_buffer.hpp>

#include <span>
#include <vector>

namespace azoth::detail {

/// The identity map compares keys as members encode them. Keeps one object a table to decode into, made when first needed.
class RowKeys {
public:
    RowKeys() = default;
    RowKeys(const RowKeys&) = delete;
    RowKeys& operator=(const RowKeys&) = delete;
    ~RowKeys();

    /// Writes the key of a row (`cells` in table order) to `key`. Errors: `DataError` for a key that does not fit its member.
    /// Lifetimes: valid until the next call, and no longer than `cells`.
    void read(const Table& table, std::span<const ValueView> cells, ValueView* key) {
        bool as_it_is = true;
        for (std::size_t i = 0; i < table.primary_key.size(); ++i) {
            key[i] = cells[table.primary_key[i]];
            as_it_is = as_it_is && spelled_alike(table.columns[table.primary_key[i]].type.kind, key[i].kind);
        }
        if (!as_it_is) respell(table, key);
    }

private:
    static bool spelled_alike(TypeKind type, ValueKind kind) noexcept {
        if (kind == ValueKind::null) return true;
        switch (type) {
            case TypeKind::timestamp: return kind == ValueKind::timestamp;
            case TypeKind::datetime: return kind == ValueKind::datetime;
            case TypeKind::date: return kind == ValueKind::date;
            case TypeKind::time: return kind == ValueKind::time;
            case TypeKind::interval: return kind == ValueKind::interval;
            case TypeKind::uuid: return kind == ValueKind::uuid;
            case TypeKind::decimal: return false;  // 1.5 and 1.50
            case TypeKind::real:
            case TypeKind::double_: return kind == ValueKind::real;
            default: return true;
        }
    }
    void respell(const Table& table, ValueView* key);
    void* scratch(const Table& table);

    struct Scratch {
        const Table* table;
        void* object;
    };
    std::vector<Scratch> scratch_;
    ValueBuffer buffer_;
};

}  // namespace azoth::detail

// RowSource: the untyped rows from which typed results are read, and the decoding of one item.
#pragma once

#include <azoth/engine/row.hpp>
#include <azoth/schema/table_of.hpp>
#include <azoth/types/enum.hpp>
#include <azoth/types/value_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth::detail {

/// Rows as the driver gave them, and the entities the session made of them.
struct RowSource {
    ValueBuffer rows;
    std::vector<std::uint32_t> first_column;   ///< of each selected item
    std::vector<std::vector<std::uint32_t>> further;  ///< ResultItem::further of each; empty when nobody has any
    std::vector<std::string> keys;             ///< names of the result's columns
    std::int64_t rowcount = -1;
    std::shared_ptr<void> graph;               ///< keeps the entities alive
    std::vector<void*> objects;                ///< one an entity item and row, row by row; null = no entity
    std::size_t entity_items = 0;
    std::size_t row_count = 0;
    std::vector<std::int64_t> generated_keys;
    bool returns_rows = false;
};

/// DataError when the database returned another number of columns than the statement's types say.
void check_width(const RowSource& source, std::size_t items_end);

/// Decodes an untracked entity from a row: the columns that every row has, which begin at `first`, and those of `further`.
void decode_plain(const Table& table, std::span<const ValueView> row, std::uint32_t first, std::span<const std::uint32_t> further, void* object);

template <class I>
struct ItemReader;
template <class T, class K>
struct ItemReader<Item<T, K>> {
    static constexpr std::size_t entities = 0;
    static T read(const RowSource& source, std::size_t row, std::size_t item, std::size_t) {
        const std::uint32_t column = source.first_column[item];
        const auto cells = source.rows.row(row);
        const auto name = [&]() -> std::string_view {
            if constexpr (has_name<K>) {
                return key_name<K>::value();
            } else {
                return column < source.keys.size() ? std::string_view(source.keys[column]) : std::string_view("expression");
            }
        };
        if constexpr (NamedEnum<remove_optional_t<T>>) {
            // A column may store the enum by name; an expression no longer knows.
            if (cells[column].kind == ValueKind::text) return decode_name(cells[column], name());
        }
        return azoth::decode<T>(cells[column], name());
    }

private:
    static T decode_name(ValueView stored, std::string_view what) {
        try {
            return enum_name_codec<remove_optional_t<T>>::decode(stored);
        } catch (...) {
            rethrow_naming(what);
        }
    }
};
template <class T>
struct ItemReader<EntityItem<T>> {
    static constexpr std::size_t entities = 1;
    static std::shared_ptr<T> read(const RowSource& source, std::size_t row, std::size_t, std::size_t entity) {
        void* object = source.objects[row * source.entity_items + entity];
        return object == nullptr ? nullptr : std::shared_ptr<T>(source.graph, static_cast<T*>(object));
    }
};
template <class T>
struct ItemReader<PlainItem<T>> {
    static constexpr std::size_t entities = 0;
    static T read(const RowSource& source, std::size_t row, std::size_t item, std::size_t) {
        T value{};
        decode_plain(table_of<T>(), source.rows.row(row), source.first_column[item], source.further.empty() ? std::span<const std::uint32_t>() : source.further[item], &value);
        return value;
    }
};

template <class R>
struct RowReader;
template <class... Items>
struct RowReader<Row<Items...>> {
    static Row<Items...> read(const RowSource& source, std::size_t row) { return read(source, row, std::index_sequence_for<Items...>()); }

private:
    template <std::size_t... I>
    static Row<Items...> read(const RowSource& source, std::size_t row, std::index_sequence<I...>) {
        // how many entity items stand before item I
        constexpr auto entities_before = [](std::size_t index) {
            constexpr std::size_t counts[] = {ItemReader<Items>::entities...};
            std::size_t sum = 0;
            for (std::size_t i = 0; i < index; ++i) sum += counts[i];
            return sum;
        };
        return Row<Items...>(typename Row<Items...>::tuple_type{ItemReader<Items>::read(source, row, I, entities_before(I))...});
    }
};
template <>
struct RowReader<Row<>> {
    static Row<> read(const RowSource&, std::size_t) { return {}; }
};

}  // namespace azoth::detail

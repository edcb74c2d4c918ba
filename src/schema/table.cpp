// Looking things up in a Table.
#include <azoth/schema/table_of.hpp>

#include <azoth/base/throw.hpp>

#include <string>

namespace azoth {

const Column* Table::find_column(detail::MemberId id) const noexcept {
    for (const auto& column : columns) {
        if (column.id == id) return &column;
    }
    return nullptr;
}

const Column* Table::find_column(std::string_view column_name) const noexcept {
    for (const auto& column : columns) {
        if (column.name == column_name) return &column;
    }
    return nullptr;
}

const Column& Table::column(detail::MemberId id) const {
    if (const auto* column = find_column(id)) return *column;
    detail::throw_argument_error("the member is no column of " + std::string(type_name) + " (table \"" + full_name() +
                                 "\"): list it in mapping() with column<&" + std::string(type_name) + "::member>()");
}

const Relationship& Table::relationship(const void* member) const {
    for (const auto& relationship : relationships) {
        if (relationship.def.id.member == member) return relationship;
    }
    detail::throw_argument_error("the member is no relationship of " + std::string(type_name) + " (table \"" +
                                 full_name() + "\"): list it in mapping() with relationship<&" +
                                 std::string(type_name) + "::member>()");
}

const Table& detail::TableSlot::table() const {
    const auto function = build.load(std::memory_order_acquire);
    if (function == nullptr) {
        throw_argument_error("nothing in this program uses " + std::string(type_name) +
                             " as a mapped struct; list it in metadata<...>()");
    }
    return function();
}

}  // namespace azoth

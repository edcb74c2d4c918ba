// Objects and values for those who do not know their types: keys, texts, differences.
#include "session_events.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>
#include <azoth/types/uuid.hpp>

#include <fmt/format.h>

#include <iterator>

namespace azoth {

std::optional<std::string> text_of(const Value& value) {
    const ValueView view = value.view();
    char buffer[detail::datetime_text_size];
    const auto temporal = [&](std::size_t (*write)(std::int64_t, char*)) {
        try {
            return std::string(buffer, write(view.integer, buffer));
        } catch (const DataError&) {  // out of the calendar: the number says what it is
            return std::to_string(view.integer);
        }
    };
    switch (view.kind) {
        case ValueKind::null: return std::nullopt;
        case ValueKind::boolean: return std::string(view.integer != 0 ? "true" : "false");
        case ValueKind::integer: return std::to_string(view.integer);
        case ValueKind::real: return fmt::format("{}", view.real);
        case ValueKind::timestamp:
        case ValueKind::datetime: return temporal(&detail::write_datetime);
        case ValueKind::date: return temporal(&detail::write_date);
        case ValueKind::time: return temporal(&detail::write_time);
        case ValueKind::interval: return fmt::format("{}us", view.integer);
        case ValueKind::uuid: return type_traits<Uuid>::decode(view).to_string();
        case ValueKind::blob: {
            std::string text;
            for (const char c : view.text()) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
            return text;
        }
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
        case ValueKind::array: return std::string(view.text());
    }
    return std::nullopt;
}

std::vector<Value> AnyObject::primary_key() const {
    std::vector<Value> key;
    for (const std::uint32_t index : table_->primary_key) {
        const Column& column = table_->columns[index];
        column.ops->encode(column.field(static_cast<const void*>(handle_.get())), key.emplace_back());
    }
    return key;
}

std::string AnyObject::key_text() const {
    std::string text;
    for (const Value& part : primary_key()) {
        if (!text.empty()) text += ", ";
        text += text_of(part).value_or("NULL");
    }
    return text;
}

namespace detail {

AnyObject object_of(const Entity& entity) { return {*entity.table, entity.graph->handle(&entity)}; }

std::vector<ColumnChange> changes_of(const Entity& entity, RowChange kind) {
    std::vector<ColumnChange> changes;
    for (const auto& column : entity.table->columns) {
        if (kind == RowChange::update && column.ops->same(entity.saved_field(column), entity.field(column))) continue;
        ColumnChange change{column.name, column.member, Value(), Value()};
        if (kind != RowChange::insert) {
            ValueBuffer cell(1);
            column.ops->append_saved(entity.saved_field(column), cell);
            change.old_value.assign(cell.cells().front());
        }
        if (kind != RowChange::remove) column.ops->encode(entity.field(column), change.value);
        changes.push_back(std::move(change));
    }
    return changes;
}

}  // namespace detail
}  // namespace azoth

// AnyObject: a handle of whatever struct it is; ColumnChange: what a column was and is. For hooks and audit logs.
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/types/value.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth {

/// The value as text, as a person would write it: "2024-05-01", "12.50", "true"; bytes as hexadecimal digits. Returns nothing for NULL.
std::optional<std::string> text_of(const Value& value);

/// What a column was in the database and is now. Regular value type. Lifetimes: the names live as long as the program.
struct ColumnChange {
    std::string_view column;  ///< its name in the database
    std::string_view member;  ///< its name in the struct
    Value old_value;          ///< NULL for a row that is new
    Value value;              ///< NULL for a row that goes

    std::optional<std::string> old_text() const { return text_of(old_value); }
    std::optional<std::string> text() const { return text_of(value); }
};

/// A handle together with the table it belongs to. Regular value type; keeps the object alive as any handle does.
class AnyObject {
public:
    AnyObject(const Table& table, std::shared_ptr<void> handle) noexcept : table_(&table), handle_(std::move(handle)) {}
    template <class T>
        requires detail::is_mapped<T>
    AnyObject(const std::shared_ptr<T>& handle) : table_(&detail::table_of<T>()), handle_(handle) {}  // NOLINT: a handle is one

    const Table& table() const noexcept { return *table_; }
    /// The name of the struct.
    std::string_view type_name() const noexcept { return table_->type_name; }
    const std::shared_ptr<void>& handle() const noexcept { return handle_; }

    template <class T>
    bool is() const {
        return table_ == &detail::table_of<T>();
    }
    /// The typed handle; null when it is of another struct.
    template <class T>
    std::shared_ptr<T> as() const {
        return is<T>() ? std::static_pointer_cast<T>(handle_) : nullptr;
    }
    /// What its members hold, in the order of the primary key.
    std::vector<Value> primary_key() const;
    /// The same as text, for logs: "7", or "7, 2" for a composite key.
    std::string key_text() const;

    friend bool operator==(const AnyObject& a, const AnyObject& b) noexcept { return a.handle_ == b.handle_; }

private:
    const Table* table_;
    std::shared_ptr<void> handle_;
};

}  // namespace azoth

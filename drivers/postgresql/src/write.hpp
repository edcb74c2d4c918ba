// Values on their way to the server: as text, whose type the server infers from where the placeholder stands.
#pragma once

#include <azoth/types/sql_type.hpp>
#include <azoth/types/value_view.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace azoth::postgresql::detail {

/// Appends a value's text; nothing for NULL. Errors: `DataError` for a NUL byte in text and for a UUID that is none.
void write_text(ValueView value, std::string& out);
/// Appends a value as an element of an array literal, quoted where it must be; NULL for NULL.
void write_element(ValueView value, std::string& out);
/// Appends a value as a field of COPY's text format: \N for NULL, specials escaped.
void write_copy(ValueView value, std::string& out);

/// The parameters of one execution in the shape libpq takes. Used again for each; pointers hold until the next `set`.
class Parameters {
public:
    void set(std::span<const ValueView> row);
    /// Each column of `rows` rows, from row `first`, as one array of elements of its kind: in binary where every cell is what the type holds,
    /// else as text, which says what is wrong with it on the server.
    void set_arrays(std::span<const ValueView> cells, std::span<const TypeKind> kinds, std::size_t first, std::size_t rows);

    int count() const noexcept { return static_cast<int>(values_.size()); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }
    /// Bytes that travel, about.
    std::size_t size() const noexcept { return text_.size() + blob_bytes_ + 16 * values_.size(); }

private:
    static constexpr std::size_t null = static_cast<std::size_t>(-1);
    void begin(std::size_t count);
    void finish();
    void write_array(std::span<const ValueView> cells, std::size_t columns, std::size_t column);
    bool write_binary_array(std::span<const ValueView> cells, std::size_t columns, std::size_t column, TypeKind kind);

    std::string text_;                   // all text forms, each with a NUL behind it, and binary arrays
    std::vector<std::size_t> offsets_;   // into text_
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::size_t blob_bytes_ = 0;
};

}  // namespace azoth::postgresql::detail

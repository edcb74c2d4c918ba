// Bytes in and out, unchanged.
#include <azoth/types/blob.hpp>

#include <azoth/types/utf8.hpp>
#include <azoth/types/value_buffer.hpp>

namespace azoth {

namespace {

ValueView view_of(const std::vector<std::byte>& value) {
    detail::check_size(value.size());
    return ValueView::of_bytes({reinterpret_cast<const char*>(value.data()), value.size()}, ValueKind::blob);
}

}  // namespace

void type_traits<std::vector<std::byte>>::encode(const std::vector<std::byte>& value, Value& out) {
    out.assign(view_of(value));
}

void type_traits<std::vector<std::byte>>::append(const std::vector<std::byte>& value, ValueBuffer& out) {
    out.append(view_of(value));
}

std::vector<std::byte> type_traits<std::vector<std::byte>>::decode(ValueView stored) {
    if (stored.kind != ValueKind::blob && stored.kind != ValueKind::text)
        detail::throw_wrong_kind(stored, "std::vector<std::byte>");
    const auto* bytes = reinterpret_cast<const std::byte*>(stored.data);
    return std::vector<std::byte>(bytes, bytes + stored.size);
}

}  // namespace azoth

// Bytes in and out, unchanged.
#include <azoth/types/blob.hpp>

#include <azoth/types/utf8.hpp>

namespace azoth {

void type_traits<std::vector<std::byte>>::encode(const std::vector<std::byte>& value, Value& out) {
    detail::check_size(value.size());
    out.assign(ValueView::of_bytes({reinterpret_cast<const char*>(value.data()), value.size()}, ValueKind::blob));
}

std::vector<std::byte> type_traits<std::vector<std::byte>>::decode(ValueView stored) {
    if (stored.kind != ValueKind::blob && stored.kind != ValueKind::text) detail::throw_wrong_kind(stored, "std::vector<std::byte>");
    const auto* bytes = reinterpret_cast<const std::byte*>(stored.data);
    return std::vector<std::byte>(bytes, bytes + stored.size);
}

}  // namespace azoth

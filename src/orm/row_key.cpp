// RowKeys: decoding a key into a spare object and encoding it again.
#include "row_key.hpp"

#include <new>

namespace azoth::detail {

RowKeys::~RowKeys() {
    for (const auto& known : scratch_) {
        known.table->entity.destroy(known.object);
        ::operator delete(known.object, std::align_val_t{known.table->entity.align});
    }
}

void* RowKeys::scratch(const Table& table) {
    for (const auto& known : scratch_) {
        if (known.table == &table) return known.object;
    }
    scratch_.reserve(scratch_.size() + 1);  // push_back below cannot fail
    void* object = ::operator new(table.entity.size, std::align_val_t{table.entity.align});
    try {
        table.entity.construct(object);
    } catch (...) {
        ::operator delete(object, std::align_val_t{table.entity.align});
        throw;
    }
    scratch_.push_back({&table, object});
    return object;
}

void RowKeys::respell(const Table& table, ValueView* key) {
    void* object = scratch(table);
    buffer_.clear(table.primary_key.size());
    for (std::size_t i = 0; i < table.primary_key.size(); ++i) {
        const Column& column = table.columns[table.primary_key[i]];
        if (key[i].is_null()) {
            buffer_.append_null();
            continue;
        }
        column.ops->decode(column.field(object), key[i], column.name);
        column.ops->append(column.field(object), buffer_);
    }
    for (std::size_t i = 0; i < table.primary_key.size(); ++i) key[i] = buffer_.cells()[i];
}

}  // namespace azoth::detail

// SpareObject: an object of a mapped struct that is no entity: somewhere to decode cells into, or for functions to write a value into.
#pragma once

#include <azoth/schema/table.hpp>

#include <new>

namespace azoth::detail {

class SpareObject {
public:
    explicit SpareObject(const EntityOps& ops) : ops_(ops), object_(::operator new(ops.size, std::align_val_t(ops.align))) {
        try {
            ops_.construct(object_);
        } catch (...) {
            ::operator delete(object_, std::align_val_t(ops_.align));
            throw;
        }
    }
    SpareObject(const SpareObject&) = delete;
    SpareObject& operator=(const SpareObject&) = delete;
    ~SpareObject() {
        ops_.destroy(object_);
        ::operator delete(object_, std::align_val_t(ops_.align));
    }

    void* object() const noexcept { return object_; }
    /// The member that `make` (a default_factory or onupdate function) has written its value into. Valid until the next call.
    const void* made(const Column& column, void (*make)(void* field)) {
        make(column.field(object_));
        return column.field(static_cast<const void*>(object_));
    }

private:
    const EntityOps& ops_;
    void* object_;
};

}  // namespace azoth::detail

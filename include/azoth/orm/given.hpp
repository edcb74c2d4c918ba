// GivenValues<T>: the objects given to a relationship before its struct lies in a graph.
#pragma once

#include <azoth/orm/graph.hpp>
#include <azoth/orm/relation_member.hpp>
#include <azoth/schema/table_of.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace azoth::detail {

template <class T>
class GivenValues final : public GivenObjects {
public:
    void add(std::shared_ptr<T> object) { objects_.push_back(std::move(object)); }
    void add_address(T* object) { objects_.push_back(std::shared_ptr<T>(std::shared_ptr<void>(), object)); }
    std::vector<std::shared_ptr<T>>& objects() noexcept { return objects_; }

    GivenObjects* clone() const override {
        auto copy = std::make_unique<GivenValues>();
        for (const auto& object : objects_) {
            const bool value = object.use_count() == 1 && graph_of(object) == nullptr;
            copy->objects_.push_back(value ? std::make_shared<T>(*object) : object);
        }
        return copy.release();
    }
    const Table& table() const override { return table_of<T>(); }
    std::size_t size() const noexcept override { return objects_.size(); }
    void* object(std::size_t index) const noexcept override { return objects_[index].get(); }
    std::shared_ptr<void> share(std::size_t index) const override { return objects_[index]; }
    bool exclusive(std::size_t index) const noexcept override { return objects_[index].use_count() == 1; }
    bool by_address(std::size_t index) const noexcept override { return objects_[index].use_count() == 0; }
    Graph* graph(std::size_t index) const noexcept override { return graph_of(objects_[index]); }

private:
    std::vector<std::shared_ptr<T>> objects_;
};

}  // namespace azoth::detail

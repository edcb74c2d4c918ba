// Subqueries, CTEs and aliases as FROM elements: handles that give typed columns.
#pragma once

#include <azoth/sql/item.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace azoth {

template <class... Items>
class Select;

namespace detail {

/// Makes a source from a query's tape; names its columns after labels and columns, made distinct.
std::shared_ptr<Source> make_source(SourceKind kind, std::string name, Tape body);
/// Adds the recursive arm. Errors: `ArgumentError` when it has one already or its items are of another number.
void add_recursive_arm(Source& source, Tape arm, bool all);
std::shared_ptr<Source> make_alias(const Table& table, std::string name);
/// First column of item `item` (counting items as written) in the source, plus `column`.
std::uint32_t source_position(const Source& source, std::size_t item, std::uint32_t column);

}  // namespace detail

/// A subquery, lateral subquery or CTE. `s["label"_c]` and `s[col<&T::m>]` are its columns, typed. Copies are the same source.
template <class... Items>
class SourceHandle {
public:
    explicit SourceHandle(std::shared_ptr<detail::Source> source) : source_(std::move(source)) {}

    template <fixed_string S>
    auto operator[](Label<S>) const {
        constexpr std::size_t index = detail::index_of_item<detail::label_key<S>, Items...>();
        using Chosen = std::tuple_element_t<index, std::tuple<Items...>>;
        return column<typename Chosen::value_type, detail::label_key<S>>(index, 0);
    }
    template <auto... M>
    auto operator[](const ColumnHandle<M...>&) const {
        using Key = detail::column_key<M...>;
        if constexpr (detail::count_items<Key, Items...>() != 0) {
            constexpr std::size_t index = detail::index_of_item<Key, Items...>();
            using Chosen = std::tuple_element_t<index, std::tuple<Items...>>;
            return column<typename Chosen::value_type, Key>(index, 0);
        } else {  // a column of a selected entity
            using Owner = typename ColumnHandle<M...>::owner;
            constexpr std::size_t index = detail::index_of_item<detail::entity_key<Owner>, Items...>();
            return column<typename ColumnHandle<M...>::value_type, Key>(index, detail::column_of<M...>().index);
        }
    }

    /// The recursive arm of a CTE made by recursive_cte(); its items must have the anchor's types. Rows are kept with duplicates.
    template <class... Others>
    void union_all(const Select<Others...>& arm) const { add_arm(arm, true); }
    template <class... Others>
    void union_(const Select<Others...>& arm) const { add_arm(arm, false); }

    void write_from(detail::Tape& out) const {
        out.leaf(detail::Op::from_source, nullptr, 0, 0, source_->id);
        out.use(source_);
    }

private:
    template <class T, class Key>
    Expression<T, Key> column(std::size_t item, std::uint32_t offset) const {
        detail::Tape out;
        out.leaf(detail::Op::source_column, nullptr, detail::source_position(*source_, item, offset), 0, source_->id);
        out.use(source_);
        return Expression<T, Key>(std::move(out));
    }
    template <class... Others>
    void add_arm(const Select<Others...>& arm, bool all) const;

    std::shared_ptr<detail::Source> source_;
};

/// A mapped table under another name: `auto boss = alias<Employee>("boss")`, `boss[col<&Employee::name>]`.
template <class T>
class Alias {
public:
    using entity_type = T;
    explicit Alias(std::string name) : source_(detail::make_alias(detail::table_of<T>(), std::move(name))) {}

    template <auto... M>
    auto operator[](const ColumnHandle<M...>&) const {
        static_assert(std::is_same_v<typename ColumnHandle<M...>::owner, T>, "azoth: this column belongs to another struct than the alias");
        detail::Tape out;
        out.leaf(detail::Op::column, &detail::column_of<M...>(), 0, 0, source_->id);
        out.use(source_);
        return Expression<typename ColumnHandle<M...>::value_type, detail::column_key<M...>>(std::move(out));
    }
    void write_from(detail::Tape& out) const {
        out.leaf(detail::Op::from_table, &detail::table_of<T>(), 0, 0, source_->id);
        out.use(source_);
    }
    void write_item(detail::Tape& out) const {
        out.leaf(detail::Op::item_entity, &detail::table_of<T>(), 0, 0, source_->id);
        out.use(source_);
    }

    const std::shared_ptr<const detail::Source>& source() const noexcept { return source_; }

private:
    std::shared_ptr<const detail::Source> source_;
};

/// Which alias a join along a relationship starts from. Made by from().
template <class T>
struct JoinFrom {
    std::shared_ptr<const detail::Source> source;
};
/// `join<&Employee::manager>(grand, from(boss))`: starts at the alias, not at the table itself.
template <class T>
JoinFrom<T> from(const Alias<T>& alias) {
    return {alias.source()};
}

/// A second name for a mapped table. Without a name the statement makes one up.
template <class T>
Alias<T> alias(std::string name = {}) {
    return Alias<T>(std::move(name));
}

}  // namespace azoth

// Result: the buffered rows of one statement, with SQLAlchemy's ways of taking them.
#pragma once

#include <azoth/base/throw.hpp>
#include <azoth/engine/into.hpp>
#include <azoth/engine/row_source.hpp>
#include <azoth/engine/unique.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

template <class R>
class Result;

namespace detail {

template <class V>
struct or_none {
    using type = std::optional<V>;
    static type some(V&& value) { return std::optional<V>(std::move(value)); }
};
template <class V>
struct or_none<std::optional<V>> {
    using type = std::optional<V>;
    static type some(std::optional<V>&& value) { return std::move(value); }
};
template <class V>
struct or_none<std::shared_ptr<V>> {
    using type = std::shared_ptr<V>;
    static type some(std::shared_ptr<V>&& value) { return std::move(value); }
};

/// What rows and scalars share: values taken out once. all() and partitions() leave it empty, first() and one() close it.
template <class V>
class ResultRange {
public:
    using value_type = V;
    explicit ResultRange(std::vector<V> values) : values_(std::move(values)) {}

    /// Errors (all ways of taking rows): `ResourceClosedError` after first(), one() or one of their kin.
    auto begin() { return open().begin(); }
    auto end() { return values_.end(); }
    auto begin() const { return open().begin(); }
    auto end() const { return values_.end(); }
    /// What has not been taken.
    std::size_t size() const noexcept { return values_.size(); }
    bool empty() const noexcept { return values_.empty(); }

    /// Everything that has not been taken; a second call gives nothing.
    std::vector<V> all() {
        open();
        return std::exchange(values_, {});
    }
    /// The first, or none; closes the result.
    typename or_none<V>::type first() {
        open();
        closed_ = true;
        auto taken = std::exchange(values_, {});
        if (taken.empty()) return {};
        return or_none<V>::some(std::move(taken.front()));
    }
    /// Exactly one. Errors: `NoResultFound`, `MultipleResultsFound`.
    V one() {
        auto taken = take();
        if (taken.empty()) throw_no_result_found("no row was found where exactly one was required");
        return std::move(taken.front());
    }
    /// One or none. Errors: `MultipleResultsFound`.
    typename or_none<V>::type one_or_none() {
        auto taken = take();
        if (taken.empty()) return {};
        return or_none<V>::some(std::move(taken.front()));
    }
    /// Chunks of `size`, the last one shorter.
    std::vector<std::vector<V>> partitions(std::size_t size) {
        if (size == 0) throw_argument_error("partitions(0): a partition holds at least one row");
        auto taken = all();
        std::vector<std::vector<V>> chunks;
        for (std::size_t i = 0; i < taken.size(); i += size) {
            const auto from = taken.begin() + static_cast<std::ptrdiff_t>(i);
            const auto to = taken.begin() + static_cast<std::ptrdiff_t>(std::min(taken.size(), i + size));
            chunks.emplace_back(std::make_move_iterator(from), std::make_move_iterator(to));
        }
        return chunks;
    }

protected:
    static constexpr bool has_values = !std::is_same_v<V, Row<>>;
    void check_open() const {
        if (closed_) throw_resource_closed("this result was closed by first(), one() or one of their kin");
    }
    const std::vector<V>& open() const {
        static_assert(has_values, "azoth: this statement returns no rows: add returning(...), to text() columns(...)");
        check_open();
        return values_;
    }
    std::vector<V>& open() {
        static_assert(has_values, "azoth: this statement returns no rows: add returning(...), to text() columns(...)");
        check_open();
        return values_;
    }
    std::vector<V> take() {
        open();
        closed_ = true;
        auto taken = std::exchange(values_, {});
        if (taken.size() > 1) throw_multiple_results_found("several rows were found where one was required");
        return taken;
    }
    void make_unique() {
        values_ = unique_values(std::move(open()));
    }

    std::vector<V> values_;
    bool closed_ = false;
};

}  // namespace detail

/// The first item of each row; owns the values.
template <class V>
class ScalarResult : public detail::ResultRange<V> {
public:
    using detail::ResultRange<V>::ResultRange;
    /// Without repetitions, in order of first appearance.
    ScalarResult& unique() & {
        this->make_unique();
        return *this;
    }
    ScalarResult unique() && {
        this->make_unique();
        return std::move(*this);
    }
};

/// Rows of one executed statement, complete in memory: usable after session and connection are gone.
/// Thread safety: as a container.
template <class... Items>
class Result<Row<Items...>> : public detail::ResultRange<Row<Items...>> {
    using Base = detail::ResultRange<Row<Items...>>;
    static constexpr bool has_rows = sizeof...(Items) != 0;

public:
    using row_type = Row<Items...>;

    /// From the session or connection. Errors: `DataError` for a value that does not fit its type, naming the column.
    explicit Result(detail::RowSource source)
        : Base(read(source)), keys_(std::move(source.keys)), rowcount_(source.rowcount), generated_keys_(std::move(source.generated_keys)) {}

    /// Rows matched by INSERT, UPDATE or DELETE; -1 for other statements. Readable at any time.
    std::int64_t rowcount() const noexcept { return rowcount_; }
    /// Names of the result's columns.
    const std::vector<std::string>& keys() const noexcept { return keys_; }
    /// Keys that the database generated for inserted rows, where it told them.
    const std::vector<std::int64_t>& generated_keys() const noexcept { return generated_keys_; }

    /// The first item of every row.
    auto scalars() {
        static_assert(has_rows, "azoth: this statement returns no rows");
        return item_of_rows<0>();
    }
    /// The item of this label of every row.
    template <fixed_string S>
    auto scalars(Label<S>) {
        return item_of_rows<detail::index_of_item<detail::label_key<S>, Items...>()>();
    }
    /// The first item of the first row. Errors: `NoResultFound`.
    auto scalar() {
        static_assert(has_rows, "azoth: this statement returns no rows");
        auto& rows = this->open();
        if (rows.empty()) detail::throw_no_result_found("scalar(): the statement returned no row");
        this->closed_ = true;
        auto taken = std::exchange(rows, {});
        return std::get<0>(std::move(taken.front()).as_tuple());
    }
    /// The first item of the only row. Errors: `NoResultFound`, `MultipleResultsFound`.
    auto scalar_one() {
        static_assert(has_rows, "azoth: this statement returns no rows");
        return std::get<0>(this->one().as_tuple());
    }
    /// The first item of the only row, or none: a handle, or an optional. Errors: `MultipleResultsFound`.
    auto scalar_one_or_none() {
        static_assert(has_rows, "azoth: this statement returns no rows");
        using V = typename std::tuple_element_t<0, typename row_type::tuple_type>;
        auto taken = this->take();
        if (taken.empty()) return typename detail::or_none<V>::type{};
        return detail::or_none<V>::some(std::get<0>(std::move(taken.front()).as_tuple()));
    }
    /// Without repeated rows, in order of first appearance.
    Result& unique() & {
        this->make_unique();
        return *this;
    }
    Result unique() && {
        this->make_unique();
        return std::move(*this);
    }
    /// Every row as a user's aggregate of up to 32 members. When every item has a name (a label, or a column's member) it goes to the
    /// member of that name, in any order; members without an item keep their defaults. Else by position, as many members as items.
    /// A name that is no member, NULL into a non-optional and narrowing do not compile.
    template <class Dto>
    std::vector<Dto> into() {
        static_assert(has_rows, "azoth: this statement returns no rows");
        std::vector<Dto> values;
        auto rows = this->all();
        values.reserve(rows.size());
        for (auto& row : rows) values.push_back(detail::row_into<Dto>(std::move(row)));
        return values;
    }

private:
    template <std::size_t I>
    auto item_of_rows() {
        using V = typename std::tuple_element_t<I, typename row_type::tuple_type>;
        std::vector<V> values;
        auto rows = this->all();
        values.reserve(rows.size());
        for (auto& row : rows) values.push_back(std::get<I>(std::move(row).as_tuple()));
        return ScalarResult<V>(std::move(values));
    }
    static std::vector<row_type> read(const detail::RowSource& source) {
        std::vector<row_type> rows;
        if constexpr (has_rows) {
            rows.reserve(source.row_count);
            for (std::size_t i = 0; i < source.row_count; ++i) rows.push_back(detail::RowReader<row_type>::read(source, i));
        }
        return rows;
    }
    std::vector<std::string> keys_;
    std::int64_t rowcount_;
    std::vector<std::int64_t> generated_keys_;
};

}  // namespace azoth

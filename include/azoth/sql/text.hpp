// text(): SQL written by hand, with named binds and typed columns.
#pragma once

#include <azoth/sql/execution_options.hpp>
#include <azoth/sql/item.hpp>
#include <azoth/sql/label.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth {

template <class... Items>
struct Row;

namespace detail {

/// SQL text cut at its `:name` binds. Quoted text, comments and `::` casts are left alone; `\:` is a colon.
class TextBase {
public:
    explicit TextBase(std::string sql);

    /// The tape: pieces and binds in reading order. Errors: `ArgumentError` naming a bind without a value.
    Tape tape() const;
    const ExecutionOptions& execution() const noexcept { return execution_; }

protected:
    void set(std::string_view name, Value value);   ///< Errors: `ArgumentError` when the text has no such bind
    static void declare(TextBase& text, std::string_view column) { text.columns_.emplace_back(column); }

    std::vector<std::string> pieces_;    ///< pieces_[0] :binds_[0] pieces_[1] ...
    std::vector<std::string> binds_;
    std::vector<std::string> columns_;
    std::vector<std::pair<std::string, Value>> values_;
    ExecutionOptions execution_{};
};

template <class T, fixed_string S>
struct TypedColumn {};

}  // namespace detail

/// A result column of text(): `typed<std::int64_t>("id"_c)`.
template <class T, fixed_string S>
constexpr detail::TypedColumn<T, S> typed(Label<S>) {
    static_assert(Storable<T>, "azoth: typed<T>() needs a storable type");
    return {};
}

/// `text("select id from users where id > :id").bind("id"_c, 5).columns(typed<std::int64_t>("id"_c))`
template <class... Items>
class Text : public detail::TextBase {
public:
    using row_type = Row<Items...>;
    static constexpr bool returns_rows = sizeof...(Items) != 0;
    using TextBase::TextBase;
    explicit Text(TextBase base) : TextBase(std::move(base)) {}

    /// Gives `:name` its value. Errors: `ArgumentError` when the text has no such bind.
    template <fixed_string S, class V>
    Text bind(Label<S>, const V& value) const {
        using Stored = std::conditional_t<std::convertible_to<V, std::string_view>, std::string, V>;
        static_assert(Storable<Stored>, "azoth: this type cannot be bound: specialise azoth::type_traits for it");
        Text copy = *this;
        copy.set(S.view(), to_value(static_cast<Stored>(value)));
        return copy;
    }
    /// Names and types the result columns, in their order.
    template <class... T, fixed_string... S>
    auto columns(detail::TypedColumn<T, S>...) const {
        static_assert(sizeof...(Items) == 0, "azoth: columns() is given once");
        static_assert(detail::labels_differ<detail::label_key<S>...>(), "azoth: two columns of text() have the same name");
        TextBase copy = *this;
        (declare(copy, S.view()), ...);
        return Text<Item<T, detail::label_key<S>>...>(std::move(copy));
    }
    Text execution_options(ExecutionOptions options) const {
        Text copy = *this;
        copy.execution_ = options;
        return copy;
    }
};

/// SQL by hand. Values travel as binds, never inside the text. Errors: `ArgumentError` for text that ends inside a quote.
inline Text<> text(std::string sql) { return Text<>(std::move(sql)); }

}  // namespace azoth

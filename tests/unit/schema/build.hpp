// Building tables from mappings that the compiler would refuse, and reading the refusal.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/schema/table_of.hpp>

#include <memory>
#include <string>

namespace schema_test {

template <class T>
std::unique_ptr<const azoth::Table> build() {
    return azoth::detail::build_table(azoth::detail::table_shape<T>(), azoth::detail::entity_ops<T>);
}

/// What an ArgumentError of `call` says; "nothing was thrown" when there is none.
template <class Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const azoth::ArgumentError& error) {
        return error.message();
    }
    return "nothing was thrown";
}

}  // namespace schema_test

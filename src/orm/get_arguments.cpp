// Bringing the key given to get() into the order of the primary key.
#include <azoth/orm/get_arguments.hpp>

#include <algorithm>

namespace azoth::detail {

std::vector<Value> ordered_key(const Table& table, std::vector<Value> values, const std::vector<const Column*>& named) {
    const std::string name(table.type_name);
    const std::size_t width = table.primary_key.size();
    if (values.size() != width)
        throw_argument_error("get<" + name + ">: the primary key has " + std::to_string(width) + (width == 1 ? " column, " : " columns, ") + std::to_string(values.size()) +
                             (values.size() == 1 ? " value was given" : " values were given") + (width > 1 ? "; write col<&" + name + "::member> = value for each" : std::string()));
    if (named.empty()) {
        if (width > 1) throw_argument_error("get<" + name + ">: name the parts of a composite key: col<&" + name + "::member> = value");
        return values;
    }
    if (named.size() != width) throw_argument_error("get<" + name + ">: name every part of the key, or none");
    std::vector<Value> ordered(width);
    for (std::size_t i = 0; i < width; ++i) {
        const auto place = std::find(table.primary_key.begin(), table.primary_key.end(), named[i]->index);
        if (place == table.primary_key.end() || named[i]->table != &table)
            throw_argument_error("get<" + name + ">: " + std::string(named[i]->member) + " is no part of the primary key");
        ordered[static_cast<std::size_t>(place - table.primary_key.begin())] = std::move(values[i]);
    }
    return ordered;
}

}  // namespace azoth::detail

// The far end of a foreign key.
#include <azoth/schema/table.hpp>

#include <azoth/base/throw.hpp>

#include <string>
#include <utility>

namespace azoth {

bool ForeignKey::refers_to(const Table& target) const { return view.refers_to(target.shape); }

ForeignKeyTarget ForeignKey::resolve(const Table& target) const {
    if (!refers_to(target)) {
        detail::throw_argument_error("the foreign key of " + std::string(table->type_name) + " does not refer to " +
                                     std::string(target.type_name));
    }
    if (const auto finding = detail::check_key(view, target.shape))
        detail::throw_argument_error(detail::describe(finding));
    ForeignKeyTarget result;
    result.table = &target;
    for (std::size_t i = 0; i < view.size(); ++i)
        result.columns.push_back(static_cast<std::uint32_t>(view.remote(i, target.shape)));
    return result;
}

ForeignKeyTarget ForeignKey::resolve() const {
    if (by_name()) {
        detail::throw_argument_error("the foreign key \"" + std::string(view.def->target_name) + "\" of " +
                                     std::string(table->type_name) +
                                     " is given by name; its table is known only among the tables of a Metadata");
    }
    return resolve(view.def->target_table());
}

ForeignKeyNames ForeignKey::target_names() const {
    ForeignKeyNames names;
    if (by_name()) {
        const auto split = detail::split_target(view.def->target_name, table->schema);
        names.schema = split.schema;
        names.table = split.table;
        names.columns.emplace_back(split.column);
        return names;
    }
    const auto target = resolve();
    names.schema = target.table->schema;
    names.table = target.table->name;
    for (const auto index : target.columns) names.columns.push_back(target.table->columns[index].name);
    return names;
}

}  // namespace azoth

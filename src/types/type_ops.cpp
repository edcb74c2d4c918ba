// The functions over members of the commonest types, compiled once for all models.
#include <azoth/types/type_ops.hpp>

#include <azoth/types/scalars.hpp>
#include <azoth/types/temporal.hpp>
#include <azoth/types/text.hpp>

namespace azoth::detail {

constinit const TypeOps TypeOpsOf<bool>::value = make_type_ops<bool>();
constinit const TypeOps TypeOpsOf<std::int16_t>::value = make_type_ops<std::int16_t>();
constinit const TypeOps TypeOpsOf<std::int32_t>::value = make_type_ops<std::int32_t>();
constinit const TypeOps TypeOpsOf<std::int64_t>::value = make_type_ops<std::int64_t>();
constinit const TypeOps TypeOpsOf<double>::value = make_type_ops<double>();
constinit const TypeOps TypeOpsOf<std::string>::value = make_type_ops<std::string>();
constinit const TypeOps TypeOpsOf<Instant>::value = make_type_ops<Instant>();
constinit const TypeOps TypeOpsOf<std::optional<bool>>::value = make_type_ops<std::optional<bool>>();
constinit const TypeOps TypeOpsOf<std::optional<std::int16_t>>::value = make_type_ops<std::optional<std::int16_t>>();
constinit const TypeOps TypeOpsOf<std::optional<std::int32_t>>::value = make_type_ops<std::optional<std::int32_t>>();
constinit const TypeOps TypeOpsOf<std::optional<std::int64_t>>::value = make_type_ops<std::optional<std::int64_t>>();
constinit const TypeOps TypeOpsOf<std::optional<double>>::value = make_type_ops<std::optional<double>>();
constinit const TypeOps TypeOpsOf<std::optional<std::string>>::value = make_type_ops<std::optional<std::string>>();
constinit const TypeOps TypeOpsOf<std::optional<Instant>>::value = make_type_ops<std::optional<Instant>>();

}  // namespace azoth::detail

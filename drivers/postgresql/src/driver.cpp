// The driver's entry in the registry.
#include <azoth/postgresql.hpp>

namespace azoth::postgresql {

void register_driver() {}

}  // namespace azoth::postgresql

// The driver's entry in the registry.
#include <azoth/mysql.hpp>

namespace azoth::mysql {

void register_driver() {}

}  // namespace azoth::mysql

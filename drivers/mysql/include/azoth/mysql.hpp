// The MariaDB and MySQL driver: including this header makes "mysql://" and "mariadb://" URLs known.
#pragma once

namespace azoth::mysql {

/// Makes the driver known to `create_async_engine` and `find_driver`. Including this header does it; calling it again is harmless.
void register_driver();

}  // namespace azoth::mysql

namespace azoth::detail {
inline const bool mysql_registered = (azoth::mysql::register_driver(), true);
}

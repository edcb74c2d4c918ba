// The PostgreSQL driver: including this header makes "postgresql://" and "postgres://" URLs known.
#pragma once

namespace azoth::postgresql {

/// Makes the driver known to `create_async_engine` and `find_driver`. Including this header does it; calling it again is harmless.
void register_driver();

}  // namespace azoth::postgresql

namespace azoth::detail {
inline const bool postgresql_registered = (azoth::postgresql::register_driver(), true);
}

// The function is looked up at run time: it belongs to the client library's TLS library, whichever that is, not to azoth.
#include "tls_errors.hpp"

#include <dlfcn.h>

namespace azoth::mysql::detail {

void clear_tls_errors() noexcept {
    using Function = void (*)();
    static const auto clear = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, "ERR_clear_error"));
    if (clear) clear();
}

}  // namespace azoth::mysql::detail

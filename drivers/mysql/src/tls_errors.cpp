// The functions are looked up at run time: they belong to the client library's TLS library, whichever that is, not to azoth.
#include "tls_errors.hpp"

#include <dlfcn.h>

#include <cstdint>

namespace azoth::mysql::detail {

void clear_tls_errors() noexcept {
    using Function = void (*)();
    static const auto clear = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, "ERR_clear_error"));
    if (clear) clear();
}

void keep_tls_at_exit() noexcept {
    using Function = int (*)(std::uint64_t, const void*);
    constexpr std::uint64_t no_atexit = 0x00080000;  // OPENSSL_INIT_NO_ATEXIT
    const auto initialise = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto"));
    if (initialise) initialise(no_atexit, nullptr);
}

}  // namespace azoth::mysql::detail

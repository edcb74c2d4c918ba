// What the client library leaves to us about OpenSSL: the calling thread's list of errors, and the end of the process.
#pragma once

namespace azoth::mysql::detail {

/// An error that one connection left there makes the next call on any other of the thread look like a failure: SSL_get_error() looks
/// into the list to tell "not now" from "broken". So it is emptied before every call that may read or write.
/// Does nothing where the client library uses something other than OpenSSL.
void clear_tls_errors() noexcept;

/// OpenSSL frees its tables by atexit(), while a thread of a cancelled connect may still be inside it: such a process would crash at its very
/// end. This asks it not to (OPENSSL_init_crypto, OPENSSL_INIT_NO_ATEXIT); the memory goes with the process. Only the first user of OpenSSL in a
/// process is heard, so it is called when the driver is registered.
void keep_tls_at_exit() noexcept;

}  // namespace azoth::mysql::detail

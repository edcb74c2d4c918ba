// OpenSSL's list of errors of the calling thread, which the client library does not empty.
#pragma once

namespace azoth::mysql::detail {

/// An error that one connection left there makes the next call on any other of the thread look like a failure: SSL_get_error() looks
/// into the list to tell "not now" from "broken". So it is emptied before every call that may read or write.
/// Does nothing where the client library uses something other than OpenSSL.
void clear_tls_errors() noexcept;

}  // namespace azoth::mysql::detail

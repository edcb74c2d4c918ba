// The coroutine type of every asynchronous operation.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace azoth {

/// What asynchronous functions return. Lazy: nothing runs until it is awaited; it resumes on the awaiting coroutine's executor.
template <class T>
using awaitable = boost::asio::awaitable<T>;

}  // namespace azoth

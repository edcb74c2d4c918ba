// Part of a tree that breaks a rule on purpose.
#include <boost/asio/awaitable.hpp>

// Boost.JSON's own code, compiled once, here: the library is used without linking it.
#include <boost/json/src.hpp>

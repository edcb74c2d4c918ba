// Part of a tree that breaks a rule on purpose.
#include <azoth/orm/b.hpp>

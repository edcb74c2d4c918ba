// Part of a tree that breaks a rule on purpose.
#pragma once

#include <fmt/format.h>

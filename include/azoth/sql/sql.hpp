// All of the expression language.
#pragma once

#include <azoth/sql/case.hpp>
#include <azoth/sql/delete.hpp>
#include <azoth/sql/functions.hpp>
#include <azoth/sql/insert.hpp>
#include <azoth/sql/relationship_predicates.hpp>
#include <azoth/sql/select.hpp>
#include <azoth/sql/text.hpp>
#include <azoth/sql/update.hpp>

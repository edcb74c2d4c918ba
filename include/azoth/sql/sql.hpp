// All of the expression language.
#pragma once

// In the order in which they include each other: compilers print the way to the file of an error, and so it is one line.
#include <azoth/sql/operand.hpp>
#include <azoth/sql/common_type.hpp>
#include <azoth/sql/expression.hpp>
#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/item.hpp>
#include <azoth/sql/compound_items.hpp>
#include <azoth/sql/operators.hpp>
#include <azoth/sql/any.hpp>
#include <azoth/sql/window.hpp>
#include <azoth/sql/functions.hpp>
#include <azoth/sql/case.hpp>
#include <azoth/sql/source.hpp>
#include <azoth/sql/select.hpp>
#include <azoth/sql/criteria.hpp>
#include <azoth/sql/dml.hpp>
#include <azoth/sql/delete.hpp>
#include <azoth/sql/insert.hpp>
#include <azoth/sql/member_expression.hpp>
#include <azoth/sql/primaryjoin.hpp>
#include <azoth/sql/relationship_predicates.hpp>
#include <azoth/sql/text.hpp>
#include <azoth/sql/update.hpp>

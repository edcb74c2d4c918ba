// What a header of models needs: the words of mapping(), the storable types, one<T> and many<T>, metadata and check. No
// Asio.
#pragma once

// Here first: clang prints the way to the file of an error, and most errors in a mapping are reported there.
#include <azoth/schema/refuse.hpp>

#include <azoth/orm/many.hpp>
#include <azoth/orm/one.hpp>
#include <azoth/schema/check.hpp>
#include <azoth/schema/mapping.hpp>
#include <azoth/schema/metadata.hpp>
#include <azoth/types/array.hpp>
#include <azoth/types/blob.hpp>
#include <azoth/types/decimal.hpp>
#include <azoth/types/deferred.hpp>
#include <azoth/types/duration.hpp>
#include <azoth/types/enum.hpp>
#include <azoth/types/json.hpp>
#include <azoth/types/scalars.hpp>
#include <azoth/types/temporal.hpp>
#include <azoth/types/text.hpp>
#include <azoth/types/time.hpp>
#include <azoth/types/uuid.hpp>

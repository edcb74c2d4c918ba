// Everything but the drivers. Models alone need only <azoth/model.hpp>, which never includes Asio.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/dialect/to_sql.hpp>
#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine.hpp>
#include <azoth/engine/events.hpp>
#include <azoth/engine/listener.hpp>
#include <azoth/engine/multiplexed.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/model.hpp>
#include <azoth/orm/load_options.hpp>
#include <azoth/orm/session.hpp>
#include <azoth/orm/sessionmaker.hpp>
#include <azoth/orm/stream.hpp>
#include <azoth/sql/sql.hpp>

# Every file of the library and its drivers, one list a target. Tests are found by their folders, so that none is forgotten.

set(AZOTH_HEADERS
    include/azoth/azoth.hpp
    include/azoth/base/aggregate.hpp
    include/azoth/base/error.hpp
    include/azoth/base/error_detail.hpp
    include/azoth/base/fixed_string.hpp
    include/azoth/base/member.hpp
    include/azoth/base/throw.hpp
    include/azoth/dialect/compiled_statement.hpp
    include/azoth/dialect/compiler.hpp
    include/azoth/dialect/ddl.hpp
    include/azoth/dialect/dialect.hpp
    include/azoth/dialect/to_sql.hpp
    include/azoth/dialect/transaction_options.hpp
    include/azoth/driver/awaitable.hpp
    include/azoth/driver/batch.hpp
    include/azoth/driver/connection.hpp
    include/azoth/driver/detail/job.hpp
    include/azoth/driver/detail/mailbox.hpp
    include/azoth/driver/detail/socket_watch.hpp
    include/azoth/driver/detail/threads.hpp
    include/azoth/driver/driver.hpp
    include/azoth/driver/url.hpp
    include/azoth/engine/connection.hpp
    include/azoth/engine/connection_core.hpp
    include/azoth/engine/engine.hpp
    include/azoth/engine/engine_core.hpp
    include/azoth/engine/events.hpp
    include/azoth/engine/into.hpp
    include/azoth/engine/lease.hpp
    include/azoth/engine/options.hpp
    include/azoth/engine/pool_machine.hpp
    include/azoth/engine/pool_status.hpp
    include/azoth/engine/raw_result.hpp
    include/azoth/engine/result.hpp
    include/azoth/engine/row.hpp
    include/azoth/engine/row_source.hpp
    include/azoth/engine/row_stream.hpp
    include/azoth/engine/statement_cache.hpp
    include/azoth/engine/transaction.hpp
    include/azoth/engine/transaction_state.hpp
    include/azoth/engine/unique.hpp
    include/azoth/model.hpp
    include/azoth/orm/get_arguments.hpp
    include/azoth/orm/given.hpp
    include/azoth/orm/graph.hpp
    include/azoth/orm/load_options.hpp
    include/azoth/orm/many.hpp
    include/azoth/orm/one.hpp
    include/azoth/orm/relation_member.hpp
    include/azoth/orm/session.hpp
    include/azoth/orm/session_core.hpp
    include/azoth/orm/session_transaction.hpp
    include/azoth/orm/sessionmaker.hpp
    include/azoth/orm/stream.hpp
    include/azoth/schema/check.hpp
    include/azoth/schema/definition.hpp
    include/azoth/schema/ends.hpp
    include/azoth/schema/enums.hpp
    include/azoth/schema/mapping.hpp
    include/azoth/schema/metadata.hpp
    include/azoth/schema/naming.hpp
    include/azoth/schema/options.hpp
    include/azoth/schema/problem.hpp
    include/azoth/schema/refuse.hpp
    include/azoth/schema/stored_as.hpp
    include/azoth/schema/table.hpp
    include/azoth/schema/table_of.hpp
    include/azoth/sql/any.hpp
    include/azoth/sql/case.hpp
    include/azoth/sql/column_handle.hpp
    include/azoth/sql/common_type.hpp
    include/azoth/sql/compound_items.hpp
    include/azoth/sql/delete.hpp
    include/azoth/sql/dml.hpp
    include/azoth/sql/execution_options.hpp
    include/azoth/sql/expression.hpp
    include/azoth/sql/functions.hpp
    include/azoth/sql/insert.hpp
    include/azoth/sql/item.hpp
    include/azoth/sql/label.hpp
    include/azoth/sql/op.hpp
    include/azoth/sql/operand.hpp
    include/azoth/sql/operators.hpp
    include/azoth/sql/order.hpp
    include/azoth/sql/relationship_predicates.hpp
    include/azoth/sql/select.hpp
    include/azoth/sql/source.hpp
    include/azoth/sql/sql.hpp
    include/azoth/sql/tape.hpp
    include/azoth/sql/text.hpp
    include/azoth/sql/update.hpp
    include/azoth/sql/window.hpp
    include/azoth/types/array.hpp
    include/azoth/types/blob.hpp
    include/azoth/types/decimal.hpp
    include/azoth/types/duration.hpp
    include/azoth/types/enum.hpp
    include/azoth/types/json.hpp
    include/azoth/types/scalars.hpp
    include/azoth/types/sql_type.hpp
    include/azoth/types/temporal.hpp
    include/azoth/types/temporal_text.hpp
    include/azoth/types/text.hpp
    include/azoth/types/time.hpp
    include/azoth/types/type_ops.hpp
    include/azoth/types/type_traits.hpp
    include/azoth/types/utf8.hpp
    include/azoth/types/uuid.hpp
    include/azoth/types/value.hpp
    include/azoth/types/value_buffer.hpp
    include/azoth/types/value_hash.hpp
    include/azoth/types/value_kind.hpp
    include/azoth/types/value_view.hpp)

set(AZOTH_SOURCES
    src/base/error.cpp
    src/dialect/compile/compile.cpp
    src/dialect/compile/compound.cpp
    src/dialect/compile/connect.cpp
    src/dialect/compile/decimal.cpp
    src/dialect/compile/expression.cpp
    src/dialect/compile/from.cpp
    src/dialect/compile/function.cpp
    src/dialect/compile/insert.cpp
    src/dialect/compile/insert_bulk.cpp
    src/dialect/compile/join.cpp
    src/dialect/compile/json.cpp
    src/dialect/compile/names.cpp
    src/dialect/compile/nullability.cpp
    src/dialect/compile/order.cpp
    src/dialect/compile/placeholder.cpp
    src/dialect/compile/predicate.cpp
    src/dialect/compile/select.cpp
    src/dialect/compile/source.cpp
    src/dialect/compile/text.cpp
    src/dialect/compile/tree.cpp
    src/dialect/compile/update_delete.cpp
    src/dialect/compiled_statement.cpp
    src/dialect/ddl.cpp
    src/dialect/dialect.cpp
    src/dialect/mysql.cpp
    src/dialect/postgresql.cpp
    src/dialect/sqlite.cpp
    src/dialect/to_sql.cpp
    src/dialect/words.cpp
    src/driver/connection.cpp
    src/driver/mailbox.cpp
    src/driver/percent.cpp
    src/driver/registry.cpp
    src/driver/socket_watch.cpp
    src/driver/threads.cpp
    src/driver/url.cpp
    src/driver/url_host.cpp
    src/driver/url_parse.cpp
    src/engine/bulk_insert.cpp
    src/engine/connection.cpp
    src/engine/connection_core.cpp
    src/engine/connection_transaction.cpp
    src/engine/echo.cpp
    src/engine/engine.cpp
    src/engine/engine_core.cpp
    src/engine/home.cpp
    src/engine/observers.cpp
    src/engine/pool.cpp
    src/engine/pool_jobs.cpp
    src/engine/pool_machine.cpp
    src/engine/raw_result.cpp
    src/engine/row_source.cpp
    src/engine/row_stream.cpp
    src/engine/statement_cache.cpp
    src/engine/transaction_state.cpp
    src/engine/value_text.cpp
    src/migrate/create.cpp
    src/orm/entity_query.cpp
    src/orm/flush.cpp
    src/orm/flush_collect.cpp
    src/orm/flush_order.cpp
    src/orm/flush_read_back.cpp
    src/orm/flush_removals.cpp
    src/orm/flush_rows.cpp
    src/orm/get.cpp
    src/orm/get_arguments.cpp
    src/orm/graph.cpp
    src/orm/identity_map.cpp
    src/orm/insert_many.cpp
    src/orm/key_index.cpp
    src/orm/load.cpp
    src/orm/load_options.cpp
    src/orm/load_statements.cpp
    src/orm/load_tree.cpp
    src/orm/materialize.cpp
    src/orm/merge.cpp
    src/orm/objects.cpp
    src/orm/query.cpp
    src/orm/query_plan.cpp
    src/orm/related.cpp
    src/orm/relation_member.cpp
    src/orm/relations.cpp
    src/orm/rollback.cpp
    src/orm/row_key.cpp
    src/orm/session_state.cpp
    src/orm/session_transaction.cpp
    src/orm/stream.cpp
    src/orm/transaction.cpp
    src/schema/build_table.cpp
    src/schema/foreign_key.cpp
    src/schema/link.cpp
    src/schema/metadata.cpp
    src/schema/naming.cpp
    src/schema/problem.cpp
    src/schema/table.cpp
    src/sql/flatten.cpp
    src/sql/predicates.cpp
    src/sql/query.cpp
    src/sql/source.cpp
    src/sql/tape.cpp
    src/sql/text.cpp
    src/types/array.cpp
    src/types/blob.cpp
    src/types/decimal.cpp
    src/types/decimal_arithmetic.cpp
    src/types/duration.cpp
    src/types/enum.cpp
    src/types/json.cpp
    src/types/scalars.cpp
    src/types/temporal.cpp
    src/types/temporal_text.cpp
    src/types/text.cpp
    src/types/type_ops.cpp
    src/types/type_traits.cpp
    src/types/utf8.cpp
    src/types/uuid.cpp
    src/types/value_buffer.cpp
    src/types/value_hash.cpp
    src/types/value_kind.cpp)

set(AZOTH_SQLITE_HEADERS
    drivers/sqlite/include/azoth/sqlite.hpp)

set(AZOTH_SQLITE_SOURCES
    drivers/sqlite/src/codec.cpp
    drivers/sqlite/src/cursor.cpp
    drivers/sqlite/src/database.cpp
    drivers/sqlite/src/driver.cpp
    drivers/sqlite/src/errors.cpp
    drivers/sqlite/src/execute.cpp
    drivers/sqlite/src/inline_connection.cpp
    drivers/sqlite/src/link.cpp
    drivers/sqlite/src/open.cpp
    drivers/sqlite/src/operation.cpp
    drivers/sqlite/src/prepare.cpp
    drivers/sqlite/src/settings.cpp
    drivers/sqlite/src/sql_text.cpp
    drivers/sqlite/src/statement.cpp
    drivers/sqlite/src/token.cpp
    drivers/sqlite/src/transaction.cpp
    drivers/sqlite/src/worker.cpp
    drivers/sqlite/src/worker_connection.cpp)

set(AZOTH_POSTGRESQL_HEADERS
    drivers/postgresql/include/azoth/postgresql.hpp)

set(AZOTH_POSTGRESQL_SOURCES
    drivers/postgresql/src/batch_run.cpp
    drivers/postgresql/src/cancel.cpp
    drivers/postgresql/src/connect.cpp
    drivers/postgresql/src/connection.cpp
    drivers/postgresql/src/copy.cpp
    drivers/postgresql/src/cursor.cpp
    drivers/postgresql/src/driver.cpp
    drivers/postgresql/src/errors.cpp
    drivers/postgresql/src/link.cpp
    drivers/postgresql/src/pipeline.cpp
    drivers/postgresql/src/read.cpp
    drivers/postgresql/src/read_binary.cpp
    drivers/postgresql/src/read_text.cpp
    drivers/postgresql/src/resolve.cpp
    drivers/postgresql/src/settings.cpp
    drivers/postgresql/src/statement.cpp
    drivers/postgresql/src/write.cpp)

set(AZOTH_MYSQL_HEADERS
    drivers/mysql/include/azoth/mysql.hpp)

set(AZOTH_MYSQL_SOURCES
    drivers/mysql/src/driver.cpp)

foreach(list IN ITEMS AZOTH_HEADERS AZOTH_SOURCES AZOTH_SQLITE_HEADERS AZOTH_SQLITE_SOURCES AZOTH_POSTGRESQL_HEADERS AZOTH_POSTGRESQL_SOURCES AZOTH_MYSQL_HEADERS
        AZOTH_MYSQL_SOURCES)
    list(TRANSFORM ${list} PREPEND ${PROJECT_SOURCE_DIR}/)
endforeach()

# In azoth's own builds a file that is in no list is a mistake: it would be neither built nor installed.
if(PROJECT_IS_TOP_LEVEL)
    function(azoth_check_list list pattern)
        file(GLOB_RECURSE present CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${pattern})
        list(REMOVE_ITEM present ${${list}})
        if(present)
            list(JOIN present "\n    " present)
            message(FATAL_ERROR "These files are not in ${list} of cmake/sources.cmake:\n    ${present}")
        endif()
    endfunction()
    azoth_check_list(AZOTH_HEADERS include/azoth/*.hpp)
    azoth_check_list(AZOTH_SOURCES src/*.cpp)
    azoth_check_list(AZOTH_SQLITE_HEADERS drivers/sqlite/include/azoth/*.hpp)
    azoth_check_list(AZOTH_SQLITE_SOURCES drivers/sqlite/src/*.cpp)
    azoth_check_list(AZOTH_POSTGRESQL_HEADERS drivers/postgresql/include/azoth/*.hpp)
    azoth_check_list(AZOTH_POSTGRESQL_SOURCES drivers/postgresql/src/*.cpp)
    azoth_check_list(AZOTH_MYSQL_HEADERS drivers/mysql/include/azoth/*.hpp)
    azoth_check_list(AZOTH_MYSQL_SOURCES drivers/mysql/src/*.cpp)
endif()

file(GLOB_RECURSE AZOTH_TEST_SUPPORT CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cpp)
list(FILTER AZOTH_TEST_SUPPORT EXCLUDE REGEX "/support/main/")
foreach(group IN ITEMS unit dialects contract threads chaos)
    file(GLOB_RECURSE AZOTH_TESTS_${group} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${group}/*.cpp)
endforeach()
file(GLOB AZOTH_COMPILE_FAIL_CASES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/compile_fail/*.cpp)

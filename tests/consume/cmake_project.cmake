# Configures, builds and runs the small project in project/, which finds azoth by find_package or add_subdirectory.
# The build folder is kept, so that running the tests again compiles only what changed.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/project -B ${BINARY}
        -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=${BUILD_TYPE}
        -D CMAKE_CXX_FLAGS_DEBUG=${DEBUG_FLAGS} -D "CMAKE_CXX_FLAGS=${FLAGS}"
        -D "CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -D BUILD_SHARED_LIBS=${SHARED}
        -D WAY=${WAY} -D DRIVERS=${DRIVERS} -D AZOTH_PREFIX=${PREFIX} -D AZOTH_SOURCE=${PROJECT}
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${BINARY}/consumer COMMAND_ERROR_IS_FATAL ANY)

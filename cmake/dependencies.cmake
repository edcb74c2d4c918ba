# What azoth needs from outside. A parent project that already has one of these targets keeps its own.

if(NOT TARGET Boost::headers)
    find_package(Boost 1.81 REQUIRED)
endif()
if(NOT TARGET Threads::Threads)
    find_package(Threads REQUIRED)
endif()
if(NOT TARGET fmt::fmt)
    find_package(fmt 9 REQUIRED)
endif()
if(AZOTH_SQLITE AND NOT TARGET SQLite::SQLite3)
    find_package(SQLite3 3.35 REQUIRED)
endif()

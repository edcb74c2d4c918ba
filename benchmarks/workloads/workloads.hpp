// Every workload, one a file; each measures itself in each mode.
#pragma once

#include "harness.hpp"

namespace benchmarks {

void point_get(Suite& suite);
void point_get_coroutines(Suite& suite);
void multiplexed(Suite& suite);
void list(Suite& suite);
void selectin(Suite& suite);
void joined(Suite& suite);
void insert_unit_of_work(Suite& suite);
void insert_bulk(Suite& suite);
void update(Suite& suite);
void flush_unchanged(Suite& suite);
void flush_shapes(Suite& suite);
void autoflush(Suite& suite);
void stream(Suite& suite);
void pool_waits(Suite& suite);

inline void run_workloads(Suite& suite) {
    for (void (*workload)(Suite&) : {point_get, point_get_coroutines, multiplexed, list, selectin, joined, insert_unit_of_work, insert_bulk, update,
                                     flush_unchanged, flush_shapes, autoflush, stream, pool_waits}) {
        workload(suite);
    }
}

}  // namespace benchmarks

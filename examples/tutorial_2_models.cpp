// Tutorial, step 2: models, and the tables they describe.
#include "tutorial.hpp"

// region: show
azoth::awaitable<void> run(azoth::AsyncEngine engine) {
    co_await create_tables(engine);
    for (const azoth::Table* table : shop::metadata.sorted_tables()) {
        std::printf("%s:", table->name.c_str());
        for (const azoth::Column& column : table->columns) std::printf(" %s", column.name.c_str());
        std::printf("\n");
    }
}

int main() { return run_program(run); }
// endregion

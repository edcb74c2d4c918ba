TEST_CASE("rows come in order", "[x]") {}

// Tape: postfix order, texts and values in step with nodes, equality.
#include <support/tape_builder.hpp>

#include <catch2/catch.hpp>

using namespace tape_builder;
using azoth::Value;
using azoth::detail::Node;
using azoth::detail::Source;

TEST_CASE("a closed node counts the nodes of its operands", "[sql][tape]") {
    Tape tape;
    tape.bind(Value::integer(1)).bind(Value::integer(2)).close(Op::add, 2).bind(Value::integer(3)).close(Op::mul, 2);
    REQUIRE(tape.nodes().size() == 5);
    CHECK(tape.nodes()[2].size == 3);
    CHECK(tape.nodes()[4].size == 5);
    CHECK(tape.nodes()[4].children == 2);
    CHECK(tape.roots() == 1);
    CHECK(tape.values()[2] == Value::integer(3));
}

TEST_CASE("close_all takes every subtree there is", "[sql][tape]") {
    Tape tape = clauses({bind(1), node(Op::neg, {bind(2)}), bind(3)});
    CHECK(tape.roots() == 3);
    tape.close_all(Op::and_);
    CHECK(tape.roots() == 1);
    CHECK(tape.nodes().back().children == 3);
    CHECK(tape.nodes().back().size == 5);
    CHECK(Tape().close_all(Op::and_).nodes().back().size == 1);
}

TEST_CASE("closing more operands than there are is refused", "[sql][tape]") {
    Tape tape;
    tape.bind(Value::integer(1));
    CHECK_THROWS(tape.close(Op::add, 2));
}

TEST_CASE("appending keeps values and texts in node order", "[sql][tape]") {
    const Tape first = node_text(Op::func, {bind("a")}, "f");
    const Tape second = node_text(Op::func, {bind("b")}, "g");
    Tape copied = first;
    copied.append(second);
    Tape moved = first;
    moved.append(Tape(second));
    CHECK(copied == moved);
    CHECK(copied.texts()[0] == "f");
    CHECK(copied.texts()[1] == "g");
    CHECK(copied.values()[1] == Value::text("b"));
    copied.append(copied);
    CHECK(copied.roots() == 4);
}

TEST_CASE("equality looks at structure, texts and values", "[sql][tape]") {
    CHECK(bind(1) == bind(1));
    CHECK_FALSE(bind(1) == bind(2));
    CHECK_FALSE(bind(1) == bind("1"));
    CHECK(node_text(Op::func, {bind(1)}, "f") == node_text(Op::func, {bind(1)}, "f"));
    CHECK_FALSE(node_text(Op::func, {bind(1)}, "f") == node_text(Op::func, {bind(1)}, "g"));
    CHECK_FALSE(node(Op::add, {bind(1), bind(2)}) == node(Op::sub, {bind(1), bind(2)}));
    CHECK_FALSE(leaf(Op::column, nullptr, 0, 0, 1) == leaf(Op::column, nullptr, 0, 0, 2));
}

TEST_CASE("static text is equal by content, wherever the literal lies", "[sql][tape]") {
    const char first[] = "count";
    const char second[] = "count";
    const char other[] = "sum";
    CHECK(node(Op::func, {bind(1)}, 0, 0, first) == node(Op::func, {bind(1)}, 0, 0, second));
    CHECK_FALSE(node(Op::func, {bind(1)}, 0, 0, first) == node(Op::func, {bind(1)}, 0, 0, other));
}

TEST_CASE("a source is noted once and can be dropped", "[sql][tape]") {
    auto source = std::make_shared<Source>();
    source->id = azoth::detail::next_source_id();
    Tape tape;
    tape.use(source).use(source);
    CHECK(tape.sources().size() == 1);
    Tape other;
    other.use(source);
    tape.append(other).append(std::move(other));
    CHECK(tape.sources().size() == 1);
    tape.drop_source(source->id);
    CHECK(tape.sources().empty());
}

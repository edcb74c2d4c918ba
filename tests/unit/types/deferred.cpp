// deferred<T>: the value itself, and what snapshots make of its two states.
#include <azoth/base/error.hpp>
#include <azoth/types/blob.hpp>
#include <azoth/types/deferred.hpp>
#include <azoth/types/scalars.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

using namespace azoth;
using Catch::Matchers::Contains;

namespace {

class Memory final : public detail::SnapshotMemory {
public:
    char* allocate_bytes(std::size_t size) override {
        blocks_.emplace_back(new char[size + 1]);
        return blocks_.back().get();
    }

private:
    std::vector<std::unique_ptr<char[]>> blocks_;
};

/// Room for one snapshot, destroyed with what it holds.
class Snapshot {
public:
    explicit Snapshot(const detail::TypeOps& ops) : ops_(ops), room_(::operator new(ops.snapshot_size, std::align_val_t{ops.snapshot_align})) {}
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() {
        if (ops_.drop != nullptr) ops_.drop(room_);
        ::operator delete(room_, std::align_val_t{ops_.snapshot_align});
    }
    void* at() const { return room_; }

private:
    const detail::TypeOps& ops_;
    void* room_;
};

const detail::DeferredName name{"Page", "text"};

template <class T>
deferred<T> not_loaded() {
    deferred<T> member;
    detail::type_ops<deferred<T>>.set_not_loaded(&member, &name);
    return member;
}

// Both states to both states: what counts as a change, and what restoring gives.
template <class T>
void check_snapshots(const T& first, const T& second) {
    const detail::TypeOps& ops = detail::type_ops<deferred<T>>;
    Memory memory;
    deferred<T> member = first;
    const deferred<T> unread = not_loaded<T>();
    Snapshot loaded(ops), copied(ops), empty(ops), empty_copy(ops);
    ops.save(loaded.at(), &member, memory);
    ops.copy_saved(copied.at(), loaded.at());
    ops.save(empty.at(), &unread, memory);
    ops.copy_saved(empty_copy.at(), empty.at());
    CHECK(ops.saved_loaded(copied.at()));
    CHECK_FALSE(ops.saved_loaded(empty_copy.at()));

    CHECK(ops.same(copied.at(), &member));
    CHECK_FALSE(ops.same(empty.at(), &member));  // assigned before it was loaded: to be written
    CHECK(ops.same(loaded.at(), &unread));       // nothing to write
    CHECK(ops.same(empty_copy.at(), &unread));
    member = second;
    CHECK_FALSE(ops.same(loaded.at(), &member));
    ops.restore(&member, loaded.at());
    CHECK(member == first);
    ops.restore(&member, empty_copy.at());
    CHECK_FALSE(member.is_loaded());
    ops.restore(&member, copied.at());
    CHECK(member == first);

    ops.copy(&member, &unread);
    CHECK(member == first);  // it had nothing to give
    CHECK_FALSE(ops.equal(&member, &unread));
    CHECK(ops.equal(&unread, &unread));
    CHECK_FALSE(ops.is_default(&unread));
    Value value;
    CHECK_THROWS_AS(ops.encode(&unread, value), NotLoadedError);
}

}  // namespace

TEST_CASE("deferred: a fresh one holds the default value, an assignment loads", "[types][deferred]") {
    deferred<std::string> text;
    CHECK(text.is_loaded());
    CHECK(text->empty());
    text = "abc";
    CHECK(text == "abc");
    CHECK(text->size() == 3);
    const std::string& read = text;
    CHECK(read == "abc");

    text = not_loaded<std::string>();
    CHECK_FALSE(text.is_loaded());
    CHECK(text == not_loaded<std::string>());
    CHECK_FALSE(text == deferred<std::string>());
    CHECK_THROWS_WITH(text.value(), Contains("Page.text is deferred and not loaded") && Contains("undefer<&Page::text>()") && Contains("session.load<&Page::text>"));
    CHECK_THROWS_AS(text == std::string(), NotLoadedError);
    const deferred<std::string> copy = text;
    CHECK_THROWS_WITH(*copy, Contains("Page.text"));
    text = {};
    CHECK(text.is_loaded());

    deferred<std::optional<int>> number = std::nullopt;
    CHECK(number.is_loaded());
    CHECK_FALSE(number->has_value());
    number = 5;
    CHECK(**number == 5);
}

TEST_CASE("deferred: snapshots of text, numbers, NULL and bytes", "[types][deferred]") {
    check_snapshots<std::string>("a", "b");
    check_snapshots<std::string>("", "b");
    check_snapshots<std::int16_t>(0, 2);
    check_snapshots<double>(0.0, -0.0);
    check_snapshots<std::optional<std::string>>(std::nullopt, "text that does not fit into a small string");
    check_snapshots<std::vector<std::byte>>({std::byte{1}}, {});
}

TEST_CASE("deferred: NULL is read only where the type can hold it", "[types][deferred]") {
    deferred<std::string> text = not_loaded<std::string>();
    CHECK_THROWS_AS(detail::type_ops<deferred<std::string>>.decode(&text, ValueView(), "text"), DataError);
    deferred<std::optional<std::string>> maybe = not_loaded<std::optional<std::string>>();
    detail::type_ops<deferred<std::optional<std::string>>>.decode(&maybe, ValueView(), "text");
    CHECK(maybe.is_loaded());
    CHECK_FALSE(maybe->has_value());
}

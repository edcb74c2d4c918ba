// Tape: appending, closing and comparing.
#include <azoth/base/throw.hpp>
#include <azoth/sql/tape.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

namespace azoth::detail {

// Shapes are compared and hashed as memory.
static_assert(std::has_unique_object_representations_v<Node>);

namespace {

// Ops whose ref points at static text when the node has none of its own.
bool may_have_static_text(Op op) {
    switch (op) {
        case Op::raw:
        case Op::collate:
        case Op::func:
        case Op::window_frame:
        case Op::extract:
        case Op::custom_op:
        case Op::item:
        case Op::text_column: return true;
        default: return false;
    }
}

bool same_node(const Node& a, const Node& b) {
    if (a.op != b.op || a.flags != b.flags || a.children != b.children || a.size != b.size || a.source != b.source || a.arg != b.arg) {
        return false;
    }
    if (a.ref == b.ref) return true;
    // The same literal can have two addresses in two translation units.
    return may_have_static_text(a.op) && a.ref != nullptr && b.ref != nullptr &&
           std::strcmp(static_cast<const char*>(a.ref), static_cast<const char*>(b.ref)) == 0;
}

template <class T>
void move_append(std::vector<T>& to, std::vector<T>&& from) {
    if (to.empty()) {
        // Keep a reserved buffer when it is big enough: the next appends then need no growth.
        if (to.capacity() < from.size()) {
            to = std::move(from);
            return;
        }
    }
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::uint32_t next_source_id() noexcept {
    static std::atomic<std::uint32_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}

Tape& Tape::leaf(Op op, const void* ref, std::uint32_t arg, std::uint8_t flags, std::uint32_t source) {
    nodes_.push_back(Node{op, flags, 0, 1, source, arg, ref});
    return *this;
}

Tape& Tape::text_leaf(Op op, std::string text, std::uint32_t arg, std::uint8_t flags) {
    texts_.push_back(std::move(text));
    return leaf(op, nullptr, arg, static_cast<std::uint8_t>(flags | node_has_text));
}

Tape& Tape::bind(Value value, const SqlType* type) {
    const auto kind = static_cast<std::uint32_t>(value.kind());
    values_.push_back(std::move(value));
    return leaf(Op::bind, type, kind);
}

Tape& Tape::append(const Tape& other) {
    if (&other == this) return append(Tape(other));
    nodes_.insert(nodes_.end(), other.nodes_.begin(), other.nodes_.end());
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    texts_.insert(texts_.end(), other.texts_.begin(), other.texts_.end());
    for (const auto& source : other.sources_) use(source);
    return *this;
}

Tape& Tape::append(Tape&& other) {
    move_append(nodes_, std::move(other.nodes_));
    move_append(values_, std::move(other.values_));
    move_append(texts_, std::move(other.texts_));
    if (sources_.empty()) {
        sources_ = std::move(other.sources_);
    } else {
        for (auto& source : other.sources_) use(std::move(source));
    }
    return *this;
}

Tape& Tape::close(Op op, std::uint16_t children, const void* ref, std::uint32_t arg, std::uint8_t flags, std::uint32_t source) {
    std::size_t begin = nodes_.size();
    for (std::uint16_t i = 0; i < children; ++i) {
        if (begin == 0) throw_internal_error("a statement's tape closes more operands than it holds");
        begin -= nodes_[begin - 1].size;
    }
    const auto size = static_cast<std::uint32_t>(nodes_.size() - begin + 1);
    nodes_.push_back(Node{op, flags, children, size, source, arg, ref});
    return *this;
}

Tape& Tape::close_text(Op op, std::uint16_t children, std::string text, std::uint32_t arg, std::uint8_t flags) {
    close(op, children, nullptr, arg, static_cast<std::uint8_t>(flags | node_has_text));
    texts_.push_back(std::move(text));
    return *this;
}

Tape& Tape::close_all(Op op, const void* ref, std::uint32_t arg, std::uint8_t flags) {
    const std::size_t count = roots();
    if (count > 0xFFFF) throw_argument_error("one SQL clause takes at most 65535 operands");
    nodes_.push_back(Node{op, flags, static_cast<std::uint16_t>(count), static_cast<std::uint32_t>(nodes_.size() + 1), 0, arg, ref});
    return *this;
}

Tape& Tape::use(std::shared_ptr<const Source> source) {
    // Statements refer to a handful of sources: a linear search beats any index.
    for (const auto& known : sources_) {
        if (known->id == source->id) return *this;
    }
    sources_.push_back(std::move(source));
    return *this;
}

void Tape::drop_source(std::uint32_t id) {
    std::erase_if(sources_, [id](const auto& source) { return source->id == id; });
}

void Tape::reserve(std::size_t nodes, std::size_t values) {
    nodes_.reserve(nodes);
    values_.reserve(values);
}

std::size_t Tape::roots() const noexcept {
    std::size_t count = 0;
    for (std::size_t end = nodes_.size(); end > 0; end -= nodes_[end - 1].size) ++count;
    return count;
}

bool operator==(const Tape& a, const Tape& b) noexcept {
    return a.texts_ == b.texts_ && a.values_ == b.values_ &&
           std::equal(a.nodes_.begin(), a.nodes_.end(), b.nodes_.begin(), b.nodes_.end(), same_node);
}

}  // namespace azoth::detail

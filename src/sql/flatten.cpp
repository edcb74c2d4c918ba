// Flattening: one row of nodes for a statement and every source it reaches, with source ids that do not depend on the process.
#include <azoth/base/throw.hpp>
#include <azoth/sql/tape.hpp>

#include <cstring>
#include <utility>

namespace azoth::detail {

namespace {

using Sources = std::span<const std::shared_ptr<const Source>>;

class Flattener {
public:
    explicit Flattener(FlatStatement& out) : out_(out) {}

    /// Makes the source ids of nodes [begin, end) canonical; `sources` are those their tape knows.
    void canonical(std::size_t begin, Sources sources) {
        for (std::size_t i = begin; i < out_.nodes.size(); ++i) {
            if (out_.nodes[i].source != 0) out_.nodes[i].source = id_of(out_.nodes[i].source, sources);
        }
    }

    void bodies() {
        for (std::size_t i = 0; i < out_.sources.size(); ++i) {  // grows while bodies mention further sources
            const std::shared_ptr<const Source> source = out_.sources[i];
            const auto id = static_cast<std::uint32_t>(i + 1);
            segment(*source, id, source->body, true);
            if (source->kind == SourceKind::recursive_cte) segment(*source, id, source->recursive, false);
        }
    }

private:
    std::uint32_t id_of(std::uint32_t id, Sources sources) {
        for (std::size_t i = 0; i < out_.sources.size(); ++i) {
            if (out_.sources[i]->id == id) return static_cast<std::uint32_t>(i + 1);
        }
        for (const auto& source : sources) {
            if (source->id == id) {
                out_.sources.push_back(source);
                return static_cast<std::uint32_t>(out_.sources.size());
            }
        }
        // Only the recursive arm of a CTE refers to a source without holding it, and it is reached through that CTE.
        throw_internal_error("a statement refers to an alias, subquery or CTE that it does not hold");
    }

    void segment(const Source& source, std::uint32_t id, const Tape& body, bool names) {
        auto flags = static_cast<std::uint8_t>(source.kind);
        if (source.kind == SourceKind::recursive_cte && !source.recursive_all) flags |= segment_distinct;
        if (names && (!source.name.empty() || !source.columns.empty())) {
            flags |= node_has_text;
            std::string text = source.name + '\n';
            for (const auto& column : source.columns) {
                text += column.name;
                text += '\n';
            }
            out_.texts.push_back(std::move(text));
        }
        const auto nodes = body.nodes();
        out_.nodes.push_back(Node{Op::segment, flags, 0, 1, id, static_cast<std::uint32_t>(nodes.size()), names ? source.table : nullptr});
        const std::size_t begin = out_.nodes.size();
        out_.nodes.insert(out_.nodes.end(), nodes.begin(), nodes.end());
        out_.values.insert(out_.values.end(), body.values().begin(), body.values().end());
        out_.texts.insert(out_.texts.end(), body.texts().begin(), body.texts().end());
        canonical(begin, body.sources());
    }

    FlatStatement& out_;
};

// 64 x 64 -> 128 bits, folded: the mixing step of wyhash (public domain, github.com/wangyi-fudan/wyhash).
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t secret0 = 0xa0761d6478bd642fULL, secret1 = 0xe7037ed1a0b428dbULL, secret2 = 0x8ebc6af09c88c6e3ULL;

std::uint64_t word(const unsigned char* at) noexcept {
    std::uint64_t result = 0;
    std::memcpy(&result, at, sizeof result);
    return result;
}

std::uint64_t hash_text(std::uint64_t seed, std::string_view text) noexcept {
    seed = mix(seed ^ secret2, text.size() ^ secret1);
    while (text.size() >= 8) {
        seed = mix(seed ^ word(reinterpret_cast<const unsigned char*>(text.data())), secret1);
        text.remove_prefix(8);
    }
    std::uint64_t last = 0;
    if (!text.empty()) std::memcpy(&last, text.data(), text.size());
    return mix(seed ^ last, secret2);
}

}  // namespace

FlatStatement::FlatStatement(Tape&& tape)
    : nodes(std::move(tape.nodes_)),
      values(std::move(tape.values_)),
      texts(std::move(tape.texts_)),
      main_size(static_cast<std::uint32_t>(nodes.size())) {
    if (tape.sources_.empty()) return;
    const auto known = std::move(tape.sources_);
    Flattener flattener(*this);
    flattener.canonical(0, known);
    flattener.bodies();
}

FlatStatement flatten(const Tape& tape) { return FlatStatement(Tape(tape)); }
FlatStatement flatten(Tape&& tape) { return FlatStatement(std::move(tape)); }

std::uint64_t FlatStatement::hash() const noexcept {
    std::uint64_t seed = mix(nodes.size() ^ secret0, texts.size() ^ secret1);
    for (const Node& node : nodes) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(&node);
        seed = mix(word(bytes) ^ secret1, word(bytes + 8) ^ seed);
        seed = mix(word(bytes + 16) ^ secret2, seed);
    }
    for (const auto& text : texts) seed = hash_text(seed, text);
    return seed;
}

bool FlatStatement::same_shape(const FlatStatement& other) const noexcept {
    return main_size == other.main_size && nodes.size() == other.nodes.size() && texts == other.texts &&
           (nodes.empty() || std::memcmp(nodes.data(), other.nodes.data(), nodes.size() * sizeof(Node)) == 0);
}

}  // namespace azoth::detail

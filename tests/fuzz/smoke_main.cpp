// Stands in for libFuzzer: feeds a fuzz target reproducible inputs, the same on every machine.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Characters that the parsers give a meaning to come more often than the rest.
constexpr std::string_view meaningful = "0123456789.+-eE:/?&=%@[]{},\"\\ TZtruefalsn_'#~\t\n\xc3\xa9\xff";

// The numbers of std::mt19937 are laid down by the standard, those of its distributions are not.
std::size_t below(std::mt19937& random, std::size_t bound) { return random() % bound; }

std::string input(std::mt19937& random, const std::string& previous) {
    std::string text;
    if (below(random, 2) == 0) text = previous;
    const std::size_t changes = 1 + below(random, 12);
    for (std::size_t i = 0; i < changes; ++i) {
        const char c = below(random, 8) == 0 ? static_cast<char>(below(random, 256))
                                             : meaningful[below(random, meaningful.size())];
        const std::size_t at = below(random, text.size() + 1);
        if (at < text.size() && below(random, 3) == 0) {
            text.erase(at, 1 + below(random, 4));
        } else if (text.size() < 256) {
            text.insert(at, 1, c);
        }
    }
    return text;
}

void feed(const std::string& text) {
    // A copy of the exact size lets AddressSanitizer see a read past its end.
    auto* copy = new std::uint8_t[text.size()];
    for (std::size_t i = 0; i < text.size(); ++i) copy[i] = static_cast<std::uint8_t>(text[i]);
    LLVMFuzzerTestOneInput(copy, text.size());
    delete[] copy;
}

}  // namespace

int main(int argc, char** argv) {
    const long runs = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (runs <= 0) {
        std::fprintf(stderr, "usage: %s RUNS\n", argv[0]);
        return 2;
    }
    std::mt19937 random(1);  // NOLINT: reproducible on purpose
    std::string previous;
    feed(previous);
    for (long i = 0; i < runs; ++i) {
        previous = input(random, previous);
        feed(previous);
    }
    std::printf("%ld inputs\n", runs);
}

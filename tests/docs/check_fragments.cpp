// Reads README.md and docs/**/*.md and proves that every fenced block of C++ is what the file named before it holds, and
// that links to files of the project lead somewhere.
//
//     <!-- from examples/readme.cpp: example -->
//     ```cpp
//
// In the source a region begins with a comment "region: NAME" and ends with "endregion"; its common indentation does not count.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

int faults = 0;
int fragments = 0;

void fault(const std::string& file, std::size_t line, const std::string& text) {
    std::printf("%s:%zu: %s\n", file.c_str(), line, text.c_str());
    ++faults;
}

std::optional<Lines> read(const fs::path& path) {
    std::ifstream in(path);
    if (!in) return std::nullopt;
    Lines lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// What follows the comment mark of a line that is nothing but a comment.
std::string_view comment(std::string_view line) {
    const auto text = trimmed(line);
    if (text.starts_with("//")) return trimmed(text.substr(2));
    if (text.starts_with("#")) return trimmed(text.substr(1));
    return {};
}

Lines unindented(Lines lines) {
    std::size_t indent = std::string::npos;
    for (const auto& line : lines) {
        if (!trimmed(line).empty()) indent = std::min(indent, line.find_first_not_of(' '));
    }
    for (auto& line : lines) line = trimmed(line).empty() ? std::string() : line.substr(indent);
    return lines;
}

std::optional<Lines> region_of(const Lines& source, std::string_view name) {
    const std::string begin = "region: " + std::string(name);
    Lines region;
    bool inside = false;
    for (const auto& line : source) {
        if (inside && comment(line) == "endregion") return unindented(std::move(region));
        if (inside) region.push_back(line);
        if (comment(line) == begin) inside = true;
    }
    return std::nullopt;
}

struct Origin {
    std::string file;
    std::string region;
};

// "<!-- from FILE: REGION -->"
std::optional<Origin> origin_of(std::string_view line) {
    auto text = trimmed(line);
    if (!text.starts_with("<!-- from ") || !text.ends_with("-->")) return std::nullopt;
    text = trimmed(text.substr(10, text.size() - 13));
    const auto colon = text.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    return Origin{std::string(text.substr(0, colon)), std::string(trimmed(text.substr(colon + 2)))};
}

void check_block(const fs::path& root, const std::string& file, std::size_t line, const std::optional<Origin>& origin, const Lines& block) {
    if (!origin) return fault(file, line, "a fragment without \"<!-- from FILE: REGION -->\" in the line before it");
    ++fragments;
    const auto source = read(root / origin->file);
    if (!source) return fault(file, line, "there is no file " + origin->file);
    const auto region = region_of(*source, origin->region);
    if (!region) return fault(file, line, origin->file + " has no region " + origin->region);
    const auto [here, there] = std::mismatch(block.begin(), block.end(), region->begin(), region->end());
    if (here == block.end() && there == region->end()) return;
    const auto shown = [](auto at, auto end) { return at == end ? std::string("(the end)") : *at; };
    fault(file, line + 1 + static_cast<std::size_t>(here - block.begin()),
          "differs from " + origin->file + ": here \"" + shown(here, block.end()) + "\", there \"" + shown(there, region->end()) + "\"");
}

void check_links(const fs::path& root, const std::string& file, std::size_t line, const std::string& text) {
    for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 2)) {
        std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
        if (target.find("://") != std::string::npos) continue;
        target = target.substr(0, target.find('#'));
        const fs::path folder = (root / file).parent_path();
        if (!target.empty() && !fs::exists(folder / target)) fault(file, line, "the link to " + target + " leads nowhere");
    }
}

void check_page(const fs::path& root, const std::string& file) {
    const auto lines = read(root / file);
    if (!lines) return fault(file, 0, "cannot be read");
    for (std::size_t i = 0; i < lines->size(); ++i) {
        const std::string_view fence = trimmed((*lines)[i]);
        if (!fence.starts_with("```")) {
            check_links(root, file, i + 1, (*lines)[i]);
            continue;
        }
        const std::size_t begin = i++;
        Lines block;
        while (i < lines->size() && trimmed((*lines)[i]) != "```") block.push_back((*lines)[i++]);
        if (i == lines->size()) return fault(file, begin + 1, "a fence that is never closed");
        const auto origin = begin == 0 ? std::nullopt : origin_of((*lines)[begin - 1]);
        const auto language = fence.substr(3);
        if (language == "cpp" || origin) check_block(root, file, begin + 1, origin, unindented(std::move(block)));
    }
}

std::vector<std::string> pages_of(const fs::path& root) {
    std::vector<std::string> pages;
    if (fs::exists(root / "README.md")) pages.emplace_back("README.md");
    if (!fs::exists(root / "docs")) return pages;
    for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) {
        if (entry.path().extension() == ".md") pages.push_back(fs::relative(entry.path(), root).generic_string());
    }
    std::sort(pages.begin(), pages.end());
    return pages;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::puts("usage: azoth_check_fragments DIRECTORY");
        return 2;
    }
    const fs::path root = argv[1];
    const auto pages = pages_of(root);
    for (const auto& page : pages) check_page(root, page);
    if (fragments == 0) {
        std::puts("no fragments were found");
        return 1;
    }
    std::printf("%zu pages, %d fragments, %d faults\n", pages.size(), fragments, faults);
    return faults == 0 ? 0 : 1;
}

// Reads every #include of a source tree and proves the layer rules of docs/internals: no include cycle, no upward
// include, no Asio left of the driver layer, no fmt in public headers, no long file without a reason.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> layers{"base",   "types",  "schema", "sql",    "dialect",
                                                 "driver", "engine", "orm",    "migrate"};
constexpr std::size_t driver_layer = 5;
constexpr std::size_t everything = layers.size();  // azoth.hpp: right of all layers
constexpr std::size_t max_lines = 400;
constexpr std::string_view long_file_reason = "Over 400 lines because";

struct Include {
    std::string text;  // as written, with its brackets or quotes
    std::size_t line;
};

struct File {
    std::size_t layer;
    std::vector<Include> includes;
    std::vector<std::string> edges;  // files of this tree that it includes
};

int faults = 0;

void fault(const std::string& text) {
    std::printf("%s\n", text.c_str());
    ++faults;
}

bool is_source(const fs::path& path) { return path.extension() == ".hpp" || path.extension() == ".cpp"; }

bool is_asio(std::string_view include) { return include.starts_with("<boost/asio"); }

std::string layer_name(std::size_t layer) { return layer == everything ? "azoth.hpp and model.hpp" : std::string(layers[layer]); }

// The layer of a path relative to the tree; nothing if the path has no place in the architecture.
std::optional<std::size_t> layer_of(const std::string& path) {
    if (path == "include/azoth/azoth.hpp") return everything;
    if (path == "include/azoth/model.hpp") return everything;  // any layer, as long as no Asio is on the way: see reaches_asio
    if (path.starts_with("drivers/")) return driver_layer;
    for (std::string_view root : {"include/azoth/", "src/"}) {
        if (!path.starts_with(root)) continue;
        const std::string rest = path.substr(root.size());
        const auto found = std::find(layers.begin(), layers.end(), rest.substr(0, rest.find('/')));
        if (found != layers.end() && rest.find('/') != std::string::npos) {
            return static_cast<std::size_t>(found - layers.begin());
        }
    }
    return std::nullopt;
}

std::vector<std::string> read_lines(const fs::path& path) {
    std::ifstream in(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::optional<std::string> included(const std::string& line) {
    auto at = line.find_first_not_of(" \t");
    if (at == std::string::npos || line[at] != '#') return std::nullopt;
    at = line.find_first_not_of(" \t", at + 1);
    if (at == std::string::npos || line.compare(at, 7, "include") != 0) return std::nullopt;
    const auto begin = line.find_first_of("<\"", at + 7);
    if (begin == std::string::npos) return std::nullopt;
    const auto end = line.find(line[begin] == '<' ? '>' : '"', begin + 1);
    if (end == std::string::npos) return std::nullopt;
    return line.substr(begin, end - begin + 1);
}

void check_length(const std::string& path, const std::vector<std::string>& lines) {
    if (lines.size() <= max_lines) return;
    if (lines.front().find(long_file_reason) != std::string::npos) return;
    fault(path + ": " + std::to_string(lines.size()) +
          " lines; split it along a joint, or begin its first comment with \"" + std::string(long_file_reason) +
          " ...\"");
}

// The include directories in the order the build gives them.
std::optional<std::string> resolve(const fs::path& root, const std::string& from, const std::string& include) {
    const std::string name = include.substr(1, include.size() - 2);
    std::vector<fs::path> places;
    if (include.front() == '"') places.push_back(fs::path(from).parent_path());
    places.emplace_back("include");
    places.emplace_back("src");
    if (fs::is_directory(root / "drivers")) {
        for (const auto& driver : fs::directory_iterator(root / "drivers")) {
            const fs::path folder = fs::path("drivers") / driver.path().filename();
            places.push_back(folder / "include");
            if (from.starts_with(folder.generic_string() + "/")) places.push_back(folder / "src");
        }
    }
    for (const fs::path& place : places) {
        const fs::path candidate = (place / name).lexically_normal();
        if (fs::is_regular_file(root / candidate)) return candidate.generic_string();
    }
    return std::nullopt;
}

using Tree = std::map<std::string, File>;

Tree read_tree(const fs::path& root) {
    Tree tree;
    for (const char* folder : {"include", "src", "drivers"}) {
        if (!fs::is_directory(root / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            if (!entry.is_regular_file() || !is_source(entry.path())) continue;
            const std::string path = fs::relative(entry.path(), root).generic_string();
            const auto lines = read_lines(entry.path());
            check_length(path, lines);
            const auto layer = layer_of(path);
            if (!layer) {
                fault(path + ": belongs to no layer");
                continue;
            }
            File& file = tree[path];
            file.layer = *layer;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                if (auto include = included(lines[i])) file.includes.push_back({*include, i + 1});
            }
        }
    }
    return tree;
}

void check_include(const fs::path& root, const Tree& tree, const std::string& path, File& file,
                   const Include& include) {
    const std::string where = path + ":" + std::to_string(include.line) + ": ";
    const std::string who = "layer " + layer_name(file.layer);
    if (is_asio(include.text) && file.layer < driver_layer) {
        fault(where + who + " includes " + include.text + "; Asio begins with layer driver");
    }
    const bool is_public = path.find("include/azoth/") != std::string::npos;
    if (is_public && include.text.starts_with("<fmt/")) {
        fault(where + "a public header includes " + include.text + "; fmt belongs in src");
    }
    const auto target = resolve(root, path, include.text);
    if (!target) {
        const bool ours = include.text.front() == '"' || include.text.starts_with("<azoth/");
        if (ours) fault(where + include.text + " does not exist");
        return;
    }
    const auto found = tree.find(*target);
    if (found == tree.end()) return;  // it belongs to no layer, which was reported
    file.edges.push_back(*target);
    if (found->second.layer > file.layer) {
        fault(where + who + " includes " + include.text + " of layer " + layer_name(found->second.layer));
    }
}

std::string join(const std::vector<std::string>& path) {
    std::string text;
    for (const auto& step : path) text += (text.empty() ? "" : " -> ") + step;
    return text;
}

enum class Mark { unseen, open, done };

void find_cycles(const Tree& tree, const std::string& at, std::map<std::string, Mark>& marks,
                 std::vector<std::string>& path) {
    marks[at] = Mark::open;
    path.push_back(at);
    for (const auto& next : tree.at(at).edges) {
        if (marks[next] == Mark::open) {
            std::vector<std::string> cycle(std::find(path.begin(), path.end(), next), path.end());
            cycle.push_back(next);
            fault("include cycle: " + join(cycle));
        } else if (marks[next] == Mark::unseen) {
            find_cycles(tree, next, marks, path);
        }
    }
    path.pop_back();
    marks[at] = Mark::done;
}

// model.hpp takes one<> and many<> from orm, which are free of Asio: the whole way is looked at.
bool reaches_asio(const Tree& tree, const std::string& at, std::map<std::string, Mark>& marks,
                  std::vector<std::string>& path) {
    if (marks[at] != Mark::unseen) return false;
    marks[at] = Mark::done;
    path.push_back(at);
    for (const auto& include : tree.at(at).includes) {
        if (!is_asio(include.text)) continue;
        path.push_back(include.text);
        return true;
    }
    for (const auto& next : tree.at(at).edges) {
        if (reaches_asio(tree, next, marks, path)) return true;
    }
    path.pop_back();
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || !fs::is_directory(argv[1])) {
        std::fprintf(stderr, "usage: check_includes SOURCE_TREE\n");
        return 2;
    }
    const fs::path root = argv[1];
    Tree tree = read_tree(root);
    std::size_t includes = 0;
    for (auto& [path, file] : tree) {
        for (const auto& include : file.includes) check_include(root, tree, path, file, include);
        includes += file.includes.size();
    }
    std::map<std::string, Mark> marks;
    std::vector<std::string> way;
    for (const auto& [path, file] : tree) {
        if (marks[path] == Mark::unseen) find_cycles(tree, path, marks, way);
    }
    if (tree.contains("include/azoth/model.hpp")) {
        marks.clear();
        way.clear();
        if (reaches_asio(tree, "include/azoth/model.hpp", marks, way)) fault("model.hpp reaches Asio: " + join(way));
    }
    if (tree.empty()) fault("no source file under " + root.string());
    std::printf("%zu files, %zu includes, %d faults\n", tree.size(), includes, faults);
    return faults == 0 ? 0 : 1;
}

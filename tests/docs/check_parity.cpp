// Reads docs/parity.md and proves that the score is kept honestly: every test it names exists, every status is one of the four, what is
// done names a test, what is different says how, and the totals agree with the tables.
//
// A test is named as `unit: the case's name` (unit, contract, dialects, chaos, threads), `compile_fail: the file's stem`,
// `examples: the program's name` or `script: a path below tests/`.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr const char* page_name = "docs/parity.md";
constexpr std::array<std::string_view, 4> statuses{"done", "different", "not yet", "n.a."};
constexpr std::array<std::string_view, 5> executables{"unit", "contract", "dialects", "chaos", "threads"};
using Counts = std::array<int, statuses.size()>;

int faults = 0;

void fault(std::size_t line, const std::string& text) {
    std::printf("%s:%zu: %s\n", page_name, line, text.c_str());
    ++faults;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string whole(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// What stands in quotes after each TEST_CASE( of a source.
void add_cases(const std::string& source, std::set<std::string>& names) {
    constexpr std::string_view word = "TEST_CASE(";
    for (std::size_t at = source.find(word); at != std::string::npos; at = source.find(word, at)) {
        at = source.find_first_not_of(" \t\r\n", at + word.size());
        if (at == std::string::npos) return;
        if (source[at] != '"') continue;
        std::string name;
        for (++at; at < source.size() && source[at] != '"'; ++at) {
            if (source[at] == '\\') ++at;
            name += source[at];
        }
        names.insert(std::move(name));
    }
}

class Tests {
public:
    explicit Tests(fs::path root) : root_(std::move(root)) {
        for (const auto executable : executables) {
            auto& names = cases_[std::string(executable)];
            const fs::path folder = root_ / "tests" / executable;
            if (!fs::exists(folder)) continue;
            for (const auto& entry : fs::recursive_directory_iterator(folder)) {
                if (entry.path().extension() == ".cpp") add_cases(whole(entry.path()), names);
            }
        }
    }
    /// "unit: name" and the like; nothing for text that names no test.
    static std::optional<std::pair<std::string, std::string>> split(std::string_view text) {
        const auto colon = text.find(": ");
        if (colon == std::string_view::npos) return std::nullopt;
        const auto kind = text.substr(0, colon);
        const bool known = std::find(executables.begin(), executables.end(), kind) != executables.end() || kind == "compile_fail" || kind == "examples" || kind == "script";
        if (!known) return std::nullopt;
        return std::pair(std::string(kind), std::string(text.substr(colon + 2)));
    }
    bool has(const std::string& kind, const std::string& name) const {
        if (kind == "compile_fail") return fs::exists(root_ / "tests" / kind / (name + ".cpp"));
        if (kind == "examples") return fs::exists(root_ / kind / (name + ".cpp")) || fs::is_directory(root_ / kind / name);
        if (kind == "script") return fs::is_regular_file(root_ / "tests" / name);
        return cases_.at(kind).contains(name);
    }
    /// Where a case of this name lies after all, or one that begins alike.
    std::string hint(const std::string& kind, const std::string& name) const {
        for (const auto& [other, names] : cases_) {
            if (other != kind && names.contains(name)) return "; " + other + " has it";
        }
        const auto found = cases_.find(kind);
        if (found == cases_.end()) return {};
        for (std::size_t size = name.size(); size >= 8; --size) {
            const auto near = found->second.lower_bound(name.substr(0, size));
            if (near != found->second.end() && near->starts_with(name.substr(0, size))) return "; did you mean \"" + *near + "\"?";
        }
        return {};
    }

private:
    fs::path root_;
    std::map<std::string, std::set<std::string>> cases_;
};

std::vector<std::string> in_backticks(std::string_view text) {
    std::vector<std::string> found;
    for (std::size_t at = text.find('`'); at != std::string_view::npos;) {
        const auto end = text.find('`', at + 1);
        if (end == std::string_view::npos) break;
        found.emplace_back(text.substr(at + 1, end - at - 1));
        at = text.find('`', end + 1);
    }
    return found;
}

// The cells of a row; a bar inside backticks separates nothing.
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells(1);
    bool code = false;
    for (const char c : line.substr(1)) {
        if (c == '`') code = !code;
        if (c == '|' && !code) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    cells.pop_back();
    for (auto& cell : cells) cell = std::string(trimmed(cell));
    return cells;
}

class Page {
public:
    explicit Page(const Tests& tests) : tests_(tests) {}

    void read(std::string_view text, std::size_t line) {
        for (const auto& quoted : in_backticks(text)) check_test(quoted, line);
        if (text.starts_with("## ")) area_ = trimmed(text.substr(3));
        if (!text.starts_with("|")) {
            table_ = Table::other;
            return;
        }
        const auto cells = cells_of(text);
        if (cells.empty() || cells[0].starts_with("---")) return;
        if (cells[0] == "id") {
            table_ = Table::rows;
        } else if (cells[0] == "area") {
            table_ = Table::totals;
        } else if (table_ == Table::rows) {
            read_row(cells, line);
        } else if (table_ == Table::totals) {
            read_totals(cells, line);
        }
    }
    void finish() const {
        if (ids_.empty()) return fault(1, "no table with the columns id, feature, status, test was found");
        Counts all{};
        for (const auto& [area, counts] : counted_) {
            for (std::size_t i = 0; i < all.size(); ++i) all[i] += counts[i];
            compare(area, counts);
        }
        compare("all", all);
        for (const auto& [area, told] : told_) {
            if (area != "all" && !counted_.contains(area)) fault(told.first, "the totals tell of \"" + area + "\", but no area of that name has rows");
        }
        std::printf("%zu rows, %d done, %d different, %d not yet, %d n.a.\n", ids_.size(), all[0], all[1], all[2], all[3]);
    }

private:
    enum class Table { other, rows, totals };

    void check_test(const std::string& text, std::size_t line) const {
        const auto test = Tests::split(text);
        if (!test || tests_.has(test->first, test->second)) return;
        fault(line, "there is no test `" + text + "`" + tests_.hint(test->first, test->second));
    }
    void read_row(const std::vector<std::string>& cells, std::size_t line) {
        if (cells.size() != 4) return fault(line, "a row has four cells, this one has " + std::to_string(cells.size()));
        const auto& id = cells[0];
        if (!ids_.insert(id).second) fault(line, id + " stands twice");
        const auto colon = cells[2].find(':');
        const std::string status(trimmed(cells[2].substr(0, colon)));
        const std::string how(colon == std::string::npos ? std::string_view() : trimmed(std::string_view(cells[2]).substr(colon + 1)));
        const auto found = std::find(statuses.begin(), statuses.end(), status);
        if (found == statuses.end()) return fault(line, id + ": \"" + status + "\" is no status; there are done, different, not yet and n.a.");
        ++counted_[area_][static_cast<std::size_t>(found - statuses.begin())];
        if (status == "different" && how.empty()) fault(line, id + " is different and does not say how");
        if (status != "done") return;
        const auto quoted = in_backticks(cells[3]);
        if (std::none_of(quoted.begin(), quoted.end(), [](const auto& text) { return Tests::split(text).has_value(); })) fault(line, id + " is done and names no test");
    }
    void read_totals(const std::vector<std::string>& cells, std::size_t line) {
        Counts counts{};
        if (cells.size() != counts.size() + 1) return fault(line, "a line of the totals has an area and four numbers");
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (cells[i + 1].empty() || cells[i + 1].find_first_not_of("0123456789") != std::string::npos) return fault(line, "\"" + cells[i + 1] + "\" is no number");
            counts[i] = std::stoi(cells[i + 1]);
        }
        told_[cells[0]] = {line, counts};
    }
    void compare(const std::string& area, const Counts& counts) const {
        const auto told = told_.find(area);
        if (told == told_.end()) return fault(1, "the totals do not tell of \"" + area + "\"");
        if (told->second.second == counts) return;
        std::string right = "| " + area + " |";
        for (const int count : counts) right += " " + std::to_string(count) + " |";
        fault(told->second.first, "the totals are not those of the tables, which give: " + right);
    }

    const Tests& tests_;
    Table table_ = Table::other;
    std::string area_;
    std::set<std::string> ids_;
    std::map<std::string, Counts> counted_;
    std::map<std::string, std::pair<std::size_t, Counts>> told_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::puts("usage: azoth_check_parity DIRECTORY");
        return 2;
    }
    const fs::path root = argv[1];
    std::ifstream in(root / page_name);
    if (!in) {
        std::printf("%s: cannot be read\n", page_name);
        return 1;
    }
    const Tests tests(root);
    Page page(tests);
    std::size_t line = 0;
    for (std::string text; std::getline(in, text);) page.read(text, ++line);
    page.finish();
    return faults == 0 ? 0 : 1;
}

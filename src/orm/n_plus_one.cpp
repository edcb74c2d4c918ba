// The watch for N+1 queries.
#include "n_plus_one.hpp"

#include "session_state.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace azoth::detail {

void LoadCounts::count(SessionState& state, const void* shape, const Table& table, std::string_view member, const std::source_location& where) {
    const std::size_t limit = state.options.n_plus_one_limit;
    if (limit == 0 || where.line() == 0) return;
    const auto same = [&](const Entry& entry) { return entry.shape == shape && entry.line == where.line() && std::string_view(entry.file) == where.file_name(); };
    auto entry = std::find_if(entries_.begin(), entries_.end(), same);
    if (entry == entries_.end()) entry = entries_.insert(entries_.end(), {shape, where.file_name(), where.line(), 0});
    if (++entry->times <= limit) return;
    std::string call(member.empty() ? "get<" : "load<");
    call += table.type_name;
    if (!member.empty()) call.append(".").append(member);
    call += '>';
    const NPlusOneEvent event{call, entry->times, where};
    if (state.options.n_plus_one_action == NPlusOneAction::refuse) throw_invalid_request(event.text());
    if (entry->times != limit + 1) return;  // said once
    if (state.events != nullptr) {
        state.events->n_plus_one(event);
    } else {
        std::fprintf(stderr, "azoth: %s\n", event.text().c_str());
    }
}

}  // namespace azoth::detail

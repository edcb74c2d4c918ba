// Writing HTML.
#include "html.hpp"

namespace service {

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string fortunes_page(const std::vector<Fortune>& fortunes) {
    std::string page =
        "<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>";
    for (const Fortune& fortune : fortunes) {
        page += "<tr><td>" + std::to_string(fortune.id) + "</td><td>" + escaped(fortune.message) + "</td></tr>";
    }
    page += "</table></body></html>";
    return page;
}

}  // namespace service

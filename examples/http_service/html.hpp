// The page of fortunes.
#pragma once

#include "models.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace service {

inline constexpr std::string_view html_type = "text/html; charset=utf-8";

/// Text in which no character means anything to HTML.
std::string escaped(std::string_view text);

std::string fortunes_page(const std::vector<Fortune>& fortunes);

}  // namespace service

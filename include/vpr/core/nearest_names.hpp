// SPDX-License-Identifier: MIT
/// @file
/// What a misspelt name may have meant.
#pragma once

#include <vpr/core/requirements.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

namespace detail {

inline std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Levenshtein's distance: the fewest characters to insert, delete or replace.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace detail

/// The known names that a name which is none of them may have meant, whatever the case of its letters: those within an edit distance of a third of
/// its length, and those that hold it or that it holds, three letters at least. The closest come first, equally close ones in their order.
inline std::vector<std::string_view> nearest_names(std::string_view name, std::span<const std::string_view> known, std::size_t most = 3) {
  const std::string wanted = detail::in_lower_case(name);
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const std::string_view candidate : known) {
    const std::string lower = detail::in_lower_case(candidate);
    const std::size_t distance = detail::edit_distance(wanted, lower);
    const bool holds =
        std::min(wanted.size(), lower.size()) >= 3 && (lower.find(wanted) != lower.npos || wanted.find(lower) != wanted.npos);
    if (holds || distance <= wanted.size() / 3) near.emplace_back(distance, candidate);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < std::min(most, near.size()); ++i) names.push_back(near[i].second);
  return names;
}

/// A sentence for a name that is not known: "there is no system 'salat'; the nearest: salad, salad-512 (`vpr models` lists all)". Where none is near
/// it has the first ones: "there is no system 'x'; there are salad, salad-2048, salad-512, … (`vpr models` lists all)".
/// @param kind   what it would be the name of
/// @param rows   of what is known, each with a `name`
/// @param where  what lists all names
template <class Row>
std::string unknown_name(std::string_view kind, std::string_view name, const std::vector<Row>& rows, std::string_view where) {
  std::vector<std::string_view> names;
  for (const Row& row : rows) names.push_back(row.name);
  const std::vector<std::string_view> near = nearest_names(name, names);
  std::string text = std::string("there is no ").append(kind).append(" '").append(name).append("'; ");
  text.append(near.empty() ? "there are " : "the nearest: ");
  const std::size_t shown = near.empty() ? std::min<std::size_t>(3, names.size()) : near.size();
  for (std::size_t i = 0; i < shown; ++i) text.append(i == 0 ? "" : ", ").append(near.empty() ? names[i] : near[i]);
  return text.append(near.empty() && names.size() > shown ? ", …" : "").append(" (").append(where).append(" lists all)");
}

}  // namespace vpr

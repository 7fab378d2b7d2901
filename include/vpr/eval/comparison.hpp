// SPDX-License-Identifier: MIT
/// @file
/// Models measured on the same photos, side by side.
#pragma once

#include <vpr/dataset/text.hpp>
#include <vpr/eval/chart_svg.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/report_page.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// What was measured of one model.
struct ComparedModel {
  std::string name;
  Recall recall;
  double extraction = 0;        ///< seconds a photo: preprocessing and describing
  double matching = 0;          ///< seconds a query: search and re-ranking
  double bytes = 0;             ///< that the map keeps of a place
  std::int64_t dimensions = 0;  ///< of the descriptor
  std::int64_t parameters = 0;
};

/// Models measured on the same photos.
struct Comparison {
  std::string title = "Place recognition, models compared";
  std::vector<std::pair<std::string, std::string>> facts;  ///< shown at the top in this order
  std::vector<ComparedModel> models;                       ///< recall is shown at each N of the first
};

namespace detail {

/// The columns of a comparison: their names, and each model's cells.
inline std::vector<std::vector<std::string>> comparison_cells(const Comparison& comparison) {
  std::vector<std::vector<std::string>> rows(1, {"model"});
  if (!comparison.models.empty()) {
    for (const std::int64_t n : comparison.models[0].recall.at) rows[0].push_back("recall@" + std::to_string(n));
  }
  for (const char* name : {"extraction ms", "matching ms", "MB a place", "dimensions", "parameters"}) rows[0].emplace_back(name);
  for (const ComparedModel& model : comparison.models) {
    std::vector<std::string>& cells = rows.emplace_back(1, model.name);
    for (const std::int64_t n : comparison.models[0].recall.at) {
      const auto found = std::find(model.recall.at.begin(), model.recall.at.end(), n);
      cells.push_back(
          found == model.recall.at.end() ? "" : fixed(model.recall.of_all[static_cast<std::size_t>(found - model.recall.at.begin())], 3));
    }
    cells.push_back(fixed(1000 * model.extraction, 1));
    cells.push_back(fixed(1000 * model.matching, 3));
    cells.push_back(fixed(model.bytes / 1e6, 4));
    cells.push_back(std::to_string(model.dimensions));
    cells.push_back(fixed(static_cast<double>(model.parameters) / 1e6, 1) + " M");
  }
  return rows;
}

}  // namespace detail

/// A line a model, in columns of text.
inline std::string comparison_text(const Comparison& comparison) {
  const auto rows = detail::comparison_cells(comparison);
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& cells : rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const auto& cells : rows) {
    text += cells[0] + std::string(widths[0] - cells[0].size(), ' ');
    for (std::size_t i = 1; i < cells.size(); ++i) text += std::string(2 + widths[i] - cells[i].size(), ' ') + cells[i];
    text += '\n';
  }
  return text;
}

/// The comparison as one HTML page that loads nothing: a table, the best recall of each column marked.
inline std::string comparison_html(const Comparison& comparison) {
  using detail::html_text;
  const auto rows = detail::comparison_cells(comparison);
  const std::size_t recalls = comparison.models.empty() ? 0 : comparison.models[0].recall.at.size();
  std::vector<std::string> best(recalls);
  for (std::size_t row = 1; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < recalls; ++i) best[i] = std::max(best[i], rows[row][i + 1]);
  }
  std::string table;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string_view cell = row == 0 ? "th" : "td";
    table += "<tr>";
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      const bool strong = row > 0 && i > 0 && i <= recalls && rows[row][i] == best[i - 1];
      table += text_of("<", cell, strong ? " class=\"best\">" : ">", html_text(rows[row][i]), "</", cell, ">");
    }
    table += "</tr>";
  }
  std::string body =
      text_of(detail::facts_html(comparison.facts), R"(<section class="card"><div class="table"><table>)", table,
              R"(</table></div><p class="note">Extraction is the time a photo, matching the time a query, on this machine; a place's
megabytes are its descriptor's and its local features'.</p></section>)");
  return detail::page_html(comparison.title, ".table{overflow-x:auto}td.best{font-weight:700;color:var(--right)}th,td{white-space:nowrap}",
                           body);
}

/// Writes `comparison_html` to a file, whole or not at all. @throws IoError  where it cannot be written
inline void write_comparison(const std::filesystem::path& path, const Comparison& comparison) {
  detail::write_page(path, comparison_html(comparison));
}

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// The matched places of two photos as a drawing in a report.
#pragma once

#include <vpr/dataset/text.hpp>
#include <vpr/eval/report.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace vpr::detail {

inline constexpr std::string_view matches_style = R"(
.matches{grid-column:1/-1}.matches summary{cursor:pointer;color:var(--soft);padding:4px 0}
.matches>div{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:12px;margin-top:8px}
.pair{position:relative;display:flex;border-radius:8px;overflow:hidden}
.pair .photo{min-width:0;aspect-ratio:auto;border-radius:0;box-shadow:none;background-size:100% 100%}.pair .photo+.photo{border-left:2px solid var(--card)}
.pair svg{position:absolute;inset:0;height:100%;fill:none;stroke:#ffd23f;stroke-width:1.4;stroke-opacity:.85;stroke-linecap:round;filter:drop-shadow(0 0 1px #000)}
.pair path{vector-effect:non-scaling-stroke}.pair path+path{stroke-width:5;stroke-opacity:1}
)";

/// Both photos side by side at one height, and a line with two ends for each match.
///
/// @param query_aspect, answer_aspect  width over height of the photos as they are drawn
inline std::string pair_html(std::size_t q, std::size_t rank, const ReportAnswer& answer, double query_aspect, double answer_aspect) {
  constexpr double unit = 1000;  // the photos' height in the drawing
  std::string lines, ends;
  for (const MatchLine& line : answer.lines) {
    const auto point = [](double x, double y) { return text_of(fixed(unit * x, 0), " ", fixed(unit * y, 0)); };
    const std::string from = point(query_aspect * static_cast<double>(line.query_x), static_cast<double>(line.query_y));
    const std::string to =
        point(query_aspect + answer_aspect * static_cast<double>(line.candidate_x), static_cast<double>(line.candidate_y));
    lines += text_of("M", from, "L", to);
    ends += text_of("M", from, "h0M", to, "h0");
  }
  const std::string width = fixed(query_aspect + answer_aspect, 3);
  return text_of(R"(<figure><div class="pair" style="aspect-ratio:)", width, R"("><div class="photo q)", std::to_string(q),
                 R"(" style="flex:)", fixed(query_aspect, 3), R"("></div><div class="photo d)", std::to_string(answer.photo),
                 R"(" style="flex:)", fixed(answer_aspect, 3), R"("></div><svg viewBox="0 0 )",
                 fixed(unit * (query_aspect + answer_aspect), 0), " ", fixed(unit, 0),
                 R"(" preserveAspectRatio="none" role="img" aria-label="Matches with answer )", std::to_string(rank + 1), R"("><path d=")",
                 lines, R"("/><path d=")", ends, R"("/></svg></div><figcaption>Answer )", std::to_string(rank + 1), ", the best ",
                 std::to_string(answer.lines.size()), " matches</figcaption></figure>");
}

/// The drawings of a query's answers, folded up until they are asked for; nothing where no answer has lines.
inline std::string matches_html(const Report& report, std::size_t q) {
  const ReportQuery& query = report.queries[q];
  const auto aspect = [](const ReportPhoto& photo) { return photo.aspect > 0 ? photo.aspect : 4.0 / 3; };
  std::string pairs;
  for (std::size_t rank = 0; rank < query.answers.size(); ++rank) {
    const ReportAnswer& answer = query.answers[rank];
    if (!answer.lines.empty()) pairs += pair_html(q, rank, answer, aspect(query.photo), aspect(report.database.at(answer.photo)));
  }
  return pairs.empty() ? pairs : text_of(R"(<details class="matches"><summary>Where they match</summary><div>)", pairs, "</div></details>");
}

}  // namespace vpr::detail

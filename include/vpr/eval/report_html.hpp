// SPDX-License-Identifier: MIT
/// @file
/// A report as one self-contained HTML page.
///
/// Written by hand rather than through a template engine: the page is a handful of loops over plain data, all text passes through one function
/// that escapes it, and a report then needs no package at all.
#pragma once

#include <vpr/dataset/text.hpp>
#include <vpr/eval/report.hpp>
#include <vpr/eval/report_matches.hpp>
#include <vpr/eval/report_page.hpp>
#include <vpr/eval/report_svg.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

namespace detail {

/// A name with its runs of empty `@` fields left out, as UTM names have them.
inline std::string shortened(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t end = std::min(name.find_first_not_of('@', i), name.size());
    if (end - i > 2) {
      text += "@\u2026@";
      i = end;
    } else {
      text += name[i++];
    }
  }
  return text;
}

inline std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(bytes.size() - i, 3);
    const unsigned bits = bytes[i] * 65536u + (count > 1 ? bytes[i + 1] * 256u : 0u) + (count > 2 ? bytes[i + 2] : 0u);
    for (std::size_t digit = 0; digit < 4; ++digit) text += digit <= count ? digits[bits >> (18 - 6 * digit) & 63] : '=';
  }
  return text;
}

/// Each photo once, as a class of the style sheet, however often it is shown.
inline std::string photo_style(std::string_view name, std::size_t index, const ReportPhoto& photo) {
  if (photo.jpeg.empty()) return {};
  return text_of(".", name, std::to_string(index), "{background-image:url(data:image/jpeg;base64,", base64(photo.jpeg), ")}\n");
}

/// The shape of most frames: the median of the database photos' aspects.
inline double usual_aspect(const Report& report) {
  std::vector<double> aspects;
  for (const ReportPhoto& photo : report.database) {
    if (photo.aspect > 0) aspects.push_back(photo.aspect);
  }
  if (aspects.empty()) return 4.0 / 3;
  std::nth_element(aspects.begin(), aspects.begin() + static_cast<std::ptrdiff_t>(aspects.size() / 2), aspects.end());
  return std::clamp(aspects[aspects.size() / 2], 0.5, 2.0);
}

inline constexpr std::string_view report_style = R"(
.filter{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 14px;position:sticky;top:0;z-index:1;background:var(--page);padding:8px 0}
.filter label{border:1px solid var(--line);background:var(--card);border-radius:999px;padding:6px 14px;cursor:pointer}
input[name=filter]{position:absolute;opacity:0;pointer-events:none}
#all:checked~.filter label[for=all],#missed:checked~.filter label[for=missed],#found:checked~.filter label[for=found]{background:var(--ink);color:var(--page);border-color:var(--ink)}
#all:focus-visible~.filter label[for=all],#missed:focus-visible~.filter label[for=missed],#found:focus-visible~.filter label[for=found]{outline:3px solid var(--accent)}
#missed:checked~article:not(.wrong),#found:checked~article:not(.right){display:none}
article{display:grid;grid-template-columns:minmax(0,1.35fr) minmax(0,5fr);gap:16px;margin-bottom:12px;content-visibility:auto;contain-intrinsic-size:auto 230px}
ol{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));gap:12px;align-content:start}
figure{margin:0;min-width:0}figcaption{font-size:.8rem;margin-top:5px}
.photo{aspect-ratio:var(--shape);background:var(--well) center/contain no-repeat;border-radius:8px;box-shadow:inset 0 0 0 var(--frame,4px) var(--edge,var(--line));-webkit-print-color-adjust:exact;print-color-adjust:exact}
.right>.photo{--edge:var(--right)}.wrong>.photo{--edge:var(--wrong)}.query>.photo{--frame:0}
.name{display:block;color:var(--soft);overflow-wrap:anywhere;unicode-bidi:isolate;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.verdict{display:flex;justify-content:space-between;gap:6px;font-variant-numeric:tabular-nums}.verdict b{font-weight:600;white-space:nowrap}
.right>figcaption b{color:var(--right)}.wrong>figcaption b{color:var(--wrong)}
@media(max-width:640px){article{grid-template-columns:1fr;gap:10px;padding:10px}ol{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}
.query{display:grid;grid-template-columns:minmax(0,1.4fr) minmax(0,1fr);gap:10px;align-items:end}}
)";

/// A photo in its frame: `kind` is right, wrong, query or empty.
inline std::string photo_html(std::string_view kind, std::string_view photo_class, std::size_t index, std::string_view verdict,
                              const ReportPhoto& photo) {
  const std::string written = vpr::escaped(photo.name), name = html_text(written);
  return text_of(R"(<figure class=")", kind, R"("><div class="photo )", photo_class, std::to_string(index), R"(" role="img" aria-label=")",
                 name, R"("></div><figcaption>)", verdict, R"(<span class="name" title=")", name, R"(">)", html_text(shortened(written)),
                 "</span></figcaption></figure>");
}

inline std::string answer_html(const Report& report, const ReportQuery& query, std::size_t rank) {
  const ReportAnswer& answer = query.answers[rank];
  const std::string_view kind = !answer.right   ? ""
                                : *answer.right ? "right"
                                                : "wrong",
                         mark = !answer.right   ? ""
                                : *answer.right ? "\u2713 "
                                                : "\u2717 ";
  std::string verdict = text_of(R"(<div class="verdict"><b>)", mark, std::to_string(rank + 1), R"(</b><span title=")",
                                html_text(report.score_name), R"(">)", fixed(answer.score, 3), "</span></div>");
  if (answer.rerank_score) {
    const float score = *answer.rerank_score;
    verdict += text_of("<div>", fixed(score, score == std::floor(score) ? 0 : 3), " ", html_text(report.rerank_score_name), "</div>");
  }
  if (answer.metres) verdict += text_of("<div>", fixed(*answer.metres, *answer.metres < 100 ? 1 : 0), " m away</div>");
  return photo_html(kind, "d", answer.photo, verdict, report.database.at(answer.photo));
}

inline std::string query_html(const Report& report, std::size_t q) {
  const ReportQuery& query = report.queries[q];
  const bool labelled = !query.answers.empty() && query.answers[0].right;
  const std::string_view kind = !labelled ? "" : *query.answers[0].right ? "right" : "wrong";
  const std::string verdict = text_of(R"(<div class="verdict"><b>Query )", std::to_string(q + 1), "</b></div>",
                                      query.answerable ? "" : "<div>No right answer is known.</div>");
  std::string html = text_of(R"(<article class=")", kind, R"(">)", photo_html("query", "q", q, verdict, query.photo), "<ol>");
  for (std::size_t rank = 0; rank < query.answers.size(); ++rank) html += text_of("<li>", answer_html(report, query, rank), "</li>");
  return text_of(html, "</ol>", matches_html(report, q), "</article>\n");
}

inline std::string recall_html(const Recall& recall) {
  const bool both = !recall.unanswerable.empty();
  std::string html = R"(<section class="card"><h2>Recall</h2><table><tr><th>N</th><th>of all queries</th>)";
  if (both) html += "<th>of those with a right answer</th>";
  for (std::size_t i = 0; i < recall.at.size(); ++i) {
    html += text_of("<tr><td>", std::to_string(recall.at[i]), "</td><td>", fixed(100 * recall.of_all[i], 1), "%</td>");
    if (both) html += text_of("<td>", fixed(100 * recall.of_answerable[i], 1), "%</td>");
  }
  html += text_of(R"(</table><p class="note">)", std::to_string(recall.rank.size()), " queries");
  if (both) {
    html += text_of(", ", std::to_string(recall.unanswerable.size()),
                    " of them without a right answer in the database: misses, as the official evaluations count");
  }
  return html + text_of(R"(.</p></section><section class="card"><h2>Recall over N</h2>)", recall_svg(recall), "</section>");
}

inline std::string timing_html(const Timing& timing) {
  std::string html = R"(<section class="card"><h2>Time</h2><table><tr><th>stage</th><th>seconds</th><th>ms each</th>)";
  for (const StageTime& stage : timing.stages) {
    const std::string each = stage.count > 0 ? fixed(1000 * stage.seconds / static_cast<double>(stage.count), 2) : "";
    html += text_of("<tr><td>", html_text(stage.stage), "</td><td>", fixed(stage.seconds, stage.seconds < 10 ? 2 : 1), "</td><td>", each,
                    "</td>");
  }
  return html + "</table></section>";
}

/// Buttons that show all queries, or those whose first answer is wrong or right; nothing for unlabelled photos.
inline std::string filter_html(const Report& report) {
  std::size_t found = 0, missed = 0;
  for (const ReportQuery& query : report.queries) {
    if (!query.answers.empty() && query.answers[0].right) ++(*query.answers[0].right ? found : missed);
  }
  if (found + missed == 0) return {};
  const auto button = [](std::string_view id, std::string_view checked) {
    return text_of(R"(<input type="radio" name="filter" id=")", id, "\"", checked, ">");
  };
  const auto label = [](std::string_view id, std::string_view text, std::size_t count) {
    return text_of(R"(<label for=")", id, R"(">)", text, " ", std::to_string(count), "</label>");
  };
  return text_of(button("all", " checked"), button("missed", ""), button("found", ""), R"(<div class="filter">)",
                 label("all", "All", report.queries.size()), label("missed", "First answer wrong", missed),
                 label("found", "First answer right", found), "</div>\n");
}

}  // namespace detail

/// The report as HTML: facts, recall as table and curve, times, then each query with its answers in green frames where right, red where wrong,
/// neutral where that is not known, and where it was re-ranked, lines between what matches. No script, no other file, nothing loaded; readable on a
/// phone, in light and dark; photos off the screen are not decoded until they are scrolled to. Photos' names stand as `vpr::escaped` writes them.
inline std::string report_html(const Report& report) {
  using namespace detail;
  std::string style = text_of(report_style, matches_style, ":root{--shape:", fixed(usual_aspect(report), 3), "}\n");
  for (std::size_t i = 0; i < report.database.size(); ++i) style += photo_style("d", i, report.database[i]);
  for (std::size_t i = 0; i < report.queries.size(); ++i) style += photo_style("q", i, report.queries[i].photo);
  std::string body = text_of(facts_html(report.facts), R"(<div class="cards">)", report.recall ? recall_html(*report.recall) : "",
                             report.timing.stages.empty() ? "" : timing_html(report.timing), "</div>", filter_html(report));
  for (std::size_t q = 0; q < report.queries.size(); ++q) body += query_html(report, q);
  return page_html(report.title, style, body);
}

/// Writes `report_html` to a file, whole or not at all. @throws IoError  where it cannot be written
inline void write_report(const std::filesystem::path& path, const Report& report) { detail::write_page(path, report_html(report)); }

}  // namespace vpr

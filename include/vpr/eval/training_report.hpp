// SPDX-License-Identifier: MIT
/// @file
/// How a training went, as one self-contained HTML page.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/text.hpp>
#include <vpr/eval/chart_svg.hpp>
#include <vpr/eval/report_page.hpp>
#include <vpr/train/training_row.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Plain data; every part may be left empty.
struct TrainingReport {
  std::string title = "Training";
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< such as the recipe and the data, shown at the top in this order
  std::vector<std::string> measures = {};                       ///< names, such as `recall@1`; of each measure more is better
  std::vector<TrainingRow> rows = {};                           ///< in the order of the steps, such as `TrainingLog::rows()`
  std::vector<double> before = {};                              ///< the measures before the first step, where they were taken
};

namespace detail {

/// Measures that were taken together.
struct Validation {
  const TrainingRow* row;  ///< nullptr before the training
  std::span<const double> measures;
};

inline constexpr std::string_view training_style = R"(
.cards{grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}
.s0{color:var(--accent)}.s1{color:#c4550a}.s2{color:#0d857a}.s3{color:#8145c9}.s4{color:#bd2d78}.s5{color:#766800}
@media(prefers-color-scheme:dark){.s1{color:#ff9f52}.s2{color:#41c9b9}.s3{color:#b893ff}.s4{color:#ff7db9}.s5{color:#d3c04c}}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:.7em 0 0;font-size:.85rem}.legend span::before{content:"";display:inline-block;width:18px;border-top:3px solid;margin-right:6px;vertical-align:middle}
.legend .before{color:var(--soft)}.legend .before::before{border-top:2px dashed}
.table{overflow:auto;max-height:19rem}td,th{white-space:nowrap}th{position:sticky;top:0;background:var(--card)}.best{color:var(--right);font-weight:600}
@media(max-width:640px){.table{font-size:.85rem}}
@media print{.table{overflow:visible;max-height:none}}
)";

/// A number that can be drawn: NaN in place of infinity, and none so large that a range of them is infinite.
inline double drawable(double value) {
  return is_finite(value) ? std::clamp(value, -1e300, 1e300) : std::numeric_limits<double>::quiet_NaN();
}

inline std::string duration(double seconds) {
  if (seconds < 60) return text_of(fixed(seconds, 1), " s");
  const auto minutes = static_cast<std::int64_t>(std::round(seconds / 60));
  return minutes < 60 ? text_of(std::to_string(minutes), " min")
                      : text_of(std::to_string(minutes / 60), " h ", std::to_string(minutes % 60), " min");
}

/// The report's numbers as its parts show them.
class TrainingPage {
 public:
  /// @throws ShapeError  where a row has another number of measures than there are names
  explicit TrainingPage(const TrainingReport& report) : report_(report) {
    const std::size_t names = report.measures.size();
    const auto check = [&](std::size_t got, const std::string& where) {
      VPR_REQUIRE(ShapeError, got == names, "training report: got ", got, " measures ", where, ", expected ", names, ", one a name");
    };
    const auto add = [&](const TrainingRow* row, std::span<const double> measures) {
      if (std::any_of(measures.begin(), measures.end(), [](const double& value) { return is_finite(value); }))
        validations_.push_back({row, measures});
    };
    if (!report.before.empty()) check(report.before.size(), "before the training");
    add(nullptr, report.before);
    for (const TrainingRow& row : report.rows) {
      check(row.measures.size(), "at step " + std::to_string(row.step));
      add(&row, row.measures);
    }
    for (std::size_t m = 0; m < names; ++m) {
      std::optional<std::size_t> best;
      for (std::size_t i = 0; i < validations_.size(); ++i) {
        const double value = drawable(validations_[i].measures[m]);
        if (is_nan(value)) continue;
        if (!best || value > validations_[*best].measures[m]) best = i;
        shares_ = shares_ && value >= 0 && value <= 1;
      }
      best_.push_back(best);
    }
    if (report.rows.empty()) return;
    const auto [first, last] =
        std::minmax_element(report.rows.begin(), report.rows.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
    steps_ = count_axis(static_cast<double>(first->step), static_cast<double>(last->step));
    last_step_ = last->step;
  }

  std::string html() const {
    auto facts = report_.facts;
    for (auto& fact : summary()) facts.push_back(std::move(fact));
    return page_html(
        report_.title, training_style,
        text_of(facts_html(facts), R"(<div class="cards">)", loss_html(), measures_html(), rate_html(), validations_html(), "</div>"));
  }

 private:
  std::vector<std::pair<std::string, std::string>> summary() const {
    std::vector<std::pair<std::string, std::string>> facts;
    if (!best_.empty() && best_[0]) {
      const Validation& best = validations_[*best_[0]];
      facts.emplace_back(
          "Best " + report_.measures[0],
          text_of(measure_text(best.measures[0]), best.row ? " at step " + std::to_string(best.row->step) : " before the training"));
    }
    if (report_.rows.empty()) return facts;
    facts.emplace_back("Steps", std::to_string(last_step_));
    double seconds = 0;
    std::vector<double> speeds;
    for (const TrainingRow& row : report_.rows) {
      if (row.seconds < 1e12) seconds = std::max(seconds, row.seconds);
      if (is_finite(row.images_per_second) && row.images_per_second > 0) speeds.push_back(row.images_per_second);
    }
    if (seconds > 0) facts.emplace_back("Time", duration(seconds));
    if (speeds.empty()) return facts;
    const auto middle = speeds.begin() + static_cast<std::ptrdiff_t>(speeds.size() / 2);
    std::nth_element(speeds.begin(), middle, speeds.end());
    facts.emplace_back("Speed", short_number(*middle, 3) + " images/s");
    return facts;
  }

  static std::string loss_text(double loss) {
    if (!is_finite(loss)) return {};
    return std::abs(loss) >= 0.01 && std::abs(loss) < 1e5 ? fixed(loss, 3) : short_number(loss, 3);
  }

  std::string measure_text(double value) const { return shares_ ? fixed(100 * value, 1) + "%" : short_number(value, 4); }

  /// A number of each row over its step.
  template <class Number>
  std::vector<ChartPoint> points(const Number& number) const {
    std::vector<ChartPoint> points;
    for (const TrainingRow& row : report_.rows) points.push_back({static_cast<double>(row.step), drawable(number(row))});
    return points;
  }

  /// The least and the largest of points; nothing where none can be drawn.
  static std::optional<std::pair<double, double>> range(std::span<const ChartPoint> points) {
    std::optional<std::pair<double, double>> range;
    for (const ChartPoint& point : points) {
      if (is_nan(point.y)) continue;
      range = range ? std::pair(std::min(range->first, point.y), std::max(range->second, point.y)) : std::pair(point.y, point.y);
    }
    return range;
  }

  static std::string path(const std::string& line, std::string_view width, std::string_view more = "") {
    return text_of(R"(<path d=")", line, R"(" fill="none" stroke="currentColor" stroke-width=")", width,
                   R"(" stroke-linejoin="round" stroke-linecap="round")", more, "/>");
  }

  /// A line through points of all rows, or a dot.
  static std::string curve(const Chart& chart, std::span<const ChartPoint> points) {
    return path(chart.line(thinned(points)), points.size() == 1 ? "8" : "2.5");
  }

  static std::string card(std::string_view title, std::string_view content) {
    return text_of(R"(<section class="card"><h2>)", title, "</h2>", content, "</section>\n");
  }

  /// Says of so many points that not all are drawn, where that is so.
  static std::string thinned_note(std::size_t count, std::string_view what) {
    return count <= 2 * chart_columns
               ? ""
               : text_of(" Of every ", std::to_string(count / chart_columns), " ", what, " the least and the largest are drawn.");
  }

  static std::string note(std::string_view text) { return text.empty() ? "" : text_of(R"(<p class="note">)", text, "</p>"); }

  /// At points evenly spaced, as many as can be told apart: the mean of those up to `half` before and after, NaN left out.
  static std::vector<ChartPoint> running_mean(std::span<const ChartPoint> points, std::size_t half) {
    const std::size_t count = std::min(points.size(), chart_columns);
    std::vector<ChartPoint> means;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = count > 1 ? i * (points.size() - 1) / (count - 1) : 0;
      double sum = 0, taken = 0;
      for (std::size_t j = at - std::min(at, half); j <= std::min(at + half, points.size() - 1); ++j) {
        if (is_nan(points[j].y)) continue;
        sum += points[j].y;
        ++taken;
      }
      means.push_back({points[at].x, taken > 0 ? sum / taken : std::numeric_limits<double>::quiet_NaN()});
    }
    return means;
  }

  std::string loss_html() const {
    const std::vector<ChartPoint> losses = points([](const TrainingRow& row) { return row.loss; });
    const auto ends = range(losses);
    if (!ends) return card("Loss", note(report_.rows.empty() ? "No step has been taken." : "No step has a finite loss."));
    const bool logarithmic = ends->first > 1e-100 && ends->second / ends->first > 1000;
    const Chart chart{steps_, logarithmic ? power_axis(ends->first, ends->second) : value_axis(ends->first, ends->second)};

    std::string drawing, text;
    const std::size_t half = std::max<std::size_t>(losses.size() / 40, 2);
    if (losses.size() > 2 * half) {
      drawing = path(chart.line(thinned(losses)), "1", R"( stroke-opacity=".35")") + path(chart.line(running_mean(losses, half)), "2.5");
      text = text_of("Faint: each step. Strong: the mean of the ", std::to_string(2 * half + 1), " steps around.",
                     thinned_note(losses.size(), "steps"));
    } else {
      drawing = curve(chart, losses);
    }
    if (logarithmic) text += " The scale is logarithmic.";

    std::vector<bool> marked(chart_columns + 1);
    std::string marks;
    std::size_t lost = 0;
    for (const ChartPoint& point : losses) {
      if (!is_nan(point.y)) continue;
      ++lost;
      auto mark = marked[static_cast<std::size_t>(std::lround(chart_columns * steps_.share(point.x)))];
      if (!mark) marks += text_of("M", chart.x(point.x), " 206v-9");
      mark = true;
    }
    if (lost > 0) {
      drawing += text_of(R"(<path d=")", marks, R"(" stroke='var(--wrong)' stroke-width="2"/>)");
      text += text_of(" ", std::to_string(lost), lost == 1 ? " step has" : " steps have", " no finite loss: red, at the foot.");
    }
    return card("Loss", chart.svg("Loss over steps", text_of(R"(<g class="s0">)", drawing, "</g>"), "step") + note(text));
  }

  std::string measures_html() const {
    const double scale = shares_ ? 100 : 1;
    std::vector<ChartPoint> all;
    for (const Validation& validation : validations_) {
      for (const double value : validation.measures) all.push_back({0, scale * drawable(value)});
    }
    const auto ends = range(all);
    if (!ends || report_.rows.empty()) return {};
    const Chart chart{steps_, value_axis(ends->first, ends->second, shares_ ? "%" : "")};

    const bool few = validations_.size() <= 60;
    std::string drawing, legend;
    for (std::size_t m = 0; m < report_.measures.size(); ++m) {
      const std::string colour = "s" + std::to_string(m % 6), name = html_text(report_.measures[m]);
      std::vector<ChartPoint> line;
      std::string markers;
      for (const Validation& validation : validations_) {
        const double value = scale * drawable(validation.measures[m]);
        if (is_nan(value)) continue;
        if (!validation.row) {
          markers += path(text_of("M", fixed(Chart::left, 0), " ", chart.y(value), "H", fixed(Chart::right, 0)), "1.5",
                          R"( stroke-dasharray="2 5")");
          continue;
        }
        line.push_back({static_cast<double>(validation.row->step), value});
        if (!few) continue;
        markers +=
            text_of(R"(<circle cx=")", chart.x(line.back().x), R"(" cy=")", chart.y(value), R"(" r="3.5"><title>)", name, " at step ",
                    std::to_string(validation.row->step), ": ", measure_text(validation.measures[m]), "</title></circle>");
      }
      drawing += text_of(R"(<g class=")", colour, R"(" fill="currentColor">)", path(chart.line(thinned(line)), few ? "2.5" : "1.5"),
                         markers, "</g>");
      legend += text_of(R"(<span class=")", colour, R"(">)", name, "</span>");
    }
    if (!validations_[0].row) legend += R"(<span class="before">before the training</span>)";
    return card("Measures", text_of(chart.svg("Measures over steps", drawing, "step"), R"(<p class="legend">)", legend, "</p>",
                                    note(thinned_note(validations_.size(), "validations"))));
  }

  std::string rate_html() const {
    const std::vector<ChartPoint> rates = points([](const TrainingRow& row) { return row.rate; });
    const auto ends = range(rates);
    if (!ends) return {};
    const Chart chart{steps_, value_axis(ends->first, ends->second)};
    return card("Learning rate", chart.svg("Learning rate over steps", text_of(R"(<g class="s0">)", curve(chart, rates), "</g>"), "step"));
  }

  std::string validations_html() const {
    if (validations_.empty()) return {};
    std::string table = "<tr><th>step</th><th>loss</th>";
    for (const std::string& name : report_.measures) table += text_of("<th>", html_text(name), "</th>");
    table += "</tr>";
    const std::size_t every = (validations_.size() + 99) / 100;
    for (std::size_t i = 0; i < validations_.size(); ++i) {
      const bool best = std::find(best_.begin(), best_.end(), i) != best_.end();
      if (i % every != 0 && i + 1 != validations_.size() && !best) continue;
      const auto& [row, measures] = validations_[i];
      table += text_of("<tr><td>", row ? std::to_string(row->step) : "before", "</td><td>", row ? loss_text(row->loss) : "", "</td>");
      for (std::size_t m = 0; m < measures.size(); ++m) {
        table += text_of(best_[m] == i ? "<td class=\"best\">\u2605 " : "<td>", is_finite(measures[m]) ? measure_text(measures[m]) : "",
                         "</td>");
      }
      table += "</tr>";
    }
    const std::string others = every == 1 ? "" : text_of("; of the others one in ", std::to_string(every), " is listed");
    return card("Validations", text_of(R"(<div class="table" tabindex="0"><table>)", table, "</table></div>",
                                       note(text_of("\u2605 the best of each measure", others, "."))));
  }

  const TrainingReport& report_;
  std::vector<Validation> validations_;           // that have a measure, the one before the training first
  std::vector<std::optional<std::size_t>> best_;  // of each measure, the first validation with its largest value
  bool shares_ = true;                            // measures are shares, shown in percent
  Axis steps_;
  std::int64_t last_step_ = 0;
};

}  // namespace detail

/// The report as HTML: facts, with the best of the first measure, steps, time and the median speed; then charts of the loss, of the measures and of
/// the learning rate over the steps, and a table of the validations, the rows that have a measure. Measures that are all in [0, 1] are shown in
/// percent.
///
/// The loss is drawn of each step and as a running mean over a twentieth of the training, on a logarithmic scale where it is positive and spans more
/// than three powers of ten. Steps without a finite loss are marked. A long training is thinned to what can be seen, as the page says, so that
/// the page does not grow with it. No script, no other file, nothing loaded; readable on a phone, on paper, in light and dark. Names are escaped.
/// @throws ShapeError  where a row, or `before`, has another number of measures than there are names
inline std::string training_report_html(const TrainingReport& report) { return detail::TrainingPage(report).html(); }

/// Writes `training_report_html` to a file, whole or not at all, so that it can be written anew while the training runs.
/// @throws IoError  where it cannot be written; ShapeError as above
inline void write_training_report(const std::filesystem::path& path, const TrainingReport& report) {
  detail::write_page(path, training_report_html(report));
}

}  // namespace vpr

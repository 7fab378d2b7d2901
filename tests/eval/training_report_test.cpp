// SPDX-License-Identifier: MIT
#include <vpr/eval/training_report.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <iterator>

using namespace vpr;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Whether each element ends, in the order in which they began; the elements that have no end are `meta` and those that close themselves.
bool balanced(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return false;
    const std::string name = html.substr(at + 1, html.find_first_of(" />", at + 2) - at - 1);
    if (name == "!doctype" || name == "meta" || html[end - 1] == '/') continue;
    if (name[0] != '/' && html[at + 1] != '/') {
      open.push_back(name);
    } else if (open.empty() || html.substr(at + 2, end - at - 2) != open.back()) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

/// The page, once it is sound whatever it shows: well formed, and without a number that is none.
std::string sound(const TrainingReport& report) {
  const std::string html = training_report_html(report);
  CHECK(balanced(html));
  CHECK(count(html, "nan") == count(html, "dominant"));
  for (const char* part : {"inf ", "inf\"", "infL", "<script", "http:", "https:", " src=", "<link", "@import"}) {
    CAPTURE(part);
    CHECK(count(html, part) == 0);
  }
  CHECK_THAT(html, ContainsSubstring("default-src 'none'") && ContainsSubstring("width=device-width") &&
                       ContainsSubstring("prefers-color-scheme:dark"));
  return html;
}

/// Losses 1/step; recall@1 and recall@5 at every tenth step.
TrainingReport example(std::int64_t steps) {
  TrainingReport report{"A training", {{"Recipe", "adapter"}}, {"recall@1", "recall@5"}, {}, {0.25, 0.5}};
  for (std::int64_t step = 1; step <= steps; ++step) {
    const auto at = static_cast<double>(step);
    report.rows.push_back({step, 1 / at, 1e-5, 2.5 * at, 4, {none, none}});
    if (step % 10 == 0) report.rows.back().measures = {0.25 + 0.5 * at / static_cast<double>(steps), 0.625};
  }
  return report;
}

}  // namespace

TEST_CASE("A training's report has its facts, charts of loss, measures and rate, and the validations") {
  const std::string html = sound(example(30));
  CHECK_THAT(html, ContainsSubstring("<dt>Recipe</dt><dd>adapter</dd>") &&
                       ContainsSubstring("<dt>Best recall@1</dt><dd>75.0% at step 30</dd>") &&
                       ContainsSubstring("<dt>Steps</dt><dd>30</dd>") && ContainsSubstring("<dt>Time</dt><dd>1 min</dd>") &&
                       ContainsSubstring("<dt>Speed</dt><dd>4 images/s</dd>"));
  for (const char* chart : {"Loss over steps", "Measures over steps", "Learning rate over steps"}) CHECK(count(html, chart) == 1);
  CHECK(count(html, "<circle") == 6);
  CHECK(count(html, "stroke-dasharray") == 2);
  CHECK_THAT(html, ContainsSubstring("<title>recall@1 at step 10: 41.7%</title>") && ContainsSubstring("the mean of the 5 steps around"));
  CHECK_THAT(html,
             ContainsSubstring("<tr><td>before</td><td></td><td>25.0%</td><td>50.0%</td></tr><tr><td>10</td><td>0.100</td><td>41.7%</td>"));
}

TEST_CASE("The best of each measure is marked, the first of equals, and it may be the one before the training") {
  TrainingReport report = example(30);
  std::string html = sound(report);
  CHECK(count(html, "<td class=\"best\">") == 2);
  CHECK_THAT(html, ContainsSubstring("<td>41.7%</td><td class=\"best\">\u2605 62.5%</td>") &&
                       ContainsSubstring("<td class=\"best\">\u2605 75.0%</td><td>62.5%</td>"));
  report.before = {0.875, none};
  html = sound(report);
  CHECK_THAT(html, ContainsSubstring("<dd>87.5% before the training</dd>") &&
                       ContainsSubstring("<td>before</td><td></td><td class=\"best\">\u2605 87.5%</td><td></td>"));
}

TEST_CASE("The running mean is that of the steps around, fewer at the ends") {
  TrainingReport report{"", {}, {}, {}, {}};
  for (std::int64_t step = 1; step <= 6; ++step) report.rows.push_back({step, step % 2 == 0 ? 4.0 : 1.0, 0, 0, 0, {}});
  // Means 2, 2.5, 2.2, 2.8, 2.5, 3 on an axis from 0 to 4, which is 192 high and ends at 206.
  CHECK_THAT(sound(report), ContainsSubstring("d=\"M44.0 110.0L128.4 86.0L212.8 100.4L297.2 71.6L381.6 86.0L466.0 62.0\""));
}

TEST_CASE("A training without a step, with one, and without measures has a report") {
  CHECK_THAT(sound({}), ContainsSubstring("No step has been taken."));
  TrainingReport report{"", {}, {"recall@1"}, {}, {0.5}};
  CHECK_THAT(sound(report), ContainsSubstring("<td>before</td>") && !ContainsSubstring("<svg"));
  report.rows = {{1, 0.5, 1e-5, 2, 3, {0.625}}};
  CHECK_THAT(sound(report), ContainsSubstring("h0\"") && ContainsSubstring("62.5% at step 1") && ContainsSubstring("<dd>2.0 s</dd>"));
  report = {"", {}, {}, {{1, 0.5, 0, 0, 0, {}}, {2, 0.5, 0, 0, 0, {}}}, {}};
  CHECK_THAT(sound(report), !ContainsSubstring("Measures") && !ContainsSubstring("Validations") && !ContainsSubstring("<dt>Speed") &&
                                !ContainsSubstring("<dt>Time"));
  report = {"", {}, {"recall@1"}, {{1, 0.5, 0, 0, 0, {none}}}, {none}};
  CHECK_THAT(sound(report), !ContainsSubstring("Measures") && !ContainsSubstring("Validations") && !ContainsSubstring("Best"));
}

TEST_CASE("The page of a long training stays small, and says what it leaves out") {
  const std::string html = sound(example(100'000));
  CHECK(html.size() < 100'000);
  CHECK(count(html, "<tr>") < 110);
  CHECK_THAT(html, ContainsSubstring("Of every 250 steps the least and the largest are drawn.") &&
                       ContainsSubstring("Of every 25 validations the least") && ContainsSubstring("of the others one in 101 is listed") &&
                       ContainsSubstring("<td>100000</td>"));
  CHECK_THAT(sound(example(800)), !ContainsSubstring("the least and the largest are drawn"));
}

TEST_CASE("Losses that are not finite are left out of the lines, marked and counted, however many they are") {
  TrainingReport report = example(20);
  report.rows[3].loss = none;
  report.rows[7].loss = infinite;
  report.rows[8].loss = -infinite;
  CHECK_THAT(sound(report), ContainsSubstring("3 steps have no finite loss") && ContainsSubstring(" 206v-9"));
  report = example(5000);
  for (TrainingRow& row : report.rows) row.loss = none;
  CHECK_THAT(sound(report), ContainsSubstring("No step has a finite loss."));
  for (std::size_t i = 0; i < report.rows.size(); ++i) report.rows[i].step = i % 2 == 0 ? 1 : 5000;  // no order at all
  report.rows[0].loss = 1;
  CHECK(count(sound(report), "206v-9") == 2);
}

TEST_CASE("Losses over many powers of ten have a logarithmic scale, unless one is zero") {
  TrainingReport report = example(2000);
  CHECK_THAT(sound(report), ContainsSubstring("The scale is logarithmic.") && ContainsSubstring(">0.001</text>"));
  report.rows.back().loss = 0;
  CHECK_THAT(sound(report), !ContainsSubstring("logarithmic"));
}

TEST_CASE("Numbers of any size make a sound page") {
  for (const double hostile : {1.7e308, -1.7e308, 5e-324, 0.0, -1.0, infinite, -infinite, none}) {
    CAPTURE(hostile);
    TrainingReport report = example(20);
    for (const std::size_t i : {0U, 9U, 19U})
      report.rows[i] = {report.rows[i].step, hostile, hostile, hostile, hostile, {hostile, hostile}};
    sound(report);
    report.before = {hostile, hostile};
    for (TrainingRow& row : report.rows) row = {row.step, hostile, hostile, hostile, hostile, {hostile, hostile}};
    sound(report);
  }
  TrainingReport report = example(20);
  report.rows[0].loss = -1.7e308;
  report.rows[1].loss = 1.7e308;
  report.rows[0].step = std::numeric_limits<std::int64_t>::min();
  report.rows[1].step = std::numeric_limits<std::int64_t>::max();
  sound(report);
  for (std::size_t i = 0; i < report.rows.size(); ++i)
    report.rows[i].step = std::numeric_limits<std::int64_t>::max() - 20 + static_cast<std::int64_t>(i);
  sound(report);
}

TEST_CASE("Measures beyond one are no shares, and shown as they are") {
  TrainingReport report = example(20);
  report.before = {12.5, 0.5};
  CHECK_THAT(sound(report), ContainsSubstring("<dd>12.5 before the training</dd>") && !ContainsSubstring("%</td>"));
}

TEST_CASE("Hostile titles, facts and names of measures stay text") {
  const std::string hostile = "</style><img src=x onerror=y>\"'&";
  TrainingReport report = example(20);
  report.title = report.measures[0] = hostile;
  report.facts = {{hostile, hostile}};
  const std::string html = training_report_html(report);
  CHECK(balanced(html));
  CHECK(count(html, "<img") == 0);
  CHECK(count(html, "</style>") == 1);
  CHECK_THAT(html, ContainsSubstring("<th>&lt;/style&gt;&lt;img src=x onerror=y&gt;&quot;&#39;&amp;</th>"));
}

TEST_CASE("A row with another number of measures than there are names is an error that names the step") {
  TrainingReport report = example(20);
  report.rows[4].measures = {0.5};
  CHECK_THROWS_AS(training_report_html(report), ShapeError);
  CHECK_THROWS_WITH(training_report_html(report), ContainsSubstring("got 1 measures at step 5, expected 2"));
  report = example(20);
  report.before = {1, 2, 3};
  CHECK_THROWS_WITH(training_report_html(report), ContainsSubstring("got 3 measures before the training, expected 2"));
}

TEST_CASE("A training's report can be written anew while the training runs, and a full disk is an error") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "training.html";
  write_training_report(path, example(10));
  write_training_report(path, example(20));
  CHECK(file_content(path) == training_report_html(example(20)));
  CHECK_THROWS_WITH(write_training_report("/dev/full", example(20)), ContainsSubstring("/dev/full: cannot be written"));
}

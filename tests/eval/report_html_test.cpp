// SPDX-License-Identifier: MIT
#include <vpr/eval/report_html.hpp>

#include "tests/support/catch.hpp"

#include <sstream>

namespace {
std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

vpr::Report example() {
  vpr::Report report;
  report.database = {{"a.jpg", "a.jpg", {1, 2, 3}, 1.0}, {"b.jpg", "b.jpg"}};
  report.queries = {{{"q.jpg", "q.jpg", {4, 5}, 1.0}, {{0, 0.875f, true, 12.34}, {1, 0.5f, false, 1234.5}}},
                    {{"r.jpg", "r.jpg"}, {{1, 0.25f, false, {}}}, false},
                    {{"s.jpg", "s.jpg"}, {}}};
  return report;
}
}  // namespace

TEST_CASE("Base64 is that of RFC 4648") {
  const auto encoded = [](std::string_view text) {
    return vpr::detail::base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  CHECK(encoded("").empty());
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foobar") == "Zm9vYmFy");
  CHECK(encoded("\xff\xfb\xf0") == "//vw");
}

TEST_CASE("A report shows each answer in its frame, and each thumbnail's bytes once") {
  const std::string html = report_html(example());
  CHECK(count(html, "<article") == 3);
  CHECK(count(html, "</article>") == 3);
  CHECK(count(html, "<figure class=\"right\">") == 1);
  CHECK(count(html, "<figure class=\"wrong\">") == 2);
  CHECK(count(html, "<article class=\"right\">") == 1);
  CHECK(count(html, "<article class=\"wrong\">") == 1);
  CHECK(count(html, "class=\"photo d1\"") == 2);
  CHECK(count(html, "data:image/jpeg;base64,") == 2);
  CHECK_THAT(html, ContainsSubstring("0.875") && ContainsSubstring("12.3 m away") && ContainsSubstring("1234 m away"));
  CHECK_THAT(html, ContainsSubstring("No right answer is known.") && ContainsSubstring("First answer wrong 1<") &&
                       ContainsSubstring("First answer right 1<"));
}

TEST_CASE("A report is one file that runs nothing and loads nothing") {
  auto report = example();
  report.recall = vpr::recall(std::vector<std::int64_t>{0, 0, 0}, 1, {{0}, {}, {1}}, std::vector<std::int64_t>{1});
  const std::string html = report_html(report);
  for (const char* part : {"<script", "http:", "https:", "//", " src=", "<link", "@import"}) {
    CAPTURE(part);
    CHECK(count(html, part) == 0);
  }
  CHECK_THAT(html, ContainsSubstring("default-src 'none'") && ContainsSubstring("width=device-width") &&
                       ContainsSubstring("prefers-color-scheme:dark"));
}

TEST_CASE("Hostile names and facts stay text") {
  const std::string hostile = "<script>alert('x')</script>\"><img src=x onerror=y>&amp;\n.jpg";
  vpr::Report report = example();
  report.title = report.database[0].name = report.queries[0].photo.name = report.score_name = hostile;
  report.facts = {{hostile, hostile}};
  report.timing.stages = {{hostile, 1, 1}};
  const std::string html = report_html(report);
  CHECK(count(html, "<script") == 0);
  CHECK(count(html, "<img") == 0);
  CHECK(count(html, "\"><img") == 0);
  CHECK_THAT(html,
             ContainsSubstring("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=y&gt;&amp;amp;\\x0A.jpg"));
}

TEST_CASE("A report is valid UTF-8 whatever bytes its names hold, and shows them as they are written elsewhere") {
  vpr::Report report = example();
  report.title = report.score_name = report.queries[0].photo.name = report.database[0].name = "m\xFCll\x1B[31m\\.jpg";
  report.facts = {{"weights", "\xFF"}};
  const std::string html = report_html(report);
  CHECK(html == vpr::printable(html));
  CHECK_THAT(html, ContainsSubstring("m\\xFCll\\x1B[31m\\\\.jpg") && ContainsSubstring("<dd>\\xFF</dd>"));
}

TEST_CASE("A report of unlabelled photos has neutral frames and no filter") {
  vpr::Report report;
  report.database = {{"a", "a"}};
  report.queries = {{{"q", "q"}, {{0, 1, {}, {}}}}};
  const std::string html = report_html(report);
  CHECK(count(html, "<figure class=\"right\">") + count(html, "<figure class=\"wrong\">") == 0);
  CHECK(count(html, "name=\"filter\" id") == 0);
  CHECK(count(html, "\u2717") == 0);
}

TEST_CASE("Recall and times stand in tables; queries without a right answer get a column") {
  vpr::Report report;
  report.recall = vpr::recall(std::vector<std::int64_t>{0, 0, 0}, 1, {{0}, {}, {1}}, std::vector<std::int64_t>{1});
  report.timing.stages = {{"search", 0.5, 250}, {"load", 12.34, 0}};
  const std::string html = report_html(report);
  CHECK_THAT(html, ContainsSubstring("<td>33.3%</td><td>50.0%</td>") && ContainsSubstring("3 queries, 1 of them without"));
  CHECK_THAT(html,
             ContainsSubstring("<td>search</td><td>0.50</td><td>2.00</td>") && ContainsSubstring("<td>load</td><td>12.3</td><td></td>"));
}

TEST_CASE("UTM names are shortened to be read, and kept whole beside") {
  vpr::Report report;
  report.queries = {{{"@1@2@@@@@@@@@@@@night@.jpg", ""}, {}}};
  const std::string html = report_html(report);
  CHECK_THAT(html, ContainsSubstring(">@1@2@\u2026@night@.jpg<") && ContainsSubstring("title=\"@1@2@@@@@@@@@@@@night@.jpg\""));
}

TEST_CASE("Frames take the shape of most database photos") {
  vpr::Report report;
  CHECK(vpr::detail::usual_aspect(report) == Approx(4.0 / 3));
  report.database = {{"a", "a", {}, 1.0}, {"b", "b", {}, 0}, {"c", "c", {}, 1.0}, {"d", "d", {}, 30}};
  CHECK(vpr::detail::usual_aspect(report) == 1);
}

TEST_CASE("Matches are drawn between both photos, the best of each answer, and counted") {
  auto report = example();
  report.queries[0].answers[0].rerank_score = 184.0F;
  report.queries[0].answers[0].lines = {{0, 0.5F, 0.25F, 1}, {1, 0.125F, 0.5F, 0}};
  report.queries[0].answers[1].rerank_score = 0.4375F;
  report.queries[0].photo.aspect = 2;
  const std::string html = report_html(report);
  CHECK(count(html, "<details") == 1);
  CHECK(count(html, "class=\"pair\"") == 1);
  CHECK_THAT(html, ContainsSubstring("viewBox=\"0 0 3000 1000\"") && ContainsSubstring("d=\"M0 500L2250 1000M2000 125L2500 0\"") &&
                       ContainsSubstring("d=\"M0 500h0M2250 1000h0M2000 125h0M2500 0h0\""));
  CHECK_THAT(html,
             ContainsSubstring("class=\"photo q0\" style=\"flex:2.000\"") && ContainsSubstring("class=\"photo d0\" style=\"flex:1.000\""));
  CHECK_THAT(html, ContainsSubstring("<div>184 matches</div>") && ContainsSubstring("<div>0.438 matches</div>"));
  CHECK(count(html, "data:image/jpeg;base64,") == 2);  // no photo's bytes again
  CHECK(count(report_html(example()), "<details") == 0);
}

TEST_CASE("A report that cannot be written says where") {
  CHECK_THROWS_WITH(vpr::write_report("no/such/folder/report.html", {}),
                    ContainsSubstring("no/such/folder/report.html: cannot be written"));
}

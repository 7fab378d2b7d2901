// SPDX-License-Identifier: MIT
#include <vpr/eval/report_page.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

TEST_CASE("A page's title and facts are text; without facts there is no list") {
  const std::string html = detail::page_html("a<b>&\"", "p{}", detail::facts_html({{"<i>", "x\n'"}}));
  CHECK_THAT(html, ContainsSubstring("<title>a&lt;b&gt;&amp;&quot;</title>") && ContainsSubstring("<h1>a&lt;b&gt;&amp;&quot;</h1>") &&
                       ContainsSubstring("<dl><div><dt>&lt;i&gt;</dt><dd>x\\x0A&#39;</dd></div></dl>") && ContainsSubstring("p{}</style>"));
  CHECK(detail::facts_html({}).empty());
}

TEST_CASE("A page takes its file's place whole, and leaves nothing beside it") {
  const TemporaryFolder folder;
  const auto path = folder.write("page.html", "the page before");
  detail::write_page(path, "the page");
  CHECK(file_content(path) == "the page");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A page that cannot be written is an error that says where and why") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(detail::write_page("no/such/folder/page.html", "x"), IoError);
  CHECK_THROWS_WITH(detail::write_page(folder.path(), "x"), ContainsSubstring(folder.path().string() + ": cannot be written"));
  CHECK_THROWS_WITH(detail::write_page("/dev/full", std::string(100'000, 'x')),
                    ContainsSubstring("/dev/full: cannot be written: No space left"));
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

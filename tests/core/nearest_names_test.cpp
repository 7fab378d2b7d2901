// SPDX-License-Identifier: MIT
#include <vpr/core/nearest_names.hpp>

#include <tests/support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace vpr;

namespace {

const std::vector<std::string_view> systems{"salad", "salad-2048", "salad-512", "selavpr", "selavprpp", "netvlad", "netvlad-512", "gcl"};
using Names = std::vector<std::string_view>;

}  // namespace

TEST_CASE("A misspelt name is near those that a few letters, added, left out or replaced, make of it") {
  CHECK(nearest_names("salat", systems) == Names{"salad"});
  CHECK(nearest_names("netvald", systems) == Names{"netvlad"});
  CHECK(nearest_names("selavpr++", systems) == Names{"selavpr", "selavprpp"});
  CHECK(nearest_names("SALAD", systems) == Names{"salad", "salad-512", "salad-2048"});
  CHECK(nearest_names("gdl", systems) == Names{"gcl"});
  CHECK(nearest_names("mixvpr", systems).empty());
  CHECK(nearest_names("", systems).empty());
}

TEST_CASE("A name is near those that hold it and those that it holds, the closest first") {
  CHECK(nearest_names("vlad", systems) == Names{"netvlad", "netvlad-512"});
  CHECK(nearest_names("dinov2-salad", systems) == Names{"salad"});
  CHECK(nearest_names("salad", systems, 2) == Names{"salad", "salad-512"});
  CHECK(nearest_names("d", systems).empty());
}

TEST_CASE("An unknown name is reported with the nearest, or with the first, and with what lists all") {
  struct Row {
    std::string name;
  };
  const std::vector<Row> rows{{"salad"}, {"selavpr"}, {"netvlad"}, {"gcl"}};
  CHECK(unknown_name("system", "salat", rows, "`vpr models`") == "there is no system 'salat'; the nearest: salad (`vpr models` lists all)");
  CHECK(unknown_name("system", "x", rows, "`vpr models`") ==
        "there is no system 'x'; there are salad, selavpr, netvlad, … (`vpr models` lists all)");
  CHECK(unknown_name("system", "x", std::vector<Row>{{"gcl"}}, "this") == "there is no system 'x'; there are gcl (this lists all)");
}

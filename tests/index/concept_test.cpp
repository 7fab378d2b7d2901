// SPDX-License-Identifier: MIT
#include <vpr/index/concept.hpp>

#include "tests/support/catch.hpp"

namespace {

/// The least that an index is.
struct LeastIndex {
  void add(vpr::Rows rows) { count += rows.size(); }
  std::vector<vpr::Matches> search(vpr::Rows queries, std::int64_t) const {
    return std::vector<vpr::Matches>(static_cast<std::size_t>(queries.size()));
  }
  std::int64_t size() const { return count; }
  std::int64_t dim() const { return 1; }
  std::int64_t count = 0;
};
static_assert(vpr::Index<LeastIndex>);
static_assert(!vpr::Index<std::vector<float>>);

}  // namespace

TEST_CASE("The ids of what was found are padded with -1 and cut at k") {
  const std::vector<vpr::Matches> found{{{4, 1}, {2, 0}}, {}, {{7, 3}}};
  CHECK(vpr::ids_of(found, 2) == std::vector<std::int64_t>{4, 2, -1, -1, 7, -1});
  CHECK(vpr::ids_of(found, 1) == std::vector<std::int64_t>{4, -1, 7});
  CHECK(vpr::ids_of(found, 0).empty());
}

TEST_CASE("More ids than can be are refused with the limit, and k beyond what was found fills up") {
  const std::vector<vpr::Matches> found(8, vpr::Matches{{3, 1.0F}, {5, 0.5F}});
  CHECK_THROWS_WITH(vpr::ids_of(found, std::int64_t{1} << 61), ContainsSubstring("at most 4294967296 ids"));
  CHECK_THROWS_AS(vpr::ids_of(found, -1), vpr::ConfigError);
  CHECK(vpr::ids_of(found, 0).empty());
  CHECK(vpr::ids_of({found[0]}, 3) == std::vector<std::int64_t>{3, 5, -1});
  CHECK(vpr::ids_of({}, std::int64_t{1} << 30).empty());
}

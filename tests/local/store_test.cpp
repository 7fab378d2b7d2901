// SPDX-License-Identifier: MIT
#include <vpr/local/store.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using vpr::LocalFeatures;
using vpr::LocalPrecision;
using vpr::MemoryLocalStore;

TEST_CASE("A store in memory gives back each photo under its id, whatever their sizes") {
  const LocalFeatures first{{2, 3}, 4, random_floats(24, 1)}, second{{1, 1}, 8, random_floats(8, 2)}, none{{0, 0}, 4, {}};
  MemoryLocalStore store(LocalPrecision::float32);
  for (const LocalFeatures& features : {first, second, none}) store.add(features);
  CHECK(store.size() == 3);
  CHECK(store.features(0) == first);
  CHECK(store.features(1) == second);
  CHECK(store.features(2) == none);
  CHECK(store.bytes() == 32 * 4);
}

TEST_CASE("A store in memory takes the bytes that its precision promises") {
  for (const auto& [precision, bytes] : {std::pair{LocalPrecision::float32, 6 * 40 * 4}, std::pair{LocalPrecision::float16, 6 * 40 * 2},
                                         std::pair{LocalPrecision::int8, 6 * (40 + 4)}}) {
    MemoryLocalStore store(precision);
    store.add({{2, 3}, 40, random_floats(240, 3)});
    CHECK(store.bytes() == static_cast<std::uint64_t>(bytes));
  }
}

TEST_CASE("A store in memory refuses ids that it lacks and features that are broken, and stays as it was") {
  MemoryLocalStore store;
  CHECK_THROWS_AS(store.add({{2, 3}, 4, {1, 2}}), vpr::ShapeError);
  CHECK(store.size() == 0);
  store.add({{1, 1}, 1, {1}});
  CHECK_THROWS_WITH(store.features(1), ContainsSubstring("got id 1, ids are 0 to 0"));
  CHECK_THROWS_AS(store.features(-1), vpr::ConfigError);
}

TEST_CASE("A store that keeps none computes what is asked for") {
  const vpr::ComputedLocalStore store(5, [](std::int64_t id) { return LocalFeatures{{1, 1}, 1, {static_cast<float>(id)}}; });
  static_assert(vpr::LocalStore<decltype(store)>);
  CHECK(store.size() == 5);
  CHECK(store.features(3).values == std::vector<float>{3});
}

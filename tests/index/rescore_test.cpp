// SPDX-License-Identifier: MIT
#include <vpr/index/rescore.hpp>

#include <vpr/index/binary.hpp>
#include <vpr/index/flat.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

using namespace vpr;

TEST_CASE("All candidates scored again are the exact search; those of codes find nearly all of it") {
  const std::int64_t count = 2000, dim = 256;
  std::vector<float> rows = random_floats(count * dim, 1);
  const std::vector<float> questions(rows.begin(), rows.begin() + 20 * dim);  // near themselves, the others by chance
  FlatIndex<> flat(dim);
  FlatIndex<L2> by_distance(dim);
  BinaryIndex codes(dim);
  const Rows all(rows.data(), count, dim), queries(questions.data(), 20, dim);
  flat.add(all);
  by_distance.add(all);
  codes.add(sign_codes(all));
  const auto descriptor_of = [&](std::int64_t id) { return flat.descriptor(id); };
  const auto of_codes = sign_codes(queries);
  const auto everything = codes.search(of_codes, count);
  const Threads threads(3);
  CHECK(rescore(queries, everything, 10, descriptor_of) == flat.search(queries, 10));
  CHECK(rescore<L2>(queries, everything, 10, descriptor_of) == by_distance.search(queries, 10));
  const auto some = rescore(queries, codes.search(of_codes, 100), 1, descriptor_of);
  for (std::size_t q = 0; q < some.size(); ++q) CHECK(some[q] == flat.search(queries, 1)[q]);
}

TEST_CASE("What does not fit is refused") {
  const std::vector<float> row{1, 2};
  const Rows query(row.data(), 1, 2);
  const auto descriptor_of = [](std::int64_t) { return std::vector<float>{1, 2, 3}; };
  CHECK_THROWS_AS(rescore(query, {}, 1, descriptor_of), ShapeError);
  CHECK_THROWS_AS(rescore(query, {{{0, 0}}}, 1, descriptor_of), ShapeError);
  CHECK_THROWS_AS(rescore(query, {{{0, 0}}}, -1, descriptor_of), ConfigError);
  CHECK(rescore(query, {Matches{}}, 1, descriptor_of)[0].empty());
}

// SPDX-License-Identifier: MIT
#include <vpr/backend/packed_rows.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <bit>
#include <cstdint>
#include <vector>

using vpr::InnerProduct;
using vpr::L2;
using vpr::PackedQueries;
using vpr::PackedRows;
using vpr::Rows;

namespace {

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> all;
  for (const float value : values) all.push_back(std::bit_cast<std::uint32_t>(value));
  return all;
}

/// Scores of all held vectors, Q×size.
template <class Metric>
std::vector<float> all_scores(const PackedRows& held, Rows queries) {
  std::vector<float> scores(static_cast<std::size_t>(queries.size() * held.size()));
  std::vector<float> panel_scores(static_cast<std::size_t>(queries.size() * PackedRows::panel_rows));
  const PackedQueries packed(queries);
  for (std::int64_t panel = 0; panel < held.panels(); ++panel) {
    held.score<Metric>(panel, packed, panel_scores.data());
    for (std::int64_t q = 0; q < queries.size(); ++q) {
      for (std::int64_t lane = 0; lane < PackedRows::panel_rows && panel * PackedRows::panel_rows + lane < held.size(); ++lane) {
        scores[static_cast<std::size_t>(q * held.size() + panel * PackedRows::panel_rows + lane)] =
            panel_scores[static_cast<std::size_t>(q * PackedRows::panel_rows + lane)];
      }
    }
  }
  return scores;
}

template <class Metric>
double exact(const float* a, const float* b, std::int64_t dim) {
  double sum = 0;
  for (std::int64_t k = 0; k < dim; ++k) {
    const double x = a[k], y = b[k];
    sum += std::is_same_v<Metric, L2> ? (x - y) * (x - y) : x * y;
  }
  return sum;
}

template <class Metric>
void check_against_exact(std::int64_t size, std::int64_t dim, std::int64_t queries) {
  const std::vector<float> rows = random_floats(size * dim, 1), asked = random_floats(queries * dim, 2);
  PackedRows held(dim);
  held.append(Rows(rows.data(), size, dim));
  const std::vector<float> scores = all_scores<Metric>(held, Rows(asked.data(), queries, dim));
  for (std::int64_t q = 0; q < queries; ++q) {
    for (std::int64_t r = 0; r < size; ++r) {
      // At most 128 + dim / 128 roundings of sums touch a score; each loses at most 2^-24 of the sum of magnitudes, 4 dim here.
      const double bound = static_cast<double>(4 * dim * (std::min<std::int64_t>(dim, 128) + dim / 128 + 2)) * 0x1p-24;
      const double wanted = exact<Metric>(&rows[static_cast<std::size_t>(r * dim)], &asked[static_cast<std::size_t>(q * dim)], dim);
      REQUIRE(std::abs(static_cast<double>(scores[static_cast<std::size_t>(q * size + r)]) - wanted) <= bound);
    }
  }
}

/// A metric of the user's own: the sum of products of absolute values.
struct Magnitudes {
  template <class V>
  static V add(V sum, V row, float query) {
    return sum + (row < 0 ? -row : row) * (query < 0 ? -query : query);
  }
  static bool better(float a, float b) { return a > b; }
};

}  // namespace

TEST_CASE("Packed rows score as the formulas say, at every size") {
  for (const std::int64_t dim : {1, 3, 17, 100, 127, 128, 129, 255, 256, 257, 513}) {
    for (const std::int64_t queries : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}) {
      check_against_exact<InnerProduct>(65, dim, queries);
      check_against_exact<L2>(65, dim, queries);
    }
  }
  check_against_exact<InnerProduct>(1, 5, 1);
  check_against_exact<InnerProduct>(64, 5, 1);
  check_against_exact<L2>(200, 5, 300);
}

TEMPLATE_TEST_CASE("Packed rows give a score the same bits whatever is scored beside it", "", InnerProduct, L2) {
  for (const std::int64_t dim : {1, 17, 300, 1000}) {
    constexpr std::int64_t size = 130, queries = 23;
    const std::vector<float> rows = random_floats(size * dim, 3), asked = random_floats(queries * dim, 4);
    PackedRows together(dim);
    together.append(Rows(rows.data(), size, dim));
    const std::vector<float> all = all_scores<TestType>(together, Rows(asked.data(), queries, dim));

    std::vector<float> one_by_one;
    for (std::int64_t q = 0; q < queries; ++q) {
      const std::vector<float> alone = all_scores<TestType>(together, Rows(asked.data(), queries, dim).slice(q, 1));
      one_by_one.insert(one_by_one.end(), alone.begin(), alone.end());
    }
    CHECK(bits(one_by_one) == bits(all));

    for (std::int64_t r = 0; r < size; ++r) {  // each held alone, in lane 0 of a panel of its own
      PackedRows single(dim);
      single.append(Rows(rows.data(), size, dim).slice(r, 1));
      const std::vector<float> scores = all_scores<TestType>(single, Rows(asked.data(), queries, dim));
      for (std::int64_t q = 0; q < queries; ++q) {
        REQUIRE(std::bit_cast<std::uint32_t>(scores[static_cast<std::size_t>(q)]) ==
                std::bit_cast<std::uint32_t>(all[static_cast<std::size_t>(q * size + r)]));
      }
    }
  }
}

TEST_CASE("Packed rows are appended in any pieces and copied out as they came in") {
  const std::vector<float> rows = random_floats(150 * 7, 5);
  PackedRows held(7);
  std::int64_t begin = 0;
  for (const std::int64_t count : {0, 1, 62, 2, 70, 15}) {
    held.append(Rows(rows.data(), 150, 7).slice(begin, count));
    begin += count;
  }
  CHECK(held.size() == 150);
  CHECK(held.panels() == 3);
  std::vector<float> copy(rows.size());
  for (std::int64_t r = 0; r < 150; ++r) held.copy_row(r, &copy[static_cast<std::size_t>(r * 7)]);
  CHECK(copy == rows);
}

TEST_CASE("The squared distance of equal vectors is 0, and small ones survive large norms") {
  const std::vector<float> place{500017.25F, 4100003.5F}, near{500017.5F, 4100003.5F};
  PackedRows held(2);
  held.append(Rows(place.data(), 1, 2));
  CHECK(all_scores<L2>(held, Rows(place.data(), 1, 2)) == std::vector<float>{0});
  CHECK(all_scores<L2>(held, Rows(near.data(), 1, 2)) == std::vector<float>{0.0625F});
}

TEST_CASE("Packed rows score by a metric of the user's own") {
  const std::vector<float> rows{1, -2, 3, 4, -5, 6};
  const std::vector<float> asked{1, -1, -2, 0};
  PackedRows held(2);
  held.append(Rows(rows.data(), 3, 2));
  CHECK(all_scores<Magnitudes>(held, Rows(asked.data(), 2, 2)) == std::vector<float>{3, 7, 11, 2, 6, 10});
}

TEST_CASE("The rows that reach a bound are found, equal ones too, and those worse are not") {
  std::vector<float> scores = random_floats(64, 6);
  for (const float bound : {scores[0], scores[63], 1e9F, -1e9F, 0.0F, -0.0F}) {
    std::uint64_t more = 0, less = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      more |= std::uint64_t{scores[i] >= bound} << i;
      less |= std::uint64_t{scores[i] <= bound} << i;
    }
    CHECK(vpr::detail::rows_reaching<InnerProduct>(scores.data(), bound) == more);
    CHECK(vpr::detail::rows_reaching<Magnitudes>(scores.data(), bound) == more);
    CHECK(vpr::detail::rows_reaching<L2>(scores.data(), bound) == less);
  }
}

TEST_CASE("Packed rows that are copied and grown keep what they hold, and the copy is its own") {
  const std::vector<float> rows = random_floats(1000 * 3, 7);
  PackedRows held(3);
  for (std::int64_t r = 0; r < 500; ++r) held.append(Rows(rows.data(), 1000, 3).slice(r, 1));
  PackedRows copy = held;
  copy.append(Rows(rows.data(), 1000, 3).slice(500, 500));
  PackedRows moved = std::move(held);
  moved.append(Rows(rows.data(), 1, 3));
  held = copy;
  for (const PackedRows* each : {&copy, &held}) {
    REQUIRE(each->size() == 1000);
    for (std::int64_t r = 0; r < 1000; ++r) {
      float row[3];
      each->copy_row(r, row);
      REQUIRE(std::equal(row, row + 3, rows.begin() + r * 3));
    }
  }
  CHECK(moved.size() == 501);
}

// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu/gemm.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <vector>

using namespace vpr;
using namespace vpr::detail;

namespace {

template <class T>
std::vector<T> numbers(std::int64_t count, int seed) {
  const std::vector<float> values = random_floats(count, seed);
  return std::vector<T>(values.begin(), values.end());
}

/// An operand of `rows` × `columns`, stored as it is or transposed.
template <class T>
MatrixView<T> view(const std::vector<T>& values, std::int64_t rows, std::int64_t columns, bool transposed) {
  return transposed ? MatrixView<T>{values.data(), rows}.transposed() : MatrixView<T>{values.data(), columns};
}

template <class T>
std::vector<T> product(MatrixView<T> a, MatrixView<T> b, GemmSize size, std::vector<T> out = {}) {
  const bool add = !out.empty();
  out.resize(static_cast<std::size_t>(size.rows * size.columns));
  gemm(a, b, size, out.data(), size.columns, add);
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("a product is the sum of products, of operands stored either way", "[every_set]", float, double) {
  using T = TestType;
  const auto [rows, columns, depth] =
      GENERATE(GemmSize{1, 1, 1}, GemmSize{12, 32, 4}, GemmSize{13, 33, 5}, GemmSize{1, 257, 64}, GemmSize{257, 1, 7},
               GemmSize{25, 193, 385}, GemmSize{2049, 3, 2}, GemmSize{3, 17, 1000}, GemmSize{5, 40, 0}, GemmSize{290, 300, 1030});
  const bool left_transposed = GENERATE(false, true), right_transposed = GENERATE(false, true);
  const std::vector<T> left = numbers<T>(rows * depth, 1), right = numbers<T>(depth * columns, 2);
  const MatrixView<T> a = view(left, rows, depth, left_transposed), b = view(right, depth, columns, right_transposed);
  const std::vector<T> found = product(a, b, {rows, columns, depth}), before(found.size(), T(3));
  const std::vector<T> added = found.empty() ? found : product(a, b, {rows, columns, depth}, before);
  double worst = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      double sum = 0;
      for (std::int64_t k = 0; k < depth; ++k) sum += static_cast<double>(*a.from(r, k).data) * static_cast<double>(*b.from(k, c).data);
      const auto at = static_cast<std::size_t>(r * columns + c);
      worst = std::max({worst, std::abs(static_cast<double>(found[at]) - sum), std::abs(static_cast<double>(added[at]) - sum - 3)});
    }
  }
  CHECK(worst <= (sizeof(T) == 4 ? 1e-6 : 1e-14) * static_cast<double>(depth + 1));
}

TEST_CASE("a product in bf16 is that of rounded operands, stored either way", "[every_set]") {
  const auto [rows, columns, depth] = GENERATE(GemmSize{1, 1, 1}, GemmSize{12, 32, 4}, GemmSize{13, 33, 5}, GemmSize{7, 37, 15},
                                               GemmSize{25, 193, 385}, GemmSize{5, 40, 0}, GemmSize{290, 300, 1030});
  const bool left_transposed = GENERATE(false, true), right_transposed = GENERATE(false, true);
  std::vector<float> left = random_floats(rows * depth, 1), right = random_floats(depth * columns, 2);
  const MatrixView<float> a = view(left, rows, depth, left_transposed), b = view(right, depth, columns, right_transposed);
  std::vector<float> found(static_cast<std::size_t>(rows * columns));
  gemm(a, b, {rows, columns, depth}, found.data(), columns, {}, Precision::bf16);
  for (std::vector<float>* const values : {&left, &right}) {
    for (float& value : *values) value = static_cast<float>(bf16(value));
  }
  CHECK(largest_difference(found, product(a, b, {rows, columns, depth})) <= 1e-6F * static_cast<float>(depth + 1));
}

TEST_CASE("words of bfloat16 are rounded to the nearest, ties to even, and keep infinity and NaN") {
  const std::vector<float> odd{1.00390625F, 1.01171875F, -3.0e38F, INFINITY, -INFINITY, NAN, 0.0F, -0.0F, 1e-40F, 3.4e38F};
  std::vector<std::uint32_t> words(odd.size() / 2), alone(odd.size());
  pair_neighbours(odd.data(), std::ssize(odd), words.data());
  pair_rows(odd.data(), odd.data(), std::ssize(odd), alone.data());
  for (std::size_t i = 0; i < odd.size(); ++i) {
    CAPTURE(i);
    CHECK((words[i / 2] >> i % 2 * 16 & 0xffff) == bf16(odd[i]).bits);
    CHECK(alone[i] == bf16(odd[i]).bits * 0x10001U);
  }
}

TEST_CASE("a row of a product has the same bits alone, among others, and on any number of threads", "[every_set]") {
  const GemmSize size{300, 210, 1100};
  const std::vector<float> left = random_floats(size.rows * size.depth, 3), right = random_floats(size.depth * size.columns, 4);
  const MatrixView<float> a{left.data(), size.depth}, b{right.data(), size.columns};
  const std::vector<float> all = product(a, b, size);
  for (const int threads : {1, 2, 3}) {
    const Threads scope(threads);
    CHECK(product(a, b, size) == all);
  }
  for (const std::int64_t row : {0, 11, 12, 299}) {
    const std::vector<float> alone = product(a.from(row, 0), b, {1, size.columns, size.depth});
    CHECK(std::equal(alone.begin(), alone.end(), all.begin() + row * size.columns));
  }
  for (const std::int64_t column : {0, 31, 32, 209}) {
    const std::vector<float> alone = product(a, b.from(0, column), {size.rows, 1, size.depth});
    for (std::int64_t r = 0; r < size.rows; ++r)
      REQUIRE(alone[static_cast<std::size_t>(r)] == all[static_cast<std::size_t>(r * size.columns + column)]);
  }
}

TEST_CASE("a product writes nothing beside its result", "[every_set]") {
  const GemmSize size{30, 200, 500};
  const std::int64_t step = 211;
  const std::vector<float> left(30 * 500, 1.0F), right(500 * 200, 1.0F);
  std::vector<float> out(static_cast<std::size_t>(size.rows * step), -1.0F);
  gemm<float>({left.data(), 500}, {right.data(), 200}, size, out.data(), step);
  bool right_everywhere = true;
  for (std::int64_t r = 0; r < size.rows; ++r) {
    for (std::int64_t c = 0; c < step; ++c)
      right_everywhere &= out[static_cast<std::size_t>(r * step + c)] == (c < size.columns ? 500.0F : -1.0F);
  }
  CHECK(right_everywhere);
}

TEST_CASE("a product without rows or columns is nothing") {
  const std::vector<float> values(6, 1.0F);
  CHECK(product<float>({values.data(), 3}, {values.data(), 2}, {0, 2, 3}).empty());
  CHECK(product<float>({values.data(), 3}, {values.data(), 0}, {2, 0, 3}).empty());
}

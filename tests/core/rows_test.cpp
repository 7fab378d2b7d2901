// SPDX-License-Identifier: MIT
#include <vpr/core/rows.hpp>

#include <vpr/backend/cpu.hpp>
#include <vpr/core/eigen.hpp>
#include <vpr/core/xtensor.hpp>

#include "tests/support/catch.hpp"

#include <Eigen/Core>
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include <limits>
#include <type_traits>
#include <vector>

using vpr::Rows;
using vpr::RowsArgument;

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<std::vector<float>> numbers(RowsArgument rows) {
  std::vector<std::vector<float>> all;
  for (std::int64_t r = 0; r < rows.size(); ++r) all.emplace_back(rows[r], rows[r] + rows.dim());
  return all;
}
using Numbers = std::vector<std::vector<float>>;

}  // namespace

TEST_CASE("Rows are what Eigen holds, without a copy") {
  Matrix matrix(3, 4);
  matrix << 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23;
  CHECK(Rows(matrix)[0] == matrix.data());
  CHECK(numbers(matrix) == Numbers{{0, 1, 2, 3}, {10, 11, 12, 13}, {20, 21, 22, 23}});
  CHECK(numbers(matrix.block(1, 2, 2, 2)) == Numbers{{12, 13}, {22, 23}});
  CHECK(numbers(matrix.row(2)) == Numbers{{20, 21, 22, 23}});
  const Eigen::Ref<const Matrix> reference = matrix.leftCols(1);
  CHECK(numbers(reference) == Numbers{{0}, {10}, {20}});
  CHECK(numbers(Eigen::RowVector3f(1, 2, 3)) == Numbers{{1, 2, 3}});
  CHECK(numbers(Matrix(0, 4)).empty());
  const Eigen::Map<const Matrix, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> every_second(matrix.data(), 3, 2, {4, 2});
  CHECK_THROWS_WITH(Rows(every_second), ContainsSubstring("are 2 apart, expected 1"));
}

TEST_CASE("Rows are what xtensor holds, without a copy") {
  const xt::xtensor<float, 2> matrix{{0, 1, 2}, {10, 11, 12}};
  CHECK(Rows(matrix)[0] == matrix.data());
  CHECK(numbers(matrix) == Numbers{{0, 1, 2}, {10, 11, 12}});
  CHECK(numbers(xt::view(matrix, xt::range(1, 2), xt::range(1, 3))) == Numbers{{11, 12}});
  CHECK(numbers(xt::view(matrix, xt::all(), xt::range(1, 3))) == Numbers{{1, 2}, {11, 12}});
  CHECK(numbers(xt::xtensor<float, 1>{1, 2}) == Numbers{{1, 2}});
  CHECK(numbers(xt::xtensor<float, 2>::from_shape({5, 1})).size() == 5);
  CHECK_THROWS_WITH(Rows(xt::xtensor<float, 3>::from_shape({1, 1, 1})), ContainsSubstring("xtensor of 3 axes, expected 2"));
  const xt::xtensor<float, 2, xt::layout_type::column_major> by_columns{{0, 1, 2}, {10, 11, 12}};
  CHECK_THROWS_AS(Rows(by_columns), vpr::ShapeError);
}

TEST_CASE("Rows are what a tensor holds, without a copy") {
  const auto tensor = vpr::Tensor<vpr::Cpu<>>::from({2, 1, 2}, {1, 2, 3, 4});
  CHECK(Rows(tensor)[0] == tensor.data());
  CHECK(numbers(tensor) == Numbers{{1, 2}, {3, 4}});
  CHECK(numbers(tensor.matrix()) == Numbers{{1, 2}, {3, 4}});
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Rows, vpr::Tensor<vpr::Cpu<double>>>);
}

TEST_CASE("A temporary that holds its numbers becomes an argument, but no Rows that would outlive it; views convert by themselves") {
  using Tensor = vpr::Tensor<vpr::Cpu<>>;
  STATIC_REQUIRE(std::is_constructible_v<Rows, Tensor> && std::is_constructible_v<Rows, Matrix> &&
                 std::is_constructible_v<Rows, vpr::Matrix<float>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Tensor, Rows> || std::is_convertible_v<const Tensor, Rows>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Matrix, Rows> || std::is_convertible_v<Eigen::RowVectorXf, Rows> ||
                       std::is_convertible_v<Eigen::RowVector3f, Rows> || std::is_convertible_v<vpr::Matrix<float>, Rows>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<xt::xtensor<float, 2>, Rows> || std::is_convertible_v<xt::xarray<float>, Rows>);
  STATIC_REQUIRE(std::is_convertible_v<Tensor, RowsArgument> && std::is_convertible_v<Matrix, RowsArgument> &&
                 std::is_convertible_v<xt::xarray<float>, RowsArgument> && std::is_convertible_v<Rows, RowsArgument>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<vpr::Tensor<vpr::Cpu<double>>, RowsArgument> || std::is_convertible_v<int, RowsArgument>);
  STATIC_REQUIRE(std::is_convertible_v<Tensor&, Rows> && std::is_convertible_v<const Tensor&, Rows> &&
                 std::is_convertible_v<const Matrix&, Rows>);
  STATIC_REQUIRE(std::is_convertible_v<Eigen::Map<const Matrix>, Rows> && std::is_convertible_v<Eigen::Ref<Matrix>, Rows>);
  STATIC_REQUIRE(std::is_convertible_v<decltype(std::declval<Tensor&>().matrix()), Rows> &&
                 std::is_convertible_v<decltype(std::declval<const Tensor&>().xt<2>()), Rows>);
}

TEST_CASE("Rows can be cut, strided and empty, but not negative") {
  const std::vector<float> memory{0, 1, 2, 3, 4, 5};
  const Rows rows(memory.data(), 2, 2, 3);
  CHECK(numbers(rows) == Numbers{{0, 1}, {3, 4}});
  CHECK(numbers(rows.slice(1, 1)) == Numbers{{3, 4}});
  CHECK(numbers(rows.slice(1, 0)).empty());
  CHECK_THROWS_AS(Rows(memory.data(), -1, 2), vpr::ShapeError);
  CHECK_THROWS_WITH(Rows(memory.data(), 2, 2, 1), ContainsSubstring("2 rows of 2 numbers, 1 apart"));
}

TEST_CASE("Rows with NaN, infinity, an absurd length or another dim are refused by name") {
  std::vector<float> memory(3 * 11, 1);
  const Rows rows(memory.data(), 3, 11);
  CHECK_NOTHROW(vpr::require_finite(rows, 11, "query"));
  CHECK_THROWS_WITH(vpr::require_finite(rows, 12, "query"), ContainsSubstring("query rows have 11 numbers, expected 12"));
  memory[11 + 9] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(vpr::require_finite(rows, 11, "query"), ContainsSubstring("query 1 holds nan at 9"));
  memory[11 + 9] = -std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(vpr::require_finite(rows, 11, "query"), ContainsSubstring("query 1 holds -inf at 9"));
  memory[11 + 9] = 1e30F;
  CHECK_THROWS_WITH(vpr::require_finite(rows, 11, "query"), ContainsSubstring("query 1 is longer than 3e18"));
  memory[11 + 9] = 1e18F;
  CHECK_NOTHROW(vpr::require_finite(rows, 11, "query"));
  CHECK_NOTHROW(vpr::require_finite(Rows(nullptr, 0, 0), 11, "query"));
}

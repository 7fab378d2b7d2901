// SPDX-License-Identifier: MIT
// The peer of products under AVX2. It is the only file of its program that has Eigen's products, since it is compiled for AVX2 alone.
#include <Eigen/Core>

#include <cstdint>

void eigen_product(const float* x, const float* weight, std::int64_t rows, std::int64_t inputs, std::int64_t outputs, float* out);

void eigen_product(const float* x, const float* weight, std::int64_t rows, std::int64_t inputs, std::int64_t outputs, float* out) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<Matrix>(out, rows, outputs).noalias() =
      Eigen::Map<const Matrix>(x, rows, inputs) * Eigen::Map<const Matrix>(weight, outputs, inputs).transpose();
}

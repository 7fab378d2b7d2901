// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu.hpp>

#include "tests/backend/instruction_sets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

using namespace vpr;
using detail::RowKernels;

namespace {

auto sets() { return VPR_EACH_SET(row_kernels); }

constexpr double rounding = 0x1p-24;

/// One to beyond three of the widest vectors, and a transformer's.
std::vector<std::int64_t> widths() {
  std::vector<std::int64_t> all;
  for (std::int64_t width = 1; width <= 3 * 16 + 2; ++width) all.push_back(width);
  for (const std::int64_t width : {257, 384, 768, 1370}) all.push_back(width);
  return all;
}

std::vector<float> row(std::int64_t width, std::uint64_t seed, float factor = 1) {
  std::vector<float> values = random_floats(width, seed);
  for (float& value : values) value *= factor;
  return values;
}

}  // namespace

TEST_CASE("Layer norm is within a few roundings of the exact one for rows of any width") {
  for (const auto& [name, set] : sets()) {
    for (const std::int64_t width : widths()) {
      INFO(name << ", " << width);
      const std::vector<float> x = row(width, 1), gamma = row(width, 2), beta = row(width, 3);
      std::vector<float> out(x.size() + 1, 77);
      set->layer_norm(width, x.data(), gamma.data(), beta.data(), 1e-6F, out.data());
      double mean = 0, variance = 0;
      for (const float value : x) mean += value / static_cast<double>(width);
      for (const float value : x) variance += (value - mean) * (value - mean) / static_cast<double>(width);
      // The mean and the deviation are off by at most the roundings of the longest chain of additions: a register's, and its lanes'.
      const double chain = static_cast<double>(width) / 16 + 12, deviation = std::sqrt(variance + 1e-6);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double normal = (x[i] - mean) / deviation, exact = normal * gamma[i] + beta[i];
        const double bound = rounding * ((chain + 8) * (1 + std::abs(normal)) * std::abs(gamma[i]) / std::min(deviation, 1.0) + 2);
        CHECK(std::abs(out[i] - exact) <= bound);
      }
      CHECK(out.back() == 77);
    }
  }
}

TEST_CASE("Layer norm of a row of one number is beta, however large the number") {
  for (const auto& [name, set] : sets()) {
    for (const std::int64_t width : {1, 5, 16, 100, 768}) {
      INFO(name << ", " << width);
      const std::vector<float> x(static_cast<std::size_t>(width), 12345.678F), gamma = row(width, 2), beta = row(width, 3);
      std::vector<float> out(x.size());
      set->layer_norm(width, x.data(), gamma.data(), beta.data(), 1e-6F, out.data());
      CHECK(out == beta);
    }
  }
}

TEST_CASE("Softmax is exact to a few roundings for scores of any size, and its sum is 1") {
  for (const auto& [name, set] : sets()) {
    for (const std::int64_t width : widths()) {
      for (const float scale : {1.0F, 0.125F}) {
        INFO(name << ", " << width << ", scaled by " << scale);
        std::vector<float> x = row(width, 1, 30), out(x.size());
        if (width > 2) x[1] = -std::numeric_limits<float>::infinity();
        set->softmax(width, x.data(), scale, out.data());
        const double most = *std::max_element(x.begin(), x.end());
        double sum = 0, total = 0;
        for (const float value : x) sum += std::exp((value - most) * scale);
        for (std::size_t i = 0; i < x.size(); ++i) {
          const double distance = (most - x[i]) * scale, exact = std::exp(-distance) / sum;
          CHECK(std::abs(out[i] - exact) <=
                rounding * exact * (static_cast<double>(width) / 16 + 16 + (std::isinf(distance) ? 0 : 2 * distance)));
          total += out[i];
        }
        if (width > 2) CHECK(out[1] == 0);
        CHECK(std::abs(total - 1) <= rounding * (static_cast<double>(width) / 4 + 16));
        set->softmax(width, std::vector<float>(x.size(), 3e38F).data(), scale, out.data());
        CHECK(std::all_of(out.begin(), out.end(), [&](float one) { return one == Approx(1.0 / static_cast<double>(width)); }));
      }
    }
  }
}

TEST_CASE("A row has the same bits wherever it lies in memory") {
  for (const std::int64_t width : {7, 33, 100, 768}) {
    const std::vector<float> x = row(width, 1), ones(x.size(), 1), zeros(x.size());
    const auto check = [&](std::string_view name, const auto& kernel) {
      INFO(name << ", " << width);
      std::vector<float> want(x.size()), moved(x.size() + 16), got(x.size() + 16);
      kernel(x.data(), want.data());
      for (std::size_t by = 1; by < 16; ++by) {
        std::copy(x.begin(), x.end(), moved.begin() + static_cast<std::ptrdiff_t>(by));
        kernel(moved.data() + by, got.data() + by);
        CHECK(std::equal(want.begin(), want.end(), got.begin() + static_cast<std::ptrdiff_t>(by)));
      }
    };
    for (const auto& one : sets()) {
      const RowKernels& kernels = *one.second;
      check(one.first, [&](const float* from, float* to) { kernels.layer_norm(width, from, ones.data(), zeros.data(), 1e-6F, to); });
      check(one.first, [&](const float* from, float* to) { kernels.softmax(width, from, 1, to); });
      check(one.first, [&](const float* from, float* to) { kernels.l2_normalize(width, from, 1e-12F, to); });
    }
    for (const auto& one : VPR_EACH_SET(element_kernels)) {
      check(one.first, [&](const float* from, float* to) { one.second->gelu(width, from, to); });
    }
  }
}

TEST_CASE("A second operand of any length repeats over the first", "[every_set]") {
  using T = Tensor<Cpu<f32>>;
  for (const std::int64_t rows : {1, 3, 700}) {
    for (const std::int64_t columns : {1, 2, 17, 255, 256, 257, 5000}) {
      const T x = T::from({rows, columns}, random_floats(rows * columns, 1)), y = T::from({columns}, random_floats(columns, 2));
      T out(x.shape());
      Cpu<f32>::multiply(x, y, out);
      bool equal = true;
      for (std::int64_t i = 0; i < x.elements(); ++i) equal = equal && out.data()[i] == x.data()[i] * y.data()[i % columns];
      INFO(rows << " by " << columns);
      CHECK(equal);
    }
  }
}

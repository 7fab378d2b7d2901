// SPDX-License-Identifier: MIT
// Compiled with VPR_PART, the name of this part, and with flags of its own.
#include "tests/flags/part.hpp"

#include <vpr/core/random.hpp>
#include <vpr/index/fit_pca.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace vpr;
using B = Cpu<>;

Tensor<B> random_tensor(const Shape& shape, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  for (float& value : values) value = static_cast<float>(random.uniform() - 0.5);
  return Tensor<B>::from(shape, values);
}

Tensor<Reference<float>> reference(const Tensor<B>& x) { return Tensor<Reference<float>>::from(x.shape(), x.values()); }

/// The largest difference between what the two backends compute of the same tensors, filled in by `kernel(backend, tensors..., out)`.
template <class Kernel, class... Xs>
double difference(const Shape& result, const Kernel& kernel, const Xs&... inputs) {
  Tensor<B> fast(result);
  Tensor<Reference<float>> plain(result);
  kernel(B(), inputs..., fast);
  kernel(Reference<float>(), reference(inputs)..., plain);
  double largest = 0;
  for (std::int64_t i = 0; i < fast.elements(); ++i) {
    const double apart = std::abs(static_cast<double>(fast.data()[i]) - static_cast<double>(plain.data()[i]));
    largest = apart <= largest ? largest : apart;  // a NaN is kept
  }
  return largest;
}

float product(const float* a, const float* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return static_cast<float>(sum);
}

/// Whether the columns of a projection are uncorrelated and have the variances that the PCA says.
bool is_principal(const Pca& pca, const Tensor<B>& points) {
  const Matrix<float> y = pca(points);
  const std::int64_t n = y.rows(), k = y.cols();
  for (std::int64_t i = 0; i < k; ++i) {
    for (std::int64_t j = 0; j < k; ++j) {
      double sum = 0;
      for (std::int64_t r = 0; r < n; ++r) sum += static_cast<double>(y(r, i)) * static_cast<double>(y(r, j));
      const double expected = i == j ? static_cast<double>(pca.parameters().variance[i]) : 0;
      if (!(std::abs(sum / static_cast<double>(n - 1) - expected) < 1e-4)) return false;
    }
  }
  return true;
}

Made make() {
  Tensor<B> descriptors = random_tensor({300, 70}, 1);
  FlatIndex<InnerProduct> index(70);
  index.add(descriptors);
  Pca pca = fit_pca(descriptors, {.components = 20});
  return {std::move(descriptors), std::move(index), std::move(pca)};
}

std::string problems(Made made) {
  std::string found;
  const auto expect = [&](bool right, const char* what) {
    if (!right) found += std::string(" ") + what;
  };
  const Tensor<B> x = random_tensor({37, 50}, 2), weight = random_tensor({29, 50}, 3), none, dy = random_tensor({37, 29}, 4);
  const auto linear = [](auto backend, const auto& in, const auto& matrix, const auto& bias, auto& out) {
    backend.linear(in, matrix, {.bias = bias.empty() ? nullptr : bias.data(), .activation = Activation::gelu}, out);
  };
  expect(difference({37, 29}, linear, x, weight, none) < 1e-5, "linear");
  const auto gradient = [](auto backend, const auto& matrix, const auto& above, auto& out) { backend.linear_gradient(matrix, above, out); };
  expect(difference({37, 50}, gradient, weight, dy) < 1e-5, "linear_gradient");
  const auto weights = [](auto backend, const auto& in, const auto& above, auto& out) { backend.linear_weight_gradient(in, above, out); };
  expect(difference({29, 50}, weights, x, dy) < 1e-5, "linear_weight_gradient");
  const auto matmul = [](auto backend, const auto& a, const auto& b, auto& out) { backend.matmul(a, false, b, true, out); };
  expect(difference({37, 29}, matmul, x, weight) < 1e-5, "matmul");
  const Tensor<B> tokens = random_tensor({2, 150, 3 * 24}, 5), above = random_tensor({2, 150, 24}, 6);
  const auto part_of = [](const auto& in, std::int64_t part) { return AttentionOperand<float>{in.data() + part * 24, 150, 72}; };
  const auto attention = [&](auto backend, const auto& in, auto& out) {
    backend.attention(part_of(in, 0), part_of(in, 1), part_of(in, 2), 3, out);
  };
  expect(difference({2, 150, 24}, attention, tokens) < 1e-5, "attention");
  const auto attention_gradient = [&](auto backend, const auto& in, const auto& dy, auto& out) {
    backend.attention_gradient(part_of(in, 0), part_of(in, 1), part_of(in, 2), 3, dy, out.data(), out.data() + 24, out.data() + 48);
  };
  expect(difference({2, 150, 72}, attention_gradient, tokens, above) < 1e-5, "attention_gradient");
  const auto gelu = [](auto backend, const auto& in, auto& out) { backend.gelu(in, out); };
  expect(difference({37, 50}, gelu, x) < 1e-6, "gelu");
  const auto gelu_gradient = [](auto backend, const auto& in, const auto& dy, auto& out) { backend.gelu_gradient(in, dy, out); };
  expect(difference({37, 50}, gelu_gradient, x, x) < 1e-6, "gelu_gradient");
  const Tensor<B> scale = random_tensor({50}, 7), offset = random_tensor({50}, 8);
  const auto layer_norm = [](auto backend, const auto& in, const auto& gamma, const auto& beta, auto& out) {
    backend.layer_norm(in, gamma, beta, 1e-6F, out);
  };
  expect(difference({37, 50}, layer_norm, x, scale, offset) < 1e-5, "layer_norm");
  const auto l2_normalize = [](auto backend, const auto& in, auto& out) { backend.l2_normalize(in, 1e-6F, out); };
  expect(difference({37, 50}, l2_normalize, x) < 1e-5, "l2_normalize");
  const auto column_sums = [](auto backend, const auto& a, const auto& b, auto& out) { backend.column_sums(a, b, out); };
  expect(difference({50}, column_sums, x, x) < 1e-5, "column_sums");

  const Rows descriptors = made.descriptors;
  const auto answers = made.index.search(descriptors.slice(0, 13), 3);
  for (std::int64_t q = 0; q < 13; ++q) {
    for (const Match& match : answers[static_cast<std::size_t>(q)])
      expect(std::abs(match.score - product(descriptors[q], descriptors[match.id], 70)) < 1e-4F, "search");
    float best = -1e30F;
    for (std::int64_t i = 0; i < 300; ++i) best = std::max(best, product(descriptors[q], descriptors[i], 70));
    expect(std::abs(answers[static_cast<std::size_t>(q)].at(0).score - best) < 1e-4F, "the best of a search");
  }
  const NearestFinder finder(descriptors.slice(0, 100));
  const NearestBothWays nearest = finder(descriptors.slice(100, 130));
  for (std::int64_t q = 0; q < 100; ++q) {
    float best = -1e30F;
    for (std::int64_t i = 100; i < 230; ++i) best = std::max(best, product(descriptors[q], descriptors[i], 70));
    expect(std::abs(nearest.of_query.similarity[static_cast<std::size_t>(q)] - best) < 1e-4F, "matching");
  }
  expect(is_principal(made.pca, made.descriptors), "the other's PCA");
  expect(is_principal(fit_pca(made.descriptors, {.components = 30}), made.descriptors), "PCA");
  const Tensor<B> few = random_tensor({30, 90}, 9);
  expect(is_principal(fit_pca(few, {.components = 12}), few), "PCA by products");
  return found;
}

int threads_of_a_loop() {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  for (int tries = 0; tries < 50 && static_cast<int>(ids.size()) < thread_count(); ++tries) {
    parallel_for(20, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
    });
  }
  return static_cast<int>(ids.size());
}

}  // namespace

Part VPR_PART() {
  return {make, problems, [] { return thread_count(); }, threads_of_a_loop};
}

// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu/attention.hpp>
#include <vpr/core/half.hpp>

#include "tests/backend/instruction_sets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace vpr;
using detail::AttentionKernels;

namespace {

/// In float of each instruction set.
auto sets() { return VPR_EACH_SET(attention_kernels); }

/// And with products in bfloat16 by AMX, where this processor has it.
auto sets_and_amx() {
  auto all = sets();
#if VPR_SEVERAL_INSTRUCTION_SETS
  if (best_instruction_set() >= InstructionSet::amx) all.emplace_back("amx", &detail::avx512_bf16::amx_attention);
#endif
  return all;
}

/// One head inside rows of queries, keys and values that are longer than it, as a joint projection gives them.
struct Head {
  std::int64_t queries, keys, depth, stride = 3 * depth + 5;
  std::vector<float> rows = random_floats((std::max(queries, keys) + 1) * stride, 9);

  const float* query(std::int64_t n) const { return rows.data() + n * stride + 1; }
  const float* key(std::int64_t n) const { return rows.data() + n * stride + 2 + depth; }
  const float* value(std::int64_t n) const { return rows.data() + n * stride + 3 + 2 * depth; }

  /// The same of rows rounded to bfloat16.
  Head rounded() const {
    Head head = *this;
    for (float& x : head.rows) x = static_cast<float>(bf16(x));
    return head;
  }

  /// Of the queries from `first`; the result's rows are one longer than the head, and what lies between is 77.
  std::vector<float> attend(const AttentionKernels& kernels, std::int64_t first, std::int64_t count, float scale) const {
    std::vector<float> out(static_cast<std::size_t>(count * (depth + 1)), 77.0F),
        scratch(static_cast<std::size_t>(kernels.scratch(keys, depth)), std::numeric_limits<float>::quiet_NaN());
    kernels.attend({.queries = {query(first), count, stride},
                    .keys = {key(0), keys, stride},
                    .values = {value(0), keys, stride},
                    .depth = depth,
                    .scale = scale,
                    .out = out.data(),
                    .out_stride = depth + 1},
                   scratch.data());
    return out;
  }
};

/// Compares each element with the sum in double. A score is off by at most (depth + 1) roundings of the sum of its terms' magnitudes, a
/// weight by twice that relative to itself, and the mean by as many roundings as there are keys beside it; a weight may be off by `of_weight` more.
bool close_to_exact(const Head& head, const std::vector<float>& got, float scale, double of_weight = 0) {
  constexpr double rounding = 0x1p-24;
  for (std::int64_t n = 0; n < head.queries; ++n) {
    std::vector<double> scores;
    double spread = 0;
    for (std::int64_t m = 0; m < head.keys; ++m) {
      double score = 0, magnitude = 0;
      for (std::int64_t d = 0; d < head.depth; ++d) {
        const double term = static_cast<double>(head.query(n)[d]) * head.key(m)[d];
        score += term;
        magnitude += std::abs(term);
      }
      scores.push_back(score * scale);
      spread = std::max(spread, magnitude * scale);
    }
    const double most = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (double& score : scores) sum += score = std::exp(score - most);
    for (std::int64_t d = 0; d < head.depth; ++d) {
      double exact = 0, largest = 0;
      for (std::int64_t m = 0; m < head.keys; ++m) {
        exact += scores[static_cast<std::size_t>(m)] / sum * head.value(m)[d];
        largest = std::max<double>(largest, std::abs(head.value(m)[d]));
      }
      const double bound =
          largest * (rounding * (2 * (static_cast<double>(head.depth) + 3) * spread + static_cast<double>(head.keys) + 16) + of_weight);
      if (!(std::abs(got[static_cast<std::size_t>(n * (head.depth + 1) + d)] - exact) <= bound)) return false;
    }
    if (got[static_cast<std::size_t>(n * (head.depth + 1) + head.depth)] != 77) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Attention is that of the exact weights for every remainder of queries, keys and depth") {
  for (const auto& [name, set] : sets()) {
    const auto check = [&, &kernels = *set, &of = name](std::int64_t queries, std::int64_t keys, std::int64_t depth) {
      const Head head{queries, keys, depth};
      for (const float scale : {1 / std::sqrt(static_cast<float>(depth)), 8.0F}) {
        INFO(of << ": " << queries << " queries, " << keys << " keys, depth " << depth << ", scale " << scale);
        CHECK(close_to_exact(head, head.attend(kernels, 0, queries, scale), scale));
      }
    };
    for (std::int64_t queries = 1; queries <= 26; ++queries) check(queries, 19, 7);
    for (std::int64_t keys = 1; keys <= 98; ++keys) check(3, keys, 9);
    for (const std::int64_t keys : {257, 383, 384, 385, 400, 769, 1370}) check(13, keys, 16);
    for (std::int64_t depth = 1; depth <= 49; ++depth) check(2, 33, depth);
    for (const std::int64_t depth : {64, 80, 96, 127, 128, 129, 260}) check(14, 35, depth);
  }
}

#if VPR_SEVERAL_INSTRUCTION_SETS
TEST_CASE("Attention by AMX is that of operands rounded to bfloat16, for every remainder of queries, keys and depth") {
  if (best_instruction_set() < InstructionSet::amx) {
    WARN("skipped: this processor has no AMX");
    return;
  }
  const AttentionKernels& kernels = detail::avx512_bf16::amx_attention;
  const auto check = [&](std::int64_t queries, std::int64_t keys, std::int64_t depth) {
    const Head given{queries, keys, depth}, head = given.rounded();
    for (const float scale : {1 / std::sqrt(static_cast<float>(depth)), 8.0F}) {
      INFO(queries << " queries, " << keys << " keys, depth " << depth << ", scale " << scale);
      const std::vector<float> found = given.attend(kernels, 0, queries, scale);
      CHECK(close_to_exact(head, found, scale, 0x1p-9 + 2e-4));  // a weight's rounding to bfloat16, and its exponential
      CHECK(found == head.attend(kernels, 0, queries, scale));
    }
  };
  for (std::int64_t queries = 1; queries <= 50; ++queries) check(queries, 19, 7);
  check(97, 35, 64);
  for (std::int64_t keys = 1; keys <= 98; ++keys) check(3, keys, 9);
  for (const std::int64_t keys : {257, 383, 384, 385, 400, 769, 1370}) check(17, keys, 16);
  for (std::int64_t depth = 1; depth <= 66; ++depth) check(2, 33, depth);
  for (const std::int64_t depth : {80, 96, 127, 128, 129, 260}) check(14, 35, depth);
}
#endif

TEST_CASE("A query has the same bits whatever queries it is computed with") {
  for (const auto& [name, set] : sets_and_amx()) {
    const Head head{40, 393, 20};
    const std::vector<float> together = head.attend(*set, 0, 40, 0.2F);
    for (std::int64_t first = 0; first < 40; ++first) {
      for (const std::int64_t count : {1, 2, 5, 7, 12}) {
        if (first + count > 40) continue;
        INFO(name << ": " << count << " from " << first);
        CHECK(std::equal(together.begin() + first * 21, together.begin() + (first + count) * 21,
                         head.attend(*set, first, count, 0.2F).begin()));
      }
    }
  }
}

TEST_CASE("Scores too large for an exponential, and values that are not finite, come out as they are due") {
  for (const auto& [name, set] : sets_and_amx()) {
    INFO(name);
    Head head = Head{3, 800, 4}.rounded();
    // Of two equally far above the rest, one in another block, each has half the weight.
    for (const std::int64_t m : {5, 700}) std::fill_n(head.rows.begin() + m * head.stride + 2 + head.depth, head.depth, 8192.0F);
    for (std::int64_t n = 0; n < 3; ++n) std::fill_n(head.rows.begin() + n * head.stride + 1, head.depth, 100.0F);
    const std::vector<float> out = head.attend(*set, 0, 3, 1);
    for (int d = 0; d < 4; ++d) CHECK(out[static_cast<std::size_t>(d)] == Approx((head.value(5)[d] + head.value(700)[d]) / 2));
    head.rows[static_cast<std::size_t>(1 * head.stride + 1)] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> with_nan = head.attend(*set, 0, 3, 1);
    CHECK(with_nan[0] == out[0]);
    CHECK(std::isnan(with_nan[5]));
    CHECK(with_nan[10] == out[10]);
  }
}

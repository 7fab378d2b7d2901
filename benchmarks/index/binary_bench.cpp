// SPDX-License-Identifier: MIT
// Exact search of the best 100 by Hamming distance, on as many threads as there are processors (`taskset -c 0`: one): milliseconds a query, beside
// reading as many bytes. The answers are verified first.
#include "benchmarks/support/bandwidth.hpp"
#include "benchmarks/support/clock.hpp"

#include <vpr/core/random.hpp>
#include <vpr/index/binary.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>
#include <vector>

namespace {

using namespace vpr;
constexpr std::int64_t k = 100, words = 8;

std::vector<std::uint64_t> random_codes(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint64_t> codes(static_cast<std::size_t>(count * words));
  for (std::uint64_t& word : codes) word = random();
  return codes;
}

/// Whether the answers for some queries are those of a sort of all distances.
bool right(const BinaryIndex& index, const std::vector<std::uint64_t>& codes, const std::vector<std::uint64_t>& queries) {
  const std::vector<Matches> found = index.search(queries, k);
  for (std::size_t q = 0; q < found.size(); ++q) {
    std::vector<std::pair<int, std::int64_t>> all;
    for (std::size_t i = 0; i < codes.size() / words; ++i) {
      int distance = 0;
      for (std::size_t w = 0; w < words; ++w) distance += std::popcount(codes[i * words + w] ^ queries[q * words + w]);
      all.emplace_back(distance, static_cast<std::int64_t>(i));
    }
    const std::int64_t count = std::min(k, std::ssize(all));
    std::partial_sort(all.begin(), all.begin() + count, all.end());
    if (std::ssize(found[q]) != count) return false;
    for (std::size_t i = 0; i < found[q].size(); ++i) {
      if (found[q][i] != Match{all[i].second, static_cast<float>(all[i].first)}) return false;
    }
  }
  return true;
}

void binary_index(benchmark::State& state) {
  const std::int64_t size = state.range(0), count = state.range(1);
  BinaryIndex index(64 * words);
  const std::vector<std::uint64_t> queries = random_codes(count, 2);
  {
    const std::vector<std::uint64_t> codes = random_codes(size, 1);
    index.add(codes);
    if (!right(index, codes, {queries.begin(), queries.begin() + words})) return state.SkipWithError("wrong answers");
  }
  const double bytes = static_cast<double>(size * words) * 8, bandwidth = bench::read_bandwidth(static_cast<std::size_t>(bytes));
  double best = 1e9;
  for (auto step : state) {
    const double start = bench::seconds();
    benchmark::DoNotOptimize(index.search(queries, k));
    best = std::min(best, bench::seconds() - start);
  }
  state.counters["ms/query"] = 1e3 * best / static_cast<double>(count);
  state.counters["GB/s"] = bytes / best / 1e9;
  state.counters["of_read"] = bytes / best / bandwidth;
}
BENCHMARK(binary_index)
    ->ArgNames({"codes", "queries"})
    ->ArgsProduct({{1000, 10000, 100000, 1000000, 10000000}, {1, 16}})
    ->Unit(benchmark::kMillisecond);

}  // namespace

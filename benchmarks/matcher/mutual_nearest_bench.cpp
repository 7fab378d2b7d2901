// SPDX-License-Identifier: MIT
// Matching one candidate by mutual nearest neighbours on as many threads as there are processors (`taskset -c 0`: one): milliseconds, beside the
// multiply-adds that this machine can do at best, and beside a peer, one Eigen product of all with all and its row and column maxima. The matches are
// verified first.
#include "benchmarks/support/clock.hpp"
#include "benchmarks/support/peak.hpp"

#include <vpr/core/eigen.hpp>
#include <vpr/core/random.hpp>
#include <vpr/local/precision.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <utility>

namespace {

using namespace vpr;

/// Unit vectors in random directions on a square grid.
LocalFeatures unit_features(std::int64_t side, std::int64_t channels, std::uint64_t seed) {
  Random random(seed);
  Matrix<float> rows(side * side, channels);
  for (float& value : rows.reshaped()) value = static_cast<float>(random.uniform() - 0.5);
  rows.rowwise().normalize();
  return {{side, side}, channels, {rows.data(), rows.data() + rows.size()}};
}

/// The matrix of all similarities, threads sharing its rows.
std::vector<MatchedPair> match_by_eigen(const LocalFeatures& query, const LocalFeatures& candidate) {
  const Eigen::Map<const Matrix<float>> a(query.values.data(), query.size(), query.channels),
      b(candidate.values.data(), candidate.size(), query.channels);
  Matrix<float> similarity(a.rows(), b.rows());
  const Eigen::Index slices = thread_count();
  std::vector<Eigen::Index> of_query(static_cast<std::size_t>(a.rows()));
  parallel_for(slices, [&](std::int64_t s) {
    const Eigen::Index begin = a.rows() * s / slices, end = a.rows() * (s + 1) / slices;
    similarity.middleRows(begin, end - begin).noalias() = a.middleRows(begin, end - begin) * b.transpose();
    for (Eigen::Index i = begin; i < end; ++i) similarity.row(i).maxCoeff(&of_query[static_cast<std::size_t>(i)]);
  });
  Eigen::RowVectorXf best = similarity.row(0);
  std::vector<Eigen::Index> of_candidate(static_cast<std::size_t>(b.rows()), 0);
  for (Eigen::Index i = 1; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j < b.rows(); ++j) {
      if (similarity(i, j) > best(j)) best(j) = similarity(i, j), of_candidate[static_cast<std::size_t>(j)] = i;
    }
  }
  std::vector<MatchedPair> pairs;
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    const Eigen::Index j = of_query[static_cast<std::size_t>(i)];
    if (of_candidate[static_cast<std::size_t>(j)] == i)
      pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), similarity(i, j)});
  }
  return pairs;
}

/// Two photos, their matches verified, and this machine's best.
struct Setting {
  Setting(std::int64_t side, std::int64_t channels)
      : query(unit_features(side, channels, 1)), candidate(unit_features(side, channels, 2)), peak(bench::peak_flops()) {
    // Two ways of rounding may choose differently between two that are all but equal.
    const std::vector<MatchedPair> ours = MutualNearest<>()(query, candidate).pairs, theirs = match_by_eigen(query, candidate);
    std::size_t common = 0;
    for (const MatchedPair& pair : ours) {
      common += std::any_of(theirs.begin(), theirs.end(),
                            [&](const MatchedPair& other) { return other.query == pair.query && other.candidate == pair.candidate; });
    }
    // Comparing in bytes first changes nothing.
    const bool same = NearestFinder(query, true)(candidate).mutual() == NearestFinder(query, false)(candidate).mutual();
    verified = same && common + 2 >= std::max(ours.size(), theirs.size());
  }

  LocalFeatures query, candidate;
  double peak;
  bool verified;
};

template <class Run>
void run(benchmark::State& state, Run match) {
  static std::map<std::pair<std::int64_t, std::int64_t>, Setting> all;
  const std::int64_t side = state.range(0), channels = state.range(1);
  const Setting& on = all.try_emplace({side, channels}, side, channels).first->second;
  if (!on.verified) return state.SkipWithError("wrong matches");
  const NearestFinder prepared = MutualNearest<>().prepare(on.query);
  double best = 1e9;
  for (auto step : state) {
    const double start = bench::seconds();
    benchmark::DoNotOptimize(match(on, prepared));
    best = std::min(best, bench::seconds() - start);
  }
  const auto patches = static_cast<double>(side * side);
  state.counters["ms/pair"] = 1e3 * best;
  state.counters["of_peak"] = 2 * patches * patches * static_cast<double>(channels) / best / on.peak / thread_count();
}

void mutual_nearest(benchmark::State& state) {
  run(state, [](const Setting& on, const NearestFinder& prepared) { return MutualNearest<>()(prepared, on.candidate); });
}

/// The same with all pairs compared in float, and with bytes first: what the library chooses between.
template <bool filter>
void compared(benchmark::State& state) {
  run(state, [](const Setting& on, const NearestFinder&) { return NearestFinder(on.query, filter)(on.candidate).mutual(); });
}

void eigen_product(benchmark::State& state) {
  run(state, [](const Setting& on, const NearestFinder&) { return match_by_eigen(on.query, on.candidate); });
}

/// Milliseconds to bring a stored candidate back to floats: what each precision adds to a comparison.
void decoding(benchmark::State& state) {
  const LocalFeatures features = unit_features(61, 128, 1);
  const auto precision = static_cast<LocalPrecision>(state.range(0));
  const std::vector<std::byte> bytes = encode(features, precision);
  for (auto step : state) benchmark::DoNotOptimize(decode(bytes, precision, features.grid, features.channels));
  state.counters["MB"] = static_cast<double>(bytes.size()) / 1e6;
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"side", "channels"})
      ->Args({61, 128})
      ->Args({16, 384})
      ->Args({16, 1024})
      ->Args({23, 768})
      ->Unit(benchmark::kMillisecond);
}
BENCHMARK(mutual_nearest)->Apply(sizes);
BENCHMARK_TEMPLATE(compared, false)->Apply(sizes);
BENCHMARK_TEMPLATE(compared, true)->Apply(sizes);
BENCHMARK(eigen_product)->Apply(sizes);
BENCHMARK(decoding)->ArgName("precision")->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

}  // namespace

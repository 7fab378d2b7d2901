// SPDX-License-Identifier: MIT
// Exact search of the best 100: milliseconds a query, beside what this machine can do at best (reading as many bytes, multiplying
// out of registers) and beside a peer, one Eigen product of all with all and a partial sort. The answers are verified first.
#include "benchmarks/support/bandwidth.hpp"
#include "benchmarks/support/peak.hpp"

#include <vpr/core/eigen.hpp>
#include <vpr/core/random.hpp>
#include <vpr/index/flat.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

namespace {

using namespace vpr;
constexpr std::int64_t k = 100, most_queries = 256;

/// Unit vectors in random directions.
Matrix<float> unit_vectors(std::int64_t rows, std::int64_t dim, std::uint64_t seed) {
  Random random(seed);
  Matrix<float> matrix(rows, dim);
  for (float& value : matrix.reshaped()) value = static_cast<float>(random.uniform() - 0.5);
  return matrix.rowwise().normalized();
}

template <class Metric>
std::vector<Matches> search_by_eigen(const Matrix<float>& descriptors, const Matrix<float>& queries) {
  Matrix<float> scores = queries * descriptors.transpose();
  if (std::is_same_v<Metric, L2>) {  // |q - x|² = |q|² + |x|² - 2 q·x
    const Eigen::RowVectorXf norms = descriptors.rowwise().squaredNorm().transpose();
    scores = ((-2 * scores).rowwise() + norms).colwise() + queries.rowwise().squaredNorm();
  }
  std::vector<Matches> found(static_cast<std::size_t>(queries.rows()), Matches(static_cast<std::size_t>(descriptors.rows())));
  parallel_for(queries.rows(), [&](std::int64_t q) {
    Matches& all = found[static_cast<std::size_t>(q)];
    for (std::int64_t i = 0; i < descriptors.rows(); ++i) all[static_cast<std::size_t>(i)] = {i, scores(q, i)};
    std::partial_sort(all.begin(), all.begin() + k, all.end(), BetterMatch<Metric>{});
    all.resize(k);
  });
  return found;
}

/// Descriptors, an index of them, and this machine's best at their size.
template <class Metric>
struct Setting {
  Setting(std::int64_t size, std::int64_t dim)
      : descriptors(unit_vectors(size, dim, 1)),
        queries(unit_vectors(most_queries, dim, 2)),
        index(dim),
        bandwidth(bench::read_bandwidth(static_cast<std::size_t>(size * dim) * sizeof(float))),
        peak(bench::peak_flops() * thread_count()) {
    index.add(descriptors);
    verified = verify();
  }

  /// Whether each score is right by double precision, and no descriptor that was left out is better than the last one found.
  bool verify() const {
    const std::vector<Matches> found = index.search(queries.topRows(5), k);
    for (std::int64_t q = 0; q < 5; ++q) {
      const Matrix<double> query = queries.row(q).cast<double>(), all = descriptors.cast<double>();
      const Eigen::VectorXd exact = std::is_same_v<Metric, L2> ? Eigen::VectorXd((all.rowwise() - query.row(0)).rowwise().squaredNorm())
                                                               : Eigen::VectorXd(all * query.transpose());
      std::vector<bool> left_out(static_cast<std::size_t>(descriptors.rows()), true);
      const Matches& matches = found[static_cast<std::size_t>(q)];
      for (const Match& match : matches) {
        left_out[static_cast<std::size_t>(match.id)] = false;
        if (std::abs(static_cast<double>(match.score) - exact(match.id)) > 1e-5) return false;
      }
      for (Eigen::Index i = 0; i < exact.size(); ++i) {
        const bool much_better =
            std::is_same_v<Metric, L2> ? exact(i) < matches.back().score - 1e-5 : exact(i) > matches.back().score + 1e-5;
        if (left_out[static_cast<std::size_t>(i)] && much_better) return false;
      }
    }
    return true;
  }

  Matrix<float> descriptors, queries;
  FlatIndex<Metric> index;
  double bandwidth, peak;
  bool verified = false;
};

template <class Metric>
const Setting<Metric>& setting(std::int64_t size, std::int64_t dim) {
  static std::map<std::pair<std::int64_t, std::int64_t>, Setting<Metric>> all;
  return all.try_emplace({size, dim}, size, dim).first->second;
}

template <class Metric, class Search>
void run(benchmark::State& state, Search search) {
  const std::int64_t size = state.range(0), dim = state.range(1), count = state.range(2);
  const Setting<Metric>& on = setting<Metric>(size, dim);
  if (!on.verified) return state.SkipWithError("wrong answers");
  const Matrix<float> queries = on.queries.topRows(count);
  double best = 1e9;
  for (auto step : state) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(search(on, queries));
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double numbers = static_cast<double>(size * dim);
  state.counters["ms/query"] = 1e3 * best / static_cast<double>(count);
  state.counters["of_read"] = 4 * numbers / best / on.bandwidth;
  state.counters["of_peak"] = 2 * numbers * static_cast<double>(count) / best / on.peak;
}

template <class Metric>
void flat_index(benchmark::State& state) {
  run<Metric>(state, [](const Setting<Metric>& on, const Matrix<float>& queries) { return on.index.search(queries, k); });
}

template <class Metric>
void eigen_product(benchmark::State& state) {
  run<Metric>(state,
              [](const Setting<Metric>& on, const Matrix<float>& queries) { return search_by_eigen<Metric>(on.descriptors, queries); });
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"descriptors", "dim", "queries"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const auto& [size, dim] : {std::pair{20000, 512}, std::pair{2000, 8448}}) {
    for (const int queries : {1, 16, 256}) benchmark->Args({size, dim, queries});
  }
}
BENCHMARK_TEMPLATE(flat_index, InnerProduct)->Apply(sizes);
BENCHMARK_TEMPLATE(eigen_product, InnerProduct)->Apply(sizes);
BENCHMARK_TEMPLATE(flat_index, L2)->Apply(sizes);
BENCHMARK_TEMPLATE(eigen_product, L2)->Apply(sizes);

}  // namespace

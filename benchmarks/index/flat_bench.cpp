// SPDX-License-Identifier: MIT
// Exact search of the best 100 on as many threads as there are processors (`taskset -c 0`: one): milliseconds a query, beside what this machine can
// do at best (reading as many bytes, multiplying out of registers) and beside a peer, one Eigen product of all with all and a partial sort. The
// answers are verified first.
#include "benchmarks/support/bandwidth.hpp"
#include "benchmarks/support/clock.hpp"
#include "benchmarks/support/peak.hpp"

#include <vpr/core/eigen.hpp>
#include <vpr/core/random.hpp>
#include <vpr/index/filtered.hpp>
#include <vpr/index/flat.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

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

/// Bytes of a value that an index reads of each descriptor first.
template <class I>
inline constexpr double bytes_read = 4;
template <class Metric>
inline constexpr double bytes_read<FilteredIndex<Metric, BfloatRounding>> = 2;
template <class Metric>
inline constexpr double bytes_read<FilteredIndex<Metric, ByteRounding>> = 1;

/// Descriptors, an index of them, and this machine's best at their size.
template <class I, class Metric>
struct Setting {
  Setting(std::int64_t size, std::int64_t dim)
      : descriptors(unit_vectors(size, dim, 1)),
        queries(unit_vectors(most_queries, dim, 2)),
        index(dim),
        bandwidth(bench::read_bandwidth(static_cast<std::size_t>(size * dim) * sizeof(float))),
        peak(bench::peak_flops()) {
    index.add(descriptors);
    verified = verify();
  }

  /// Whether each score is right by double precision, and no descriptor that was left out is better than the last one found.
  /// That of a filtered index is the flat one's to the last bit.
  bool verify() const {
    const std::vector<Matches> found = index.search(queries.topRows(5), k);
    if constexpr (!std::is_same_v<I, FlatIndex<Metric>>) {
      FlatIndex<Metric> flat(index.dim());
      flat.add(descriptors);
      return found == flat.search(queries.topRows(5), k);
    }
    for (std::int64_t q = 0; q < 5; ++q) {
      const Eigen::RowVectorXd query = queries.row(q).cast<double>();
      const auto exact = [&](std::int64_t i) {
        const Eigen::RowVectorXd row = descriptors.row(i).cast<double>();
        return std::is_same_v<Metric, L2> ? (row - query).squaredNorm() : row.dot(query);
      };
      std::vector<bool> left_out(static_cast<std::size_t>(descriptors.rows()), true);
      const Matches& matches = found[static_cast<std::size_t>(q)];
      for (const Match& match : matches) {
        left_out[static_cast<std::size_t>(match.id)] = false;
        if (std::abs(static_cast<double>(match.score) - exact(match.id)) > 1e-5) return false;
      }
      for (std::int64_t i = 0; i < descriptors.rows(); ++i) {
        if (!left_out[static_cast<std::size_t>(i)]) continue;
        if (std::is_same_v<Metric, L2> ? exact(i) < matches.back().score - 1e-5 : exact(i) > matches.back().score + 1e-5) return false;
      }
    }
    return true;
  }

  Matrix<float> descriptors, queries;
  I index;
  double bandwidth, peak;
  bool verified = false;
};

/// The last one is kept: those of all sizes take too much memory.
template <class I, class Metric>
const Setting<I, Metric>& setting(std::int64_t size, std::int64_t dim) {
  static std::unique_ptr<Setting<I, Metric>> last;
  if (!last || last->index.size() != size || last->index.dim() != dim) {
    last.reset();
    last = std::make_unique<Setting<I, Metric>>(size, dim);
  }
  return *last;
}

template <class I, class Metric, class Search>
void run(benchmark::State& state, Search search) {
  const std::int64_t size = state.range(0), dim = state.range(1), count = state.range(2);
  const Setting<I, Metric>& on = setting<I, Metric>(size, dim);
  if (!on.verified) return state.SkipWithError("wrong answers");
  const Matrix<float> queries = on.queries.topRows(count);
  double best = 1e9;
  for (auto step : state) {
    const double start = bench::seconds();
    benchmark::DoNotOptimize(search(on, queries));
    best = std::min(best, bench::seconds() - start);
  }
  const double numbers = static_cast<double>(size * dim);
  state.counters["ms/query"] = 1e3 * best / static_cast<double>(count);
  state.counters["GB/s"] = bytes_read<I> * numbers / best / 1e9;
  state.counters["of_read"] = bytes_read<I> * numbers / best / on.bandwidth;
  state.counters["of_peak"] = 2 * numbers * static_cast<double>(count) / best / on.peak / thread_count();  // of multiply-adds in float
}

template <class I, class Metric>
void search(benchmark::State& state) {
  run<I, Metric>(state, [](const auto& on, const Matrix<float>& queries) { return on.index.search(queries, k); });
}
template <class Metric>
void flat_index(benchmark::State& state) {
  search<FlatIndex<Metric>, Metric>(state);
}
template <class Metric>
void filtered_by_bfloat(benchmark::State& state) {
  search<FilteredIndex<Metric, BfloatRounding>, Metric>(state);
}
template <class Metric>
void filtered_by_bytes(benchmark::State& state) {
  search<FilteredIndex<Metric, ByteRounding>, Metric>(state);
}

template <class Metric>
void eigen_product(benchmark::State& state) {
  run<FlatIndex<Metric>, Metric>(
      state, [](const auto& on, const Matrix<float>& queries) { return search_by_eigen<Metric>(on.descriptors, queries); });
}

void small(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"descriptors", "dim", "queries"})->Unit(benchmark::kMillisecond);
  for (const auto& [size, dim] : {std::pair{20000, 512}, std::pair{2000, 8448}}) {
    for (const int queries : {1, 16, 256}) benchmark->Args({size, dim, queries});
  }
}
void large(benchmark::internal::Benchmark* benchmark) {
  small(benchmark);
  for (const auto& [size, dim] : {std::pair{200000, 512}, std::pair{50000, 4096}, std::pair{10000, 8448}}) {
    for (const int queries : {1, 16, 256}) benchmark->Args({size, dim, queries});
  }
  for (const int size : {1000, 10000, 100000, 1000000}) benchmark->Args({size, 64, 16});
}
BENCHMARK_TEMPLATE(flat_index, InnerProduct)->Apply(large);
BENCHMARK_TEMPLATE(filtered_by_bfloat, InnerProduct)->Apply(large);
BENCHMARK_TEMPLATE(filtered_by_bytes, InnerProduct)->Apply(large);
BENCHMARK_TEMPLATE(eigen_product, InnerProduct)->Apply(small);
BENCHMARK_TEMPLATE(flat_index, L2)->Apply(small);
BENCHMARK_TEMPLATE(filtered_by_bytes, L2)->Apply(small);
BENCHMARK_TEMPLATE(eigen_product, L2)->Apply(small);

}  // namespace

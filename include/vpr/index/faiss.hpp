// SPDX-License-Identifier: MIT
/// @file
/// Any index of FAISS as an `Index`. Needs the component vpr::faiss.
#pragma once

#ifndef VPR_WITH_FAISS
#error \
    "vpr/index/faiss.hpp needs the component faiss: link the CMake target vpr::faiss, or, without CMake, compile with -DVPR_WITH_FAISS and link faiss, lapack, blas and OpenMP's library (Debian: libfaiss-dev liblapack-dev libblas-dev)"
#endif

#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/index/top_k.hpp>

#include <faiss/AutoTune.h>
#include <faiss/Index.h>
#include <faiss/index_factory.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <omp.h>

namespace vpr {

namespace detail {

/// How many threads OpenMP gives to what the calling thread begins: a setting of this thread alone, put back at the end.
class OpenMpThreads {
 public:
  explicit OpenMpThreads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
  OpenMpThreads(const OpenMpThreads&) = delete;
  OpenMpThreads& operator=(const OpenMpThreads&) = delete;
  ~OpenMpThreads() { omp_set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace detail

/// Search by FAISS (Douze et al., arXiv 2401.08281): inverted lists, product quantization, graphs and others, for many millions of descriptors. Do
/// not use it below some hundred thousand: `FlatIndex` and `FilteredIndex` are exact and need no training.
///
/// Scores are FAISS's: those of a flat index differ from `FlatIndex`'s in the last bits, those of codes are as exact as the codes. Queries are
/// searched one by one, spread over the threads of the execution, since the scores that FAISS gives to many together depend on how many they are.
///
/// FAISS's own threads are OpenMP's: adding and training take as many as the execution has, a search one. With more than one thread the links of a
/// graph ("HNSW32") depend on their timing. No setting of the process is changed. Searching from several threads is safe, as FAISS's own search is on
/// the processor; its indexes on a GPU are not for this class.
///
/// @tparam Metric  `InnerProduct` or `L2`, which is the squared distance with FAISS, too
template <class Metric = InnerProduct>
class FaissIndex {
  static_assert(std::is_same_v<Metric, InnerProduct> || std::is_same_v<Metric, L2>, "FaissIndex compares by InnerProduct or L2");

 public:
  using metric = Metric;

  /// @param description  of the index, as `faiss::index_factory` has it: "Flat", "HNSW32", "SQ8", "IVF4096,PQ64", "OPQ64,IVF4096,PQ64"
  /// @param execution    where it adds and searches
  /// @throws ConfigError  for a dim below 1 or above 2^24, or a description that FAISS makes no such index of
  FaissIndex(std::int64_t dim, const std::string& description, Execution execution = {})
      : FaissIndex(made(dim, description), std::move(execution)) {}

  /// @param index  any index of FAISS's, such as one that was trained or filled elsewhere; its descriptors have ids from 0 on, in the order of adding
  /// @throws ConfigError  for none, or one of another metric
  explicit FaissIndex(std::unique_ptr<faiss::Index> index, Execution execution = {})
      : index_(std::move(index)), execution_(std::move(execution)) {
    VPR_REQUIRE(ConfigError, index_ != nullptr, "FaissIndex: got no index");
    VPR_REQUIRE(ConfigError, index_->metric_type == faiss_metric, "FaissIndex: got an index of FAISS's metric ",
                static_cast<int>(index_->metric_type), ", expected ", static_cast<int>(faiss_metric), " (",
                faiss_metric == faiss::METRIC_L2 ? "L2" : "inner product", ")");
  }

  std::int64_t dim() const { return index_->d; }
  std::int64_t size() const { return index_->ntotal; }
  /// Whether descriptors can be added: some kinds learn centroids or codes first, see `train`.
  bool is_trained() const { return index_->is_trained; }
  const faiss::Index& index() const& { return *index_; }
  void index() const&& = delete;

  /// Learns centroids and codes, of an index that has such, from N×D descriptors like those to come: 39 to 256 for each centroid. FAISS warns of
  /// fewer on stderr.
  /// @throws ShapeError, FormatError as `Index` says; ConfigError where descriptors were added before; Error where FAISS refuses, as for too few
  void train(RowsArgument descriptors) {
    VPR_REQUIRE(ConfigError, size() == 0, "FaissIndex: holds ", size(),
                " descriptors by its training before, expected none: make another index");
    require_finite(descriptors, dim(), "FaissIndex: descriptor");
    run(descriptors, [&](std::int64_t count, const float* rows) { index_->train(count, rows); });
  }

  /// Appends descriptors N×D under the ids size(), size() + 1, ...
  /// @throws ShapeError, FormatError as `Index` says, ConfigError before training, nothing is added then; Error where FAISS refuses or there is no
  ///   memory
  void add(RowsArgument descriptors) {
    VPR_REQUIRE(ConfigError, is_trained(),
                "FaissIndex: this kind of index is trained before descriptors are added: call train(descriptors)");
    require_finite(descriptors, dim(), "FaissIndex: descriptor");
    run(descriptors, [&](std::int64_t count, const float* rows) { index_->add(count, rows); });
  }

  /// Sets how much a search looks at from now on, in FAISS's words (`faiss::ParameterSpace`): "nprobe=16", the lists of an IVF that are read;
  /// "efSearch=100", the candidates of a graph. More are slower and find more.
  /// @throws ConfigError  for what this kind of index has not
  void set_search(const std::string& parameters) {
    guarded<ConfigError>([&] { faiss::ParameterSpace().set_index_parameters(index_.get(), parameters.c_str()); });
  }

  /// At most k descriptors for each of Q×D queries that are among the best, in the order that `Index` fixes.
  /// @throws ShapeError, FormatError, ConfigError as `Index` says.
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    VPR_REQUIRE(ConfigError, k >= 0, "FaissIndex: got k = ", k, ", expected at least 0");
    require_finite(queries, dim(), "FaissIndex: query");
    std::vector<Matches> found(static_cast<std::size_t>(queries.size()));
    if (size() == 0 || k == 0) return found;
    const ExecutionScope scope(execution_);
    parallel_for(queries.size(), [&](std::int64_t q) {
      const detail::OpenMpThreads one(1);
      guarded([&] { found[static_cast<std::size_t>(q)] = nearest(queries[q], std::min(k, size())); });
    });
    return found;
  }

 private:
  static constexpr faiss::MetricType faiss_metric = std::is_same_v<Metric, L2> ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;

  static std::unique_ptr<faiss::Index> made(std::int64_t dim, const std::string& description) {
    constexpr std::int64_t most = 1 << 24;
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= most, "FaissIndex: got dim ", dim, ", expected at least 1 and at most ", most);
    std::unique_ptr<faiss::Index> index;
    guarded<ConfigError>([&] { index.reset(faiss::index_factory(static_cast<int>(dim), description.c_str(), faiss_metric)); });
    return index;
  }

  /// FAISS leaves open which of equal scores it gives last: more are asked for until a worse one comes, or none.
  Matches nearest(const float* query, std::int64_t k) const {
    std::vector<float> scores;
    std::vector<std::int64_t> ids;
    for (std::int64_t asked = std::min(k + 1, size());; asked = std::min(2 * asked, size())) {
      scores.resize(static_cast<std::size_t>(asked));
      ids.resize(static_cast<std::size_t>(asked));
      index_->search(1, query, asked, scores.data(), ids.data());
      Matches matches;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] >= 0 && is_finite(scores[i])) matches.push_back({ids[i], scores[i]});  // -1 where it found fewer
      }
      std::sort(matches.begin(), matches.end(), BetterMatch<Metric>());
      const auto wanted = static_cast<std::size_t>(k);
      if (asked < size() && std::ssize(matches) == asked && matches[wanted - 1].score == matches.back().score) continue;
      matches.resize(std::min(matches.size(), wanted));
      return matches;
    }
  }

  /// Work of FAISS's on rows one behind the other, by the execution's threads.
  template <class Work>
  void run(const Rows& rows, const Work& work) {
    if (rows.size() == 0) return;
    std::vector<float> packed;
    if (rows.size() > 1 && rows[1] - rows[0] != dim()) {
      for (std::int64_t r = 0; r < rows.size(); ++r) packed.insert(packed.end(), rows[r], rows[r] + dim());
    }
    const ExecutionScope scope(execution_);
    const detail::OpenMpThreads threads(thread_count());
    guarded([&] { work(rows.size(), packed.empty() ? rows[0] : packed.data()); });
  }

  /// FAISS's exceptions as ours.
  template <class E = Error, class Work>
  static void guarded(const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      fail<E>("FaissIndex: ", error.what());
    }
  }

  std::unique_ptr<faiss::Index> index_;
  Execution execution_;
};

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// Approximate search by a graph of neighbours. Needs the component vpr::hnsw.
#pragma once

#ifndef VPR_WITH_HNSW
#error \
    "vpr/index/hnsw.hpp needs the component hnsw: link the CMake target vpr::hnsw, or, without CMake, compile with -DVPR_WITH_HNSW (Debian: libhnswlib-dev)"
#endif

#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/index/top_k.hpp>

// Distances are ours; hnswlib's own vector code defines variables that only one source of a program may have.
#ifdef NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>
#else
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>
#undef NO_MANUAL_VECTORIZATION
#endif

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {
struct HnswStorage;
}

/// What a graph costs and finds.
struct HnswSettings {
  std::int64_t links = 16;    ///< of a descriptor on the upper layers, twice as many on the lowest: about 8 · links bytes a descriptor
  std::int64_t build = 200;   ///< candidates that are looked at for a new descriptor's links: adding takes time in proportion
  std::int64_t search = 100;  ///< candidates that are looked at for a query, at least k: more are slower and find more
  std::uint64_t seed = 100;   ///< of the layers
};

/// Approximate search in a hierarchical graph (Malkov and Yashunin, TPAMI 2018), by hnswlib: an answer looks at a few thousand descriptors of a
/// million. It may miss some of the best; `FlatIndex` says which. Below some ten thousand descriptors the exact indexes are as fast.
///
/// Scores have the bits of `FlatIndex`. Descriptors are added one by one, on one thread, so that the graph, and so the answers, depend on the
/// descriptors and their order alone. Not for `add` beside `search` from several threads. `save_hnsw` keeps it in a file.
///
/// Memory: 4 bytes a value, and the links.
///
/// @tparam Metric  `InnerProduct` or `L2`
template <class Metric = InnerProduct>
class HnswIndex {
  static_assert(std::is_same_v<Metric, InnerProduct> || std::is_same_v<Metric, L2>, "HnswIndex compares by InnerProduct or L2");

 public:
  using metric = Metric;

  /// @param execution  where it searches
  /// @throws ConfigError  for a dim below 1 or above 2^24, or settings that are not from 2 links, 1 candidate on
  explicit HnswIndex(std::int64_t dim, const HnswSettings& settings = {}, Execution execution = {})
      : settings_(checked(dim, settings)), space_(std::make_unique<Space>(dim)), execution_(std::move(execution)) {
    graph_ = std::make_unique<Graph>(space_.get(), 64, static_cast<std::size_t>(settings.links), static_cast<std::size_t>(settings.build),
                                     static_cast<std::size_t>(settings.seed));
  }

  std::int64_t dim() const { return space_->dim; }
  std::int64_t size() const { return size_; }

  /// Appends descriptors N×D under the ids size(), size() + 1, ...
  /// @throws ShapeError, FormatError as `Index` says, nothing is added then; Error where there is no memory
  void add(RowsArgument descriptors) {
    require_finite(descriptors, dim(), "HnswIndex: descriptor");
    guarded([&] {
      const auto needed = static_cast<std::size_t>(size_ + descriptors.size());
      if (needed > graph_->max_elements_) graph_->resizeIndex(std::max(needed, 2 * graph_->max_elements_));
      for (std::int64_t r = 0; r < descriptors.size(); ++r, ++size_) {
        graph_->addPoint(descriptors[r], static_cast<std::size_t>(size_));
        removed_.push_back(false);
      }
    });
  }

  /// Whether a descriptor of that id is here and was not removed.
  bool contains(std::int64_t id) const { return id >= 0 && id < size_ && !removed_[static_cast<std::size_t>(id)]; }

  /// The descriptor of that id, also of one that was removed. @throws ConfigError for an id that is not here
  std::vector<float> descriptor(std::int64_t id) const {
    const std::span<const float> values = values_of(id);
    return {values.begin(), values.end()};
  }
  /// The same where it lies, until the index is changed.
  std::span<const float> values_of(std::int64_t id) const& {
    require_id(id);
    const char* const values = graph_->getDataByInternalId(static_cast<hnswlib::tableint>(id));
    return {reinterpret_cast<const float*>(values), static_cast<std::size_t>(dim())};
  }
  void values_of(std::int64_t) const&& = delete;

  const HnswSettings& settings() const& { return settings_; }
  HnswSettings settings() && { return settings_; }
  /// Candidates that are looked at for a query from now on. @throws ConfigError for fewer than 1
  void set_search(std::int64_t candidates) {
    HnswSettings settings = settings_;
    settings.search = candidates;
    settings_ = checked(dim(), settings);
  }

  /// Puts a descriptor in the place of another, or of one that was removed. @throws ConfigError for an id that is not here; ShapeError, FormatError
  /// as `Index` says
  void replace(std::int64_t id, RowsArgument descriptor) {
    require_id(id);
    VPR_REQUIRE(ShapeError, descriptor.size() == 1, "HnswIndex: got ", descriptor.size(), " descriptors to replace one by");
    require_finite(descriptor, dim(), "HnswIndex: descriptor");
    guarded([&] { graph_->addPoint(descriptor[0], static_cast<std::size_t>(id)); });
    removed_[static_cast<std::size_t>(id)] = false;
  }

  /// Finds a descriptor no more; its memory and its id stay, and searches still pass through it.
  /// @throws ConfigError for an id that is not here, or was removed
  void remove(std::int64_t id) {
    require_id(id);
    VPR_REQUIRE(ConfigError, contains(id), "HnswIndex: ", id, " was removed before");
    // Not by hnswlib's own mark: it reads beyond an empty list where all around an added descriptor are marked.
    removed_[static_cast<std::size_t>(id)] = true;
  }

  /// At most k descriptors for each of Q×D queries that are among the best, in the order that `Index` fixes.
  /// @throws ShapeError, FormatError, ConfigError as `Index` says.
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    return search(queries, k, [](std::int64_t) { return true; });
  }

  /// The same among descriptors whose ids `allows(id)` allows. It looks at twice as many candidates until k of them are allowed, at all in the end:
  /// where few are allowed it is slower than an exact search among those.
  template <std::predicate<std::int64_t> Allows>
  std::vector<Matches> search(RowsArgument queries, std::int64_t k, const Allows& allows) const {
    VPR_REQUIRE(ConfigError, k >= 0, "HnswIndex: got k = ", k, ", expected at least 0");
    require_finite(queries, dim(), "HnswIndex: query");
    std::vector<Matches> found(static_cast<std::size_t>(queries.size()));
    if (size_ == 0 || k == 0) return found;
    const ExecutionScope scope(execution_);
    parallel_for(queries.size(), [&](std::int64_t q) {
      guarded([&] {
        for (std::int64_t wide = std::min(std::max(k, settings_.search), size_);; wide = std::min(2 * wide, size_)) {
          auto nearest = graph_->searchKnn(queries[q], static_cast<std::size_t>(wide));
          TopK<Metric> best(k);
          std::int64_t allowed = 0;
          for (; !nearest.empty(); nearest.pop()) {
            const auto [distance, label] = nearest.top();
            const auto id = static_cast<std::int64_t>(label);
            if (removed_[label] || !allows(id)) continue;
            ++allowed;
            best.offer({id, std::is_same_v<Metric, InnerProduct> ? -distance : distance});
          }
          if (allowed < k && wide < size_) continue;
          found[static_cast<std::size_t>(q)] = best.take();
          return;
        }
      });
    });
    return found;
  }

 private:
  friend struct detail::HnswStorage;
  using Graph = hnswlib::HierarchicalNSW<float>;

  /// Distances by the library's kernels: for every processor, and with the bits of its other indexes.
  struct Space : hnswlib::SpaceInterface<float> {
    std::int64_t dim;

    explicit Space(std::int64_t dimensions) : dim(dimensions) {}
    std::size_t get_data_size() override { return sizeof(float) * static_cast<std::size_t>(dim); }
    hnswlib::DISTFUNC<float> get_dist_func() override { return distance; }
    void* get_dist_func_param() override { return &dim; }

    static float distance(const void* a, const void* b, const void* dimensions) {
      const float *row = static_cast<const float*>(a), *query = static_cast<const float*>(b);
      float score = 0;
      detail::score_pairs<Metric>(&row, &query, 1, *static_cast<const std::int64_t*>(dimensions), &score);
      return std::is_same_v<Metric, InnerProduct> ? -score : score;
    }
  };

  static const HnswSettings& checked(std::int64_t dim, const HnswSettings& s) {
    constexpr std::int64_t most = 1 << 24;
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= most, "HnswIndex: got dim ", dim, ", expected at least 1 and at most ", most);
    VPR_REQUIRE(ConfigError, s.links >= 2 && s.links <= 1000 && s.build >= 1 && s.search >= 1, "HnswIndex: got ", s.links, " links, ",
                s.build, " candidates to build and ", s.search, " to search, expected 2 to 1000, and at least 1");
    return s;
  }

  void require_id(std::int64_t id) const {
    VPR_REQUIRE(ConfigError, id >= 0 && id < size_, "HnswIndex: got id ", id, ", ids are 0 to ", size_ - 1);
  }

  /// hnswlib's exceptions as ours.
  template <class Work>
  static void guarded(const Work& work) {
    try {
      work();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail<Error>("HnswIndex: ", error.what());
    }
  }

  HnswSettings settings_;
  std::unique_ptr<Space> space_;
  std::unique_ptr<Graph> graph_;
  std::int64_t size_ = 0;
  std::vector<bool> removed_;
  Execution execution_;
};

}  // namespace vpr

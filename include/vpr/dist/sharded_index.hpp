// SPDX-License-Identifier: MIT
/// @file
/// A database that several processes hold a part of each.
#pragma once

#include <vpr/dist/communicator.hpp>
#include <vpr/index/top_k.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// An `Index` over the descriptors of all processes, each of which holds and searches its own.
///
/// All processes call `add` and `search` together. `add` takes a part of the descriptors in each, perhaps none, and numbers them by rank, after those
/// that were there: so `add` of the shares that `share_of` gives numbers the whole as one process does. `search` takes the same queries in every
/// process, and gives the same answer in each: the best k of what the processes found, which over an exact index is the answer of one process with
/// all descriptors, to the bit.
///
/// @tparam I  an index with `metric`, which says which of two scores is better
template <Index I, Communicator C>
class ShardedIndex {
 public:
  static_assert(
      requires { typename I::metric; }, "ShardedIndex: the index must say by `using metric` which of two scores is better");

  ShardedIndex(I index, C communicator) : index_(std::move(index)), communicator_(std::move(communicator)) {
    VPR_REQUIRE(ConfigError, index_.size() == 0, "ShardedIndex: got an index with ", index_.size(), " descriptors, expected an empty one");
  }

  std::int64_t dim() const { return index_.dim(); }
  /// Of all processes.
  std::int64_t size() const { return size_; }
  /// The descriptors of this process.
  const I& own() const& { return index_; }
  void own() const&& = delete;

  /// Adds a part of the descriptors in each process; none in any where one of them is given what cannot be added.
  /// @throws ShapeError, FormatError  as `Index` says; in the other processes Error, which repeats it
  void add(RowsArgument descriptors) {
    together(communicator_, [&] { require_finite(descriptors, dim(), "ShardedIndex: descriptor"); });
    const std::int64_t begin = index_.size(), added = descriptors.size();
    together(communicator_, [&] { index_.add(descriptors); });
    const auto counts = gather_all(communicator_, std::span<const std::int64_t>(&added, 1));
    const std::int64_t before = std::accumulate(counts.begin(), counts.begin() + communicator_.rank(), std::int64_t{0});
    if (added > 0) parts_.push_back({begin, size_ + before});
    size_ = std::accumulate(counts.begin(), counts.end(), size_);
  }

  /// The best min(k, size()) of all processes' descriptors for each of Q×D queries.
  /// @throws ShapeError, FormatError, ConfigError  as `Index` says; in the other processes Error, which repeats it. ShapeError in all where they do
  ///   not ask as many queries
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    std::vector<Matches> own;
    together(communicator_, [&] { own = index_.search(queries, k); });
    std::vector<Match> sent;
    for (const Matches& matches : own) {
      for (const Match& match : matches) sent.push_back({id_of(match.id), match.score});
    }
    const std::size_t sizes[2] = {own.empty() ? 0 : own[0].size(), own.size()};
    std::vector<std::size_t> widths;
    for (const std::vector<std::size_t>& of : gather_each(communicator_, std::span<const std::size_t>(sizes))) {
      VPR_REQUIRE(ShapeError, of[1] == own.size(), "ShardedIndex: a process has ", of[1], " queries, this one ", own.size(),
                  ", expected the same in all");
      widths.push_back(of[0]);
    }
    const auto all = gather_each(communicator_, std::span<const Match>(sent));
    std::vector<Matches> found(own.size());
    for (std::size_t q = 0; q < own.size(); ++q) {
      TopK<typename I::metric> best(k);
      for (std::size_t rank = 0; rank < all.size(); ++rank) {
        for (std::size_t i = 0; i < widths[rank]; ++i) best.offer(all[rank][q * widths[rank] + i]);
      }
      found[q] = best.take();
    }
    return found;
  }

 private:
  /// Descriptors that were added together: the first one's id here and among all.
  struct Part {
    std::int64_t own, all;
  };

  std::int64_t id_of(std::int64_t own) const {
    const auto after = std::upper_bound(parts_.begin(), parts_.end(), own, [](std::int64_t id, const Part& part) { return id < part.own; });
    const Part& part = *(after - 1);
    return part.all + (own - part.own);
  }

  I index_;
  C communicator_;
  std::int64_t size_ = 0;
  std::vector<Part> parts_;  // of this process
};

}  // namespace vpr

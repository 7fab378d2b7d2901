// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/index/concept.hpp>

/// Compares every descriptor with every query.
class LinearScan {
 public:
  explicit LinearScan(std::int64_t dim) : dim_(dim) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return static_cast<std::int64_t>(numbers_.size()) / dim_; }

  void add(vpr::Rows rows) {
    vpr::require_finite(rows, dim_, "LinearScan: descriptor");
    for (std::int64_t r = 0; r < rows.size(); ++r) numbers_.insert(numbers_.end(), rows[r], rows[r] + dim_);
  }

  std::vector<vpr::Matches> search(vpr::Rows queries, std::int64_t k) const {
    vpr::require_finite(queries, dim_, "LinearScan: query");
    VPR_REQUIRE(vpr::ConfigError, k >= 0, "LinearScan: got k = ", k, ", expected at least 0");
    std::vector<vpr::Matches> found;
    for (std::int64_t q = 0; q < queries.size(); ++q) {
      vpr::Matches matches;
      for (std::int64_t id = 0; id < size(); ++id)
        matches.push_back({id, score(queries[q], &numbers_[static_cast<std::size_t>(id * dim_)])});
      std::stable_sort(matches.begin(), matches.end(), [](const vpr::Match& a, const vpr::Match& b) { return a.score > b.score; });
      matches.resize(static_cast<std::size_t>(std::min(k, size())));
      found.push_back(matches);
    }
    return found;
  }

 private:
  float score(const float* a, const float* b) const {
    float sum = 0;
    for (std::int64_t i = 0; i < dim_; ++i) sum += a[i] * b[i];
    return sum;
  }

  std::int64_t dim_;
  std::vector<float> numbers_;
};

static_assert(vpr::Index<LinearScan>);

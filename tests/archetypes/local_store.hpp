// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/local/store.hpp>

#include <utility>
#include <vector>

/// Keeps every second local feature of each row, in half the memory.
class EverySecond {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(photos_.size()); }
  vpr::LocalFeatures features(std::int64_t id) const {
    VPR_REQUIRE(vpr::ConfigError, id >= 0 && id < size(), "EverySecond: got id ", id, ", expected one below ", size());
    return photos_[static_cast<std::size_t>(id)];
  }

  void add(const vpr::LocalFeatures& all) {
    const vpr::Rows rows = all;
    vpr::LocalFeatures kept{{all.grid.height, (all.grid.width + 1) / 2}, all.channels};
    for (std::int64_t i = 0; i < rows.size(); ++i) {
      if (i % all.grid.width % 2 == 0) kept.values.insert(kept.values.end(), rows[i], rows[i] + rows.dim());
    }
    photos_.push_back(std::move(kept));
  }

 private:
  std::vector<vpr::LocalFeatures> photos_;
};

static_assert(vpr::LocalStore<EverySecond>);

// SPDX-License-Identifier: MIT
/// @file
/// Exact search among descriptors by their signs.
#pragma once

#include <vpr/index/binary.hpp>
#include <vpr/index/concept.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace vpr {

/// An index of descriptors of which only the signs count, such as SelaVPR++'s of 512 bits: see `sign_codes` and `BinaryIndex`. A score is
/// the Hamming distance, the least first; equal ones come by lower id. D bits a descriptor, rounded up to 64.
class SignIndex {
 public:
  /// @throws ConfigError  unless `dim` is from 1 to 2^24.
  explicit SignIndex(std::int64_t dim, Execution execution = {}) : dim_(dim), codes_((dim + 63) / 64 * 64, std::move(execution)) {}

  std::int64_t dim() const { return dim_; }
  std::int64_t size() const { return codes_.size(); }

  /// @throws ShapeError for rows of another length; FormatError for NaN or infinity. Then nothing is added.
  void add(RowsArgument rows) {
    require_finite(rows, dim_, "SignIndex: descriptor");
    codes_.add(sign_codes(rows));
  }
  /// @throws as `add`; ConfigError for a negative k.
  std::vector<Matches> search(RowsArgument queries, std::int64_t k) const {
    require_finite(queries, dim_, "SignIndex: query");
    return codes_.search(sign_codes(queries), k);
  }

 private:
  std::int64_t dim_;
  BinaryIndex codes_;
};
static_assert(Index<SignIndex>);

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// Descriptors of photos, and which of them compare.
#pragma once

#include <vpr/index/flat.hpp>
#include <vpr/model/record.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace vpr {

/// The descriptors of N photos, and what they were made by.
struct Descriptors {
  std::vector<float> values = {};  ///< N×D, photo after photo
  std::int64_t dimensions = 0;
  ModelRecord record = {};

  std::int64_t size() const { return dimensions == 0 ? 0 : static_cast<std::int64_t>(values.size()) / dimensions; }
  /// Borrowed: those of a temporary would be gone.
  Rows rows() const& { return {values.data(), size(), dimensions}; }
  Rows rows() const&& = delete;
};

/// Whether descriptors that were made in different batch contexts may be compared: see `BatchContext`.
enum class BatchContexts { must_agree, may_differ };

/// @throws ShapeError   for descriptors of different lengths
/// @throws ConfigError  that names what differs in how they were made, see `differences`; another batch context is allowed if asked for
inline void require_comparable(const Descriptors& a, const Descriptors& b, BatchContexts contexts = BatchContexts::must_agree) {
  require_same(a.record, b.record, "descriptors", {contexts == BatchContexts::may_differ ? "batch_context" : ""});
  VPR_REQUIRE(ShapeError, a.dimensions == b.dimensions, "descriptors: got ", a.dimensions, " and ", b.dimensions,
              " dimensions; they are of different models");
}

/// The best k of the database for each query, by inner product: exact, equal scores by lower id.
/// @throws ShapeError, ConfigError  as `require_comparable`; FormatError  for NaN or infinity
inline std::vector<Matches> search(const Descriptors& database, const Descriptors& queries, std::int64_t k,
                                   BatchContexts contexts = BatchContexts::must_agree) {
  require_comparable(database, queries, contexts);
  FlatIndex<> index(database.dimensions);
  index.add(database.rows());
  return index.search(queries.rows(), k);
}

}  // namespace vpr

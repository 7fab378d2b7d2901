// SPDX-License-Identifier: MIT
/// @file
/// Exact search among binary codes by their Hamming distance.
#pragma once

#include <vpr/backend/blocks.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/index/scan.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// Codes of the signs of N×D descriptors, ⌈D / 64⌉ words each: bit i % 64 of word i / 64 is 1 where number i is above 0. It is 0 for a number
/// below 0, for 0 and -0, for NaN, and beyond D.
inline std::vector<std::uint64_t> sign_codes(RowsArgument descriptors) {
  const std::int64_t words = (descriptors.dim() + 63) / 64;
  std::vector<std::uint64_t> codes(static_cast<std::size_t>(descriptors.size() * words), 0);
  for (std::int64_t r = 0; r < descriptors.size(); ++r) {
    for (std::int64_t i = 0; i < descriptors.dim(); ++i) {
      const auto number = std::bit_cast<std::int32_t>(descriptors[r][i]);
      const bool above = number > 0 && number <= 0x7f800000;  // infinity's
      codes[static_cast<std::size_t>(r * words + i / 64)] |= std::uint64_t{above} << i % 64;
    }
  }
  return codes;
}

/// Exact search among binary codes: the k at the least Hamming distance, the number of bits that differ. Equal distances come by lower id.
///
/// Codes are rows of `bits() / 64` words, such as `sign_codes` makes. Memory: `bits() / 8` bytes a code, rounded up to 64 codes. One query takes the
/// time of reading them all. Answers depend neither on the batch nor on the number of threads or the instruction set.
class BinaryIndex {
 public:
  /// @param execution  where it searches
  /// @throws ConfigError  unless `bits` is a multiple of 64 from 64 to 2^24.
  explicit BinaryIndex(std::int64_t bits, Execution execution = {}) : words_(bits / 64), execution_(std::move(execution)) {
    VPR_REQUIRE(ConfigError, bits >= 64 && bits <= 1 << 24 && bits % 64 == 0, "BinaryIndex: got ", bits,
                " bits, expected a multiple of 64 from 64 to ", 1 << 24);
  }

  std::int64_t bits() const { return 64 * words_; }
  std::int64_t size() const { return size_; }

  /// Appends codes under the ids size(), size() + 1, ...
  /// @throws ShapeError  unless whole codes are given.
  void add(std::span<const std::uint64_t> codes) {
    const std::int64_t count = count_of(codes, "code");
    panels_.grow((size_ + count + panel_rows - 1) / panel_rows, words_ * panel_rows);
    for (auto word = codes.begin(); word != codes.end(); ++size_) {
      std::uint64_t* const panel = panels_[size_ / panel_rows] + size_ % panel_rows;
      for (std::int64_t w = 0; w < words_; ++w) panel[w * panel_rows] = *word++;
    }
  }

  /// The closest min(k, size()) codes for each query, each with its distance as score, the closest first.
  /// @throws ShapeError  unless whole codes are given; ConfigError for a negative k.
  std::vector<Matches> search(std::span<const std::uint64_t> queries, std::int64_t k) const {
    VPR_REQUIRE(ConfigError, k >= 0, "BinaryIndex: got k = ", k, ", expected at least 0");
    const std::int64_t count = count_of(queries, "query");
    const ExecutionScope scope(execution_);
    return detail::scan_codes(Panels{panels_, size_}, words_, queries.data(), count, std::min(k, size_));
  }

 private:
  static constexpr std::int64_t panel_rows = detail::panel_rows;
  struct Panels {
    const detail::Blocks<std::uint64_t>& all;
    std::int64_t size;
    std::int64_t panels() const { return all.size(); }
    const std::uint64_t* panel(std::int64_t panel) const { return all[panel]; }
    std::uint64_t rows(std::int64_t panel) const { return detail::first_bits(size - panel * panel_rows); }
  };

  std::int64_t count_of(std::span<const std::uint64_t> codes, const char* what) const {
    VPR_REQUIRE(ShapeError, std::ssize(codes) % words_ == 0, "BinaryIndex: got ", codes.size(), " words for each ", what, " to have ",
                words_);
    return std::ssize(codes) / words_;
  }

  std::int64_t words_, size_ = 0;
  detail::Blocks<std::uint64_t> panels_;
  Execution execution_;
};

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// Descriptors of a map in blocks that are scanned where they lie.
#pragma once

#include <vpr/backend/rounded_rows.hpp>
#include <vpr/core/half.hpp>
#include <vpr/index/binary.hpp>
#include <vpr/map/place.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vpr::detail {

/// What scans of a panel of rounded rows need beside the rows. It is the same for all instruction sets.
struct KnownRows {
  float scale[panel_rows], error[panel_rows], norm[panel_rows];
  std::int32_t sum[panel_rows];  ///< of a row's bytes
};

/// A descriptor as a map keeps it: elements of 4 bytes (codes: 8), and what is known of them.
struct EncodedRow {
  std::vector<std::byte> elements;
  RoundedRow known{};
  std::int32_t sum = 0;
};

/// How the descriptors of a block lie: panel by panel, each `KnownRows` where rows are rounded, then of 64 rows the first elements, then their
/// second elements, and so on. All blocks but the last one are full.
class BlockLayout {
 public:
  BlockLayout(MapPrecision precision, std::int64_t dim) : precision_(precision), dim_(dim) {
    constexpr std::int64_t longest[] = {1 << 24, BfloatRounding::longest, ByteRounding::longest, 1 << 24};
    const std::int64_t most = longest[static_cast<std::size_t>(precision)];
    VPR_REQUIRE(ConfigError, dim >= 1 && dim <= most, "a map of ", name_of(precision), ": got ", dim, " dimensions, expected 1 to ", most);
    panel_bytes_ = known_bytes() + row_bytes() * panel_rows;
    panels_ = std::clamp<std::int64_t>((9 << 14) / static_cast<std::int64_t>(panel_bytes_), 1, 64);
  }

  MapPrecision precision() const { return precision_; }
  std::int64_t dim() const { return dim_; }
  bool rounded() const { return precision_ == MapPrecision::bf16 || precision_ == MapPrecision::int8; }
  std::size_t element_bytes() const { return precision_ == MapPrecision::binary ? 8 : 4; }
  /// Elements of a row: 1, 2, 4 or 64 values each.
  std::int64_t elements() const {
    constexpr std::int64_t values[] = {1, BfloatRounding::word_elements, ByteRounding::word_elements, 64};
    const std::int64_t each = values[static_cast<std::size_t>(precision_)];
    return (dim_ + each - 1) / each;
  }
  std::size_t row_bytes() const { return static_cast<std::size_t>(elements()) * element_bytes(); }
  std::size_t known_bytes() const { return rounded() ? sizeof(KnownRows) : 0; }
  std::size_t panel_bytes() const { return panel_bytes_; }
  /// Some 128 KiB of them: so much is written again where one is added.
  std::int64_t panels() const { return panels_; }
  std::int64_t rows() const { return panels() * panel_rows; }

  EncodedRow encode(const float* row) const {
    EncodedRow encoded{std::vector<std::byte>(row_bytes())};
    std::vector<float> values(static_cast<std::size_t>(dim_));
    if (precision_ == MapPrecision::float32) {
      std::memcpy(encoded.elements.data(), row, row_bytes());
    } else if (precision_ == MapPrecision::binary) {
      const std::vector<std::uint64_t> code = sign_codes(Rows(row, 1, dim_));
      std::memcpy(encoded.elements.data(), code.data(), row_bytes());
    } else {
      std::vector<std::uint32_t> words(static_cast<std::size_t>(elements()));
      const auto round = precision_ == MapPrecision::bf16 ? BfloatRounding::round : ByteRounding::round;
      const float scale = round(row, dim_, words.data(), values.data());
      encoded.known = known_of(scale, values.data(), values.data(), dim_);
      encoded.sum = byte_sum(words);
      std::memcpy(encoded.elements.data(), words.data(), row_bytes());
    }
    return encoded;
  }

  /// The values that an encoded row stands for; of a code, 1 and -1.
  void decode(const EncodedRow& encoded, float* out) const {
    const std::byte* const from = encoded.elements.data();
    switch (precision_) {
      case MapPrecision::float32: std::memcpy(out, from, row_bytes()); break;
      case MapPrecision::bf16:
        for (std::int64_t k = 0; k < dim_; ++k) {
          bf16 value;
          std::memcpy(&value.bits, from + 2 * k, sizeof value.bits);
          out[k] = static_cast<float>(value);
        }
        break;
      case MapPrecision::int8:
        for (std::int64_t k = 0; k < dim_; ++k) out[k] = static_cast<float>(static_cast<std::int8_t>(from[k])) * encoded.known.scale;
        break;
      case MapPrecision::binary:
        for (std::int64_t k = 0; k < dim_; ++k) out[k] = (std::to_integer<unsigned>(from[k / 8]) >> k % 8 & 1U) != 0 ? 1.0F : -1.0F;
    }
  }

  /// Row `row` of a block of whole panels.
  EncodedRow get(std::span<const std::byte> block, std::int64_t row) const {
    EncodedRow encoded{std::vector<std::byte>(row_bytes())};
    const std::size_t size = element_bytes(), lane = static_cast<std::size_t>(row % panel_rows);
    const std::byte* const panel = block.data() + static_cast<std::size_t>(row / panel_rows) * panel_bytes();
    for (std::size_t i = 0; i < encoded.elements.size(); i += size)
      std::memcpy(&encoded.elements[i], panel + known_bytes() + i * panel_rows + lane * size, size);
    if (rounded()) {
      const auto read = [&](std::size_t at, auto& to) { std::memcpy(&to, panel + at + 4 * lane, 4); };
      read(offsetof(KnownRows, scale), encoded.known.scale);
      read(offsetof(KnownRows, error), encoded.known.error);
      read(offsetof(KnownRows, norm), encoded.known.norm);
      read(offsetof(KnownRows, sum), encoded.sum);
    }
    return encoded;
  }

  /// Writes it to that row, behind the block's end where it is the next one.
  void put(std::vector<std::byte>& block, std::int64_t row, const EncodedRow& encoded) const {
    const std::size_t first = static_cast<std::size_t>(row / panel_rows) * panel_bytes();
    if (block.size() < first + panel_bytes()) block.resize(first + panel_bytes());
    const std::size_t size = element_bytes(), lane = static_cast<std::size_t>(row % panel_rows);
    std::byte* const panel = block.data() + first;
    for (std::size_t i = 0; i < encoded.elements.size(); i += size)
      std::memcpy(panel + known_bytes() + i * panel_rows + lane * size, &encoded.elements[i], size);
    if (!rounded()) return;
    const auto write = [&](std::size_t at, const auto& from) { std::memcpy(panel + at + 4 * lane, &from, 4); };
    write(offsetof(KnownRows, scale), encoded.known.scale);
    write(offsetof(KnownRows, error), encoded.known.error);
    write(offsetof(KnownRows, norm), encoded.known.norm);
    write(offsetof(KnownRows, sum), encoded.sum);
  }

 private:
  MapPrecision precision_;
  std::int64_t dim_, panels_ = 0;
  std::size_t panel_bytes_ = 0;
};

/// The dimensions of a map whose codes have so many bytes: those that its record states, or one a bit.
/// @throws FormatError  where codes of these have not so many bytes
inline std::int64_t dimensions_of_codes(std::int64_t bytes, std::optional<std::int64_t> stated, const std::string& path) {
  VPR_REQUIRE(FormatError, !stated || (*stated <= 8 * bytes && *stated > std::max<std::int64_t>(8 * bytes - 64, 0)), path,
              ": has codes of ", bytes, " bytes, and its record states ", *stated, " dimensions");
  return stated.value_or(8 * bytes);
}

/// What scans of a panel in this process take, by what the file knows.
template <class Metric>
void bounds_of(const KnownRows& known, bool bytes, RowBounds& bounds) {
  std::memcpy(bounds.scale, known.scale, sizeof bounds.scale);
  std::memcpy(bounds.error, known.error, sizeof bounds.error);
  std::memcpy(bounds.norm, known.norm, sizeof bounds.norm);
  const std::int32_t shift = bytes ? -filter_kernels().byte_shift : 0;
  for (int lane = 0; lane < panel_rows; ++lane) {
    bounds.offset[lane] = offset_of<Metric>(known.norm[lane]);
    bounds.start[lane] = shift * known.sum[lane];
  }
}

}  // namespace vpr::detail

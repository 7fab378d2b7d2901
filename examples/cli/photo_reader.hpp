// SPDX-License-Identifier: MIT
/// @file
/// Photos in batches, without those that cannot be read.
#pragma once

#include "left_out.hpp"
#include "photo_options.hpp"

#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/image/image.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cli {

/// Reads photos, and keeps account of those that cannot be read; with --strict-photos the first of them is an error.
class PhotoReader {
 public:
  /// What throws a `vpr::ShapeError` for a photo of a size that the model cannot take; may be empty.
  using Check = std::function<void(vpr::ImageSize)>;
  using Use = std::function<void(const std::vector<vpr::ImageView>&, std::span<const std::size_t> indices)>;

  explicit PhotoReader(const PhotoOptions& options) : options_(options) {}

  /// The photos of folders, lists or photos, one source after the other. Files that are not read are left out.
  std::vector<vpr::Photo> find(const std::vector<std::string>& sources);

  /// Reads photos on all threads; nothing in place of each that cannot be read.
  /// @param of  what they are, such as "database"
  std::vector<std::optional<vpr::Image>> read(std::span<const vpr::Photo> photos, const std::string& of, const Check& check = {});

  /// Calls `use` with `batch` photos at a time, the last ones fewer, and their indices, and shows progress. Batches hold readable photos only, so
  /// that they are those of a list without the others.
  /// @return the indices of the photos that were used, ascending
  std::vector<std::size_t> for_each_batch(std::span<const vpr::Photo> photos, std::int64_t batch, const std::string& of, const Check& check,
                                          const Use& use);

  /// @throws vpr::FormatError  where there were photos and none of them was used
  void require_some(const std::vector<std::size_t>& used, std::size_t photos, const std::string& of) const;

  /// Takes account of files that are left out before any is read.
  /// @param of  what they are of, such as "files"
  void leave_out(const std::vector<vpr::BadPhoto>& photos, const std::string& of);

  const LeftOut& left_out() const { return left_out_; }
  vpr::ReadOptions read_options() const { return options_.read_options(); }

 private:
  PhotoOptions options_;
  LeftOut left_out_;
};

}  // namespace cli

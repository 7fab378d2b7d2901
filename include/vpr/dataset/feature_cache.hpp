// SPDX-License-Identifier: MIT
/// @file
/// What a frozen network makes of a photo, computed once and kept on disk. Needs the target `vpr::hash`.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/core/error.hpp>
#include <vpr/core/shape.hpp>
#include <vpr/core/tensor.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/io/digest.hpp>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// One photo's share of a tensor: its shape without the batch, and its numbers.
struct CachedTensor {
  Shape shape;
  std::vector<float> values;

  friend bool operator==(const CachedTensor&, const CachedTensor&) = default;
};
using CachedTensors = std::vector<CachedTensor>;

/// Keeps the outputs of a frozen network under the photo's content and what made them, one file a photo.
///
/// `identity` names all that the outputs depend on beside the photo's bytes: `digest_of_parameters` of the frozen part, the preprocessing, what
/// is taken out. Outputs of another identity are never found, nor those of a photo whose file has changed; one that moved is. Where photos are
/// augmented their outputs differ each time, and no cache helps.
///
/// The values are kept as they are, so that training with the cache gives the same bits as without. ViT-B/14 at 224 takes 0.8 MB a photo; nothing is
/// ever removed: delete the folder `IDENTITY` (its `identity.txt` says whose it is). Files appear whole or not at all. One that is damaged counts
/// as missing. May be used from several threads and processes at once.
class FeatureCache {
 public:
  /// @throws IoError where the folder can't be made or written to
  FeatureCache(const std::filesystem::path& folder, const std::string& identity)
      : identity_(digest_of(identity)), folder_(folder / identity_.hex()) {
    make_folder(folder_);
    const std::filesystem::path note = folder_ / "identity.txt";
    std::error_code ignored;
    if (std::filesystem::exists(note, ignored)) return;
    AtomicFile file(note.string());
    file.write(identity);
    file.commit();
  }

  /// The outputs kept for a photo; nothing where there are none or their file is damaged.
  /// @throws IoError where the file is there and can't be read
  std::optional<CachedTensors> find(const Digest& photo) const {
    const std::string path = path_of(photo).string();
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file && errno == ENOENT) {
      ++misses_;
      return std::nullopt;
    }
    VPR_REQUIRE(IoError, file.good(), path, ": cannot be opened: ", std::strerror(errno));
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    VPR_REQUIRE(IoError, !file.bad(), path, ": cannot be read");
    std::optional<CachedTensors> tensors = decode(bytes, photo);
    if (!tensors) ++damaged_;
    ++(tensors ? hits_ : misses_);
    return tensors;
  }

  /// Keeps a photo's outputs, in place of those that were there.
  /// @throws IoError with path and reason, as for a full disk; ShapeError where a tensor's numbers do not fit its shape
  void keep(const Digest& photo, const CachedTensors& tensors) const {
    const std::filesystem::path path = path_of(photo);
    make_folder(path.parent_path());
    const std::string body = encode(photo, tensors);
    const Digest checksum = digest_of(body);
    AtomicFile file(path.string());
    file.write(magic);
    file.write(std::as_bytes(std::span(&checksum, 1)));
    file.write(body);
    file.commit();
  }

  /// The outputs of the photo whose file's bytes these are: kept ones, or those of `compute()`, which are kept then.
  template <class Compute>
  CachedTensors get(std::span<const std::byte> photo_file, const Compute& compute) const {
    const Digest photo = digest_of(photo_file);
    if (std::optional<CachedTensors> kept = find(photo)) return *std::move(kept);
    CachedTensors tensors = compute();
    keep(photo, tensors);
    return tensors;
  }

  /// How often outputs were found, how often there were none, and how many files of the latter were damaged.
  std::int64_t hits() const { return hits_; }
  std::int64_t misses() const { return misses_; }
  std::int64_t damaged() const { return damaged_; }
  /// Where the outputs of this identity are.
  const std::filesystem::path& folder() const& { return folder_; }
  void folder() const&& = delete;

 private:
  static constexpr std::string_view magic = "vprfeat1";

  static void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    VPR_REQUIRE(IoError, !error, folder.string(), ": cannot be made: ", error.message());
  }

  std::filesystem::path path_of(const Digest& photo) const {
    const std::string name = photo.hex();
    return folder_ / name.substr(0, 2) / (name + ".features");
  }

  /// Identity, photo, the number of tensors; of each its rank, extents and numbers. Little-endian, 64-bit whole numbers.
  std::string encode(const Digest& photo, const CachedTensors& tensors) const {
    std::string body;
    const auto put = [&](const auto* first, std::size_t count) {
      body.append(reinterpret_cast<const char*>(first), count * sizeof *first);
    };
    const auto put_number = [&](std::uint64_t number) { put(&number, 1); };
    put(&identity_, 1);
    put(&photo, 1);
    put_number(tensors.size());
    for (const CachedTensor& tensor : tensors) {
      VPR_REQUIRE(ShapeError, std::cmp_equal(tensor.values.size(), tensor.shape.elements()), "feature cache: got ", tensor.values.size(),
                  " numbers for the shape ", tensor.shape);
      put_number(tensor.shape.rank());
      put(tensor.shape.begin(), tensor.shape.rank());
      put(tensor.values.data(), tensor.values.size());
    }
    return body;
  }

  std::optional<CachedTensors> decode(std::string_view bytes, const Digest& photo) const {
    const auto take = [&](auto* target, std::size_t count) {
      if (count > bytes.size() / sizeof *target) return false;
      if (count > 0) std::memcpy(target, bytes.data(), count * sizeof *target);
      bytes.remove_prefix(count * sizeof *target);
      return true;
    };
    Digest checksum, of_identity, of_photo;
    std::uint64_t count = 0;
    if (!bytes.starts_with(magic)) return std::nullopt;
    bytes.remove_prefix(magic.size());
    if (!take(&checksum, 1) || digest_of(bytes) != checksum) return std::nullopt;
    // The bytes are those that were written, by this cache or by a forger: nothing in them is trusted.
    if (!take(&of_identity, 1) || !take(&of_photo, 1) || !take(&count, 1) || of_identity != identity_ || of_photo != photo)
      return std::nullopt;
    CachedTensors tensors;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::uint64_t rank = 0;
      std::int64_t extents[Shape::max_rank];
      if (!take(&rank, 1) || rank > Shape::max_rank || !take(extents, rank)) return std::nullopt;
      CachedTensor& tensor = tensors.emplace_back();
      try {
        tensor.shape = Shape(std::span<const std::int64_t>(extents, rank));
      } catch (const ShapeError&) {
        return std::nullopt;
      }
      const auto elements = static_cast<std::size_t>(tensor.shape.elements());
      if (elements > bytes.size() / sizeof(float)) return std::nullopt;
      tensor.values.resize(elements);
      take(tensor.values.data(), elements);
    }
    return bytes.empty() ? std::optional(std::move(tensors)) : std::nullopt;
  }

  Digest identity_;
  std::filesystem::path folder_;
  mutable std::atomic<std::int64_t> hits_{0}, misses_{0}, damaged_{0};
};

/// One image's features out of a batch's, to be kept: its class token C (0 where there is none) and its patches, height × width × C.
template <class B>
CachedTensors cached_tensors(const Features<Tensor<B>>& features, std::int64_t image) {
  const Shape patches = features.patches.shape();
  VPR_REQUIRE(ShapeError, patches.rank() == 3 && image >= 0 && image < patches[0] && patches[1] == features.grid.patches(),
              "cached tensors: got image ", image, " of patches ", patches, ", expected BxNxC with N patches in the grid");
  const auto part = [&](const Tensor<B>& tensor, Shape shape) {
    const std::vector<float> all = tensor.to_vector();
    const auto begin = all.begin() + image * shape.elements();
    return CachedTensor{shape, {begin, begin + shape.elements()}};
  };
  return {part(features.cls, {features.cls.empty() ? 0 : features.cls.shape().last()}),
          part(features.patches, {features.grid.height, features.grid.width, patches[2]})};
}

/// A batch of features out of what `cached_tensors` gave for each image.
/// @throws ShapeError where images differ in shape, or none is given
template <class B>
Features<Tensor<B>> cached_features(std::span<const CachedTensors> images) {
  VPR_REQUIRE(ShapeError, !images.empty(), "cached features: got no image");
  std::vector<float> cls, patches;
  for (const CachedTensors& image : images) {
    VPR_REQUIRE(
        ShapeError,
        image.size() == 2 && image[1].shape.rank() == 3 && image[0].shape == images[0][0].shape && image[1].shape == images[0][1].shape,
        "cached features: images differ in shape, or are no class token C and patches HxWxC");
    cls.insert(cls.end(), image[0].values.begin(), image[0].values.end());
    patches.insert(patches.end(), image[1].values.begin(), image[1].values.end());
  }
  const auto batch = static_cast<std::int64_t>(images.size());
  const Shape map = images[0][1].shape;
  const Grid grid{map[0], map[1]};
  Features<Tensor<B>> features{{}, Tensor<B>::template from<float>({batch, grid.patches(), map[2]}, patches), grid};
  if (!cls.empty()) features.cls = Tensor<B>::template from<float>({batch, images[0][0].shape.last()}, cls);
  return features;
}

}  // namespace vpr

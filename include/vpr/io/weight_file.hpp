// SPDX-License-Identifier: MIT
/// @file
/// Tensors of a mapped file, whichever format it has: what every reader of this folder returns.
#pragma once

#include <vpr/io/mapped_file.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// Where a tensor's values lie. `strides` count elements, one for each dimension; none means row-major without gaps.
struct StoredTensor {
  std::span<const std::byte> bytes;
  std::vector<std::int64_t> strides;
};

/// A `WeightSource` over one mapped file. Nothing is read before `read`, which writes straight into the caller's memory and then
/// gives the file's pages back: loading needs no second copy of the weights. Reading is const and may be done by several threads.
class WeightFile {
 public:
  /// For readers of a format: `format` is its name in messages. Each tensor must be added with bytes that hold all its elements.
  WeightFile(MappedFile file, std::string format) : file_(std::move(file)), format_(std::move(format)) {}

  const std::string& path() const { return file_.path(); }
  const std::string& format() const { return format_; }
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  /// Strings that the file carries beside its tensors: licence, source, ...
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  /// Writes the values of tensor `index` to `out` in row-major order, converted to T: float, double or std::int64_t.
  /// @throws ShapeError if `out` has another size; WeightError for floating-point values asked as integers.
  template <class T>
  void read(std::size_t index, std::span<T> out) const {
    const TensorInfo& info = tensors_.at(index);
    const StoredTensor& stored = stored_[index];
    require<ShapeError>(out.size() == static_cast<std::size_t>(info.shape.elements()), path(), ": '", info.name, "' ", info.shape,
                        " has ", info.shape.elements(), " values, the buffer given has ", out.size());
    require<WeightError>(std::is_floating_point_v<T> || !is_floating(info.dtype), path(), ": '", info.name, "' is ", info.dtype,
                         ", expected integers");
    if (out.empty()) return;
    detail::with_type(info.dtype, [&]<class From>(From) {
      if (stored.strides.empty()) {
        copy_row<From>(stored.bytes.data(), 1, out);
      } else {
        copy_strided<From>(stored.bytes.data(), info.shape, stored.strides, out);
      }
    });
    file_.release(stored.bytes);
  }

  std::span<const std::byte> bytes() const { return file_.bytes(); }
  const MappedFile& file() const { return file_; }
  void add(TensorInfo info, StoredTensor stored) {
    tensors_.push_back(std::move(info));
    stored_.push_back(std::move(stored));
  }
  void set_metadata(std::map<std::string, std::string> metadata) { metadata_ = std::move(metadata); }

 private:
  template <class From, class T>
  static void copy_row(const std::byte* from, std::int64_t stride, std::span<T> out) {
    if constexpr (std::is_same_v<From, T>) {
      if (stride == 1) {
        std::memcpy(out.data(), from, out.size_bytes());
        return;
      }
    }
    for (T& value : out) {
      value = detail::load_element<From, T>(from);
      from += stride * static_cast<std::int64_t>(sizeof(From));
    }
  }

  template <class From, class T>
  static void copy_strided(const std::byte* from, const Shape& shape, const std::vector<std::int64_t>& strides, std::span<T> out) {
    const auto row = static_cast<std::size_t>(shape.last());
    std::array<std::int64_t, Shape::max_rank> position{};
    for (std::size_t done = 0; done < out.size(); done += row) {
      std::int64_t offset = 0;
      for (std::size_t axis = 0; axis + 1 < shape.rank(); ++axis) offset += position[axis] * strides[axis];
      copy_row<From>(from + offset * static_cast<std::int64_t>(sizeof(From)), strides[shape.rank() - 1], out.subspan(done, row));
      for (std::size_t axis = shape.rank() - 1; axis-- > 0;) {
        if (++position[axis] < shape[axis]) break;
        position[axis] = 0;
      }
    }
  }

  MappedFile file_;
  std::string format_;
  std::vector<TensorInfo> tensors_;
  std::vector<StoredTensor> stored_;
  std::map<std::string, std::string> metadata_;
};

static_assert(WeightSource<WeightFile>);

}  // namespace vpr

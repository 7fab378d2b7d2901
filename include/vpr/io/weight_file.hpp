// SPDX-License-Identifier: MIT
/// @file
/// Tensors of a mapped file, whichever format it has: what every reader of this folder returns.
#pragma once

#include <vpr/io/inflate.hpp>
#include <vpr/io/mapped_file.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// Where a tensor's values lie, in little-endian order.
struct StoredTensor {
  std::span<const std::byte> bytes;   // from the first element on; where deflated, all that is compressed together
  std::vector<std::int64_t> strides;  // in elements, one for each dimension; none means row-major without gaps
  struct Deflated {
    std::uint64_t size = 0;   // of the inflated bytes
    std::uint64_t start = 0;  // where the first element is among them
  };
  std::optional<Deflated> deflated;
};

/// A `WeightSource` over one mapped file. Nothing is read before `read`, which writes straight into the caller's memory and then
/// gives the file's pages back: loading needs no second copy of the weights. Reading is const and may be done by several threads.
class WeightFile {
 public:
  /// For readers of a format: `format` is its name in messages.
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
    VPR_REQUIRE(ShapeError, out.size() == static_cast<std::size_t>(info.shape.elements()), path(), ": '", info.name, "' ", info.shape,
                " has ", info.shape.elements(), " values, the buffer given has ", out.size());
    check_type<T>(info);
    if (out.empty()) return;
    detail::with_type(info.dtype, [&]<class From>(From) {
      const StoredTensor& stored = stored_[index];
      if (stored.strides.empty()) {
        Rows<From> rows(stored);
        rows.next(out);
      } else {
        read_strided<From>(stored, info.shape, out);
      }
    });
    release(index);
  }

  /// Calls `body(std::span<const T>)` with the values of tensor `index`, piece after piece in row-major order, without holding them all.
  template <class T, class Body>
  void stream(std::size_t index, Body&& body) const {
    constexpr std::size_t piece = 16384;
    const TensorInfo& info = tensors_.at(index);
    check_type<T>(info);
    auto left = static_cast<std::size_t>(info.shape.elements());
    std::vector<T> values(stored_[index].strides.empty() ? std::min(left, piece) : left);
    if (values.size() == left) {
      read(index, std::span<T>(values));
      return body(std::span<const T>(values));
    }
    detail::with_type(info.dtype, [&]<class From>(From) {
      Rows<From> rows(stored_[index]);
      while (left > 0) {
        const std::span<T> part = std::span<T>(values).first(std::min(left, piece));
        rows.next(part);
        body(std::span<const T>(part));
        left -= part.size();
      }
    });
    release(index);
  }

  const MappedFile& file() const { return file_; }
  /// Adds a tensor. Its bytes, of the mapped file or of `keep`, must hold every element that shape and strides reach.
  void add(TensorInfo info, StoredTensor stored) {
    tensors_.push_back(std::move(info));
    stored_.push_back(std::move(stored));
  }
  /// Keeps bytes that are not in the file as they are needed.
  std::span<const std::byte> keep(std::vector<std::byte> bytes) { return kept_.emplace_back(std::move(bytes)); }
  void set_metadata(std::map<std::string, std::string> metadata) { metadata_ = std::move(metadata); }

 private:
  template <class From, class T>
  static void convert(const std::byte* from, std::int64_t stride, std::span<T> out) {
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

  /// Walks over row-major values, stored or deflated.
  template <class From>
  class Rows {
   public:
    explicit Rows(const StoredTensor& stored) : from_(stored.bytes.data()) {
      if (!stored.deflated) return;
      inflater_ = std::make_unique<Inflater>(stored.bytes);
      inflater_->skip(stored.deflated->start);
    }
    template <class T>
    void next(std::span<T> out) {
      if (!inflater_) {
        convert<From>(from_, 1, out);
        from_ += out.size() * sizeof(From);
      } else if constexpr (std::is_same_v<From, T>) {
        inflater_->read(std::as_writable_bytes(out));
      } else {
        std::array<std::byte, 8192> buffer;
        while (!out.empty()) {
          const auto part = out.first(std::min(out.size(), buffer.size() / sizeof(From)));
          inflater_->read(std::span(buffer).first(part.size() * sizeof(From)));
          convert<From>(buffer.data(), 1, part);
          out = out.subspan(part.size());
        }
      }
    }

   private:
    const std::byte* from_;
    std::unique_ptr<Inflater> inflater_;
  };

  template <class From, class T>
  static void read_strided(const StoredTensor& stored, const Shape& shape, std::span<T> out) {
    const std::byte* from = stored.bytes.data();
    std::vector<std::byte> inflated;
    if (stored.deflated) {
      inflated.resize(static_cast<std::size_t>(stored.deflated->size - stored.deflated->start));
      Inflater inflater(stored.bytes);
      inflater.skip(stored.deflated->start);
      inflater.read(inflated);
      from = inflated.data();
    }
    const auto row = static_cast<std::size_t>(shape.last());
    std::array<std::int64_t, Shape::max_rank> position{};
    for (std::size_t done = 0; done < out.size(); done += row) {
      std::int64_t offset = 0;
      for (std::size_t axis = 0; axis + 1 < shape.rank(); ++axis) offset += position[axis] * stored.strides[axis];
      convert<From>(from + offset * static_cast<std::int64_t>(sizeof(From)), stored.strides.back(), out.subspan(done, row));
      for (std::size_t axis = shape.rank() - 1; axis-- > 0;) {
        if (++position[axis] < shape[axis]) break;
        position[axis] = 0;
      }
    }
  }

  template <class T>
  void check_type(const TensorInfo& info) const {
    VPR_REQUIRE(WeightError, std::is_floating_point_v<T> || !is_floating(info.dtype), path(), ": '", info.name, "' is ", info.dtype,
                ", expected integers");
  }

  void release(std::size_t index) const {
    const std::span<const std::byte> bytes = stored_[index].bytes;
    const std::span<const std::byte> all = file_.bytes();
    const bool mapped = !std::less<>{}(bytes.data(), all.data()) && !std::less<>{}(all.data() + all.size(), bytes.data() + bytes.size());
    if (mapped) file_.release(bytes);
  }

  MappedFile file_;
  std::string format_;
  std::vector<TensorInfo> tensors_;
  std::vector<StoredTensor> stored_;
  std::deque<std::vector<std::byte>> kept_;
  std::map<std::string, std::string> metadata_;
};

static_assert(WeightSource<WeightFile>);

namespace detail {

/// Calls `body`; what it throws of ours comes out as a FormatError that begins with the file's path and format.
template <class Body>
decltype(auto) naming_file(const std::string& path, const char* format, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    fail<FormatError>(path, ": ", format, ": ", error.what());
  }
}

}  // namespace detail
}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// Tensors of a mapped file, whichever format it has: what every reader of this folder returns.
#pragma once

#include <vpr/backend/cpu/packed_matrix.hpp>
#include <vpr/io/apart.hpp>
#include <vpr/io/mapped_file.hpp>
#include <vpr/io/stored_tensor.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// A `WeightSource` over a mapped file, and those it refers to. Nothing is read before `read`, which writes straight into the caller's
/// memory and then gives the file's pages back: loading needs no second copy of the weights. Reading is const and may be done by several
/// threads.
class WeightFile {
 public:
  /// For readers of a format: `format` is its name in messages.
  WeightFile(MappedFile file, std::string format) : format_(std::move(format)) { attach(std::move(file)); }

  const std::string& path() const& { return file().path(); }
  void path() const&& = delete;
  const std::string& format() const& { return format_; }
  void format() const&& = delete;
  /// All that is listed; a tensor whose type is not `readable()` is refused by `read` and `stream` only.
  const std::vector<TensorInfo>& tensors() const& { return tensors_; }
  void tensors() const&& = delete;
  /// Strings that the file carries beside its tensors: licence, source, ...
  const std::map<std::string, std::string>& metadata() const& { return metadata_; }
  void metadata() const&& = delete;
  /// Entries that stand where tensors do and are none, by name: what in the file would have to be run to make them.
  const std::map<std::string, std::string>& placeholders() const& { return placeholders_; }
  void placeholders() const&& = delete;

  /// Writes the values of tensor `index` to `out` in row-major order, converted to T: float, double or std::int64_t.
  /// @throws ShapeError if `out` has another size; WeightError for a type that cannot be read, and for floating-point values asked as
  ///   integers.
  template <class T>
  void read(std::size_t index, std::span<T> out) const {
    const TensorInfo& info = checked<T>(index);
    VPR_REQUIRE(ShapeError, out.size() == static_cast<std::size_t>(info.shape.elements()), path(), ": '", info.name, "' ", info.shape,
                " has ", info.shape.elements(), " values, the buffer given has ", out.size());
    if (out.empty()) return;
    walk<T>(index, [&out](const Reading<T>& elements) { elements.next(out); });
  }

  /// Calls `body(next)`, where `next(std::span<T>)` writes the values of tensor `index` that come next in row-major order; their pages of the file
  /// are given back as it goes.
  template <class T, class Body>
  void read_parts(std::size_t index, Body&& body) const {
    checked<T>(index);
    const std::span<const std::byte> bytes = stored_[index].bytes;
    walk<T>(index, [&](const Reading<T>& elements) {
      std::size_t released = 0;
      body([&](std::span<T> out) {
        elements.next(out);
        constexpr std::size_t enough = 1 << 20;
        if (elements.passed() < released + enough) return;
        release(bytes.subspan(released, elements.passed() - released));
        released = elements.passed();
      });
    });
  }

  /// Calls `body(std::span<const T>)` with the values of tensor `index`, piece after piece in row-major order, without holding them all.
  template <class T, class Body>
  void stream(std::size_t index, Body&& body) const {
    constexpr std::size_t piece = 16384;
    auto left = static_cast<std::size_t>(checked<T>(index).shape.elements());
    if (left == 0) return;
    std::vector<T> values(std::min(left, piece));
    walk<T>(index, [&](const Reading<T>& elements) {
      while (left > 0) {
        const std::span<T> part = std::span<T>(values).first(std::min(left, piece));
        elements.next(part);
        body(std::span<const T>(part));
        left -= part.size();
      }
    });
  }

  /// The precision in which matrices are packed in the file; nothing where none is.
  std::optional<Precision> packed_precision() const {
    for (const StoredTensor& stored : stored_) {
      if (stored.packed) return stored.packed->precision;
    }
    return std::nullopt;
  }

  /// Tensor `index` as it is packed in the file, nothing where it is not.
  /// @throws FormatError  for words that no matrix gives
  std::optional<PackedMatrix> packed(std::size_t index) const {
    const std::optional<StoredTensor::Packed>& form = stored_[index].packed;
    if (!form) return std::nullopt;
    const TensorInfo& info = tensors_[index];
    const std::span<const std::byte> bytes = stored_[index].bytes;
    std::vector<float> factors(form->smoothed ? static_cast<std::size_t>(info.shape.elements() / info.shape[0]) : 0);
    std::vector<std::uint32_t> words(bytes.size() / sizeof(std::uint32_t) - factors.size());
    const auto copy = [](std::span<const std::byte> from, auto& to) {
      if (!to.empty()) std::memcpy(to.data(), from.data(), to.size() * sizeof to[0]);
    };
    copy(bytes, words);
    copy(bytes.subspan(words.size() * sizeof(std::uint32_t)), factors);
    release(bytes);
    try {
      return PackedMatrix::from_words(info.shape, form->precision, words, factors);
    } catch (const Error& error) {
      fail<FormatError>(path(), ": '", info.name, "': ", error.what());
    }
  }

  const MappedFile& file() const& { return files_.front(); }
  void file() const&& = delete;

  /// Adds a tensor. Its bytes, of a mapped file or of `keep`, must hold every element that shape and strides reach.
  /// @throws FormatError where reading all tensors once would go over far more bytes than there are: a few bytes repeated without end.
  void add(TensorInfo info, StoredTensor stored) {
    constexpr double allowance = 1 << 30;
    constexpr double most_times = 4;  // tensors that share their values: a model and its average, not yet apart
    if (info.dtype.readable()) {
      walked_ += static_cast<double>(info.shape.elements()) * static_cast<double>(byte_size(info.dtype));
      if (stored.deflated) walked_ += static_cast<double>(stored.deflated->begin);
    }
    VPR_REQUIRE(FormatError, walked_ <= allowance + most_times * content_, "'", info.name, "' ", info.shape,
                ": the tensors repeat what is stored, ", static_cast<std::uint64_t>(content_), " bytes, far too often");
    tensors_.push_back(std::move(info));
    stored_.push_back(std::move(stored));
  }
  /// Adds an entry to `placeholders()`.
  void add_placeholder(const std::string& name, std::string maker) { placeholders_.emplace(name, std::move(maker)); }
  /// Adds a file that tensors lie in.
  const MappedFile& attach(MappedFile file) {
    content_ += static_cast<double>(file.bytes().size());
    return files_.emplace_back(std::move(file));
  }
  /// Says that compressed bytes of the file stand for `size` bytes.
  void add_inflated(std::uint64_t size) { content_ += static_cast<double>(size); }
  /// Adds all that another file holds.
  void absorb(WeightFile&& other) {
    content_ += other.content_;
    walked_ += other.walked_;
    std::move(other.files_.begin(), other.files_.end(), std::back_inserter(files_));
    std::move(other.tensors_.begin(), other.tensors_.end(), std::back_inserter(tensors_));
    std::move(other.stored_.begin(), other.stored_.end(), std::back_inserter(stored_));
    std::move(other.kept_.begin(), other.kept_.end(), std::back_inserter(kept_));
    placeholders_.merge(other.placeholders_);
  }
  static constexpr std::size_t most_kept = 64 << 20;
  /// Keeps bytes that are not in the file as they are needed.
  /// @throws FormatError beyond `most_kept` bytes in all.
  std::span<const std::byte> keep(std::vector<std::byte> bytes) {
    kept_bytes_ += bytes.size();
    VPR_REQUIRE(FormatError, kept_bytes_ <= most_kept, "more than ", most_kept, " bytes would have to be converted and kept in memory");
    return kept_.emplace_back(std::move(bytes));
  }
  void set_metadata(std::map<std::string, std::string> metadata) { metadata_ = std::move(metadata); }

 private:
  /// A tensor's elements in row-major order.
  template <class T>
  struct Reading {
    std::function<void(std::span<T>)> next;  // writes those that come next
    std::function<std::size_t()> passed;     // how many of the stored bytes are not needed any more
  };

  /// Calls `body` with the elements of tensor `index`.
  template <class T>
  void walk(std::size_t index, const std::function<void(const Reading<T>&)>& body) const;

  template <class T>
  const TensorInfo& checked(std::size_t index) const {
    VPR_REQUIRE(ShapeError, index < tensors_.size(), path(), ": tensor ", index, " of ", tensors_.size(), " is asked for");
    const TensorInfo& info = tensors_[index];
    VPR_REQUIRE(WeightError, info.dtype.readable(), path(), ": '", info.name, "' is ", info.dtype,
                ", which is not read: convert it before the file is saved");
    VPR_REQUIRE(WeightError, std::is_floating_point_v<T> || !is_floating(info.dtype), path(), ": '", info.name, "' is ", info.dtype,
                ", expected integers");
    return info;
  }

  void release(std::span<const std::byte> bytes) const {
    for (const MappedFile& file : files_) {
      const std::span<const std::byte> all = file.bytes();
      const bool mapped = !std::less<>{}(bytes.data(), all.data()) && !std::less<>{}(all.data() + all.size(), bytes.data() + bytes.size());
      if (mapped) return file.release(bytes);
    }
  }

  std::deque<MappedFile> files_;
  std::string format_;
  std::vector<TensorInfo> tensors_;
  std::vector<StoredTensor> stored_;
  std::deque<std::vector<std::byte>> kept_;
  std::size_t kept_bytes_ = 0;
  double content_ = 0;  // bytes of the files, compressed ones inflated
  double walked_ = 0;   // bytes that reading every tensor once goes over
  std::map<std::string, std::string> metadata_;
  std::map<std::string, std::string> placeholders_;
};

#if VPR_IO_BODIES
template <class T>
void WeightFile::walk(std::size_t index, const std::function<void(const Reading<T>&)>& body) const {
  const auto go_over = [&body](auto elements) {
    body({[&elements](std::span<T> out) { elements.next(out); }, [&elements] { return elements.passed(); }});
  };
  if (const std::optional<PackedMatrix> matrix = packed(index)) return go_over(detail::UnpackedElements{matrix->values()});
  const std::string& name = tensors_[index].name;
  try {
    detail::with_type(tensors_[index].dtype,
                      [&]<class From>(From) { go_over(detail::StoredElements<From>(stored_[index], tensors_[index].shape)); });
  } catch (const FormatError& error) {
    fail<FormatError>(path(), ": '", name, "': ", error.what());
  } catch (const WeightError& error) {
    fail<WeightError>(path(), ": '", name, "': ", error.what());
  } catch (const std::bad_alloc&) {
    fail<WeightError>(path(), ": '", name, "': there is not enough memory to read it");
  }
  release(stored_[index].bytes);
}
#endif

static_assert(WeightSource<WeightFile>);

namespace detail {

/// Calls `body`; what it throws comes out as an error of ours that begins with the file's path and format: an IoError as such, anything
/// else as a FormatError.
template <class Body>
decltype(auto) naming_file(const std::string& path, const char* format, Body&& body) {
  try {
    return body();
  } catch (const IoError& error) {
    fail<IoError>(path, ": ", format, ": ", error.what());
  } catch (const Error& error) {
    fail<FormatError>(path, ": ", format, ": ", error.what());
  } catch (const std::exception& error) {  // no memory, a length beyond any
    fail<FormatError>(path, ": ", format, ": cannot be read: ", error.what());
  }
}

}  // namespace detail
}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// Host memory for tensors.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/memory.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace vpr {

/// `size` elements of a trivial type in host memory, aligned to 64 bytes (a cache line, an AVX-512 vector) and not
/// initialised. A copy copies the elements; a moved-from buffer is empty.
///
/// Within an `ExecutionScope` the memory comes from that execution, which keeps what is freed for later buffers; else from the system. It may
/// be freed anywhere, and outlive the execution.
template <class T>
class Buffer {
 public:
  static constexpr std::size_t alignment = detail::Arena::alignment;

  Buffer() = default;
  /// @throws Error where there is no memory for so many, as a copy does
  explicit Buffer(std::size_t size) : data_(size == 0 ? nullptr : allocate(size)), size_(size) {}
  Buffer(const Buffer& other) : Buffer(other.size_) {
    if (size_ > 0) std::copy_n(other.data(), size_, data());
  }
  Buffer(Buffer&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~Buffer() = default;

  std::size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }

 private:
  struct Release {
    void operator()(T* pointer) const { detail::free_memory(pointer); }
  };
  static T* allocate(std::size_t size) {
    void* const memory = size <= static_cast<std::size_t>(-1) / sizeof(T) ? detail::allocate_memory(size * sizeof(T)) : nullptr;
    VPR_REQUIRE(Error, memory != nullptr, "no memory for ", size, " elements of ", sizeof(T), " bytes");
    return static_cast<T*>(memory);
  }

  std::unique_ptr<T, Release> data_;
  std::size_t size_ = 0;
};

}  // namespace vpr

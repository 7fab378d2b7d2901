// SPDX-License-Identifier: MIT
/// @file
/// GPU memory for tensors, and the one stream that everything is ordered on.
#pragma once

#include <vpr/core/error.hpp>

#include <cuda_runtime.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace vpr {
namespace detail {

/// Allocations, copies and kernels of all host threads are queued here, so each sees what was queued before it.
inline cudaStream_t cuda_stream() { return cudaStreamLegacy; }

inline void check_cuda(cudaError_t status, const char* action) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // CUDA keeps the error for whoever asks next
  fail<BackendError>("cuda: ", action, ": ", cudaGetErrorString(status));
}

/// Copies `size` elements where at least one side is the GPU's memory. Host memory may be reused on return.
template <class T>
void copy_cuda(const T* from, T* to, std::size_t size, cudaMemcpyKind kind) {
  check_cuda(cudaMemcpyAsync(to, from, size * sizeof(T), kind, cuda_stream()), "copy");
  if (kind != cudaMemcpyDeviceToDevice) check_cuda(cudaStreamSynchronize(cuda_stream()), "wait for a copy");
}

}  // namespace detail

/// `size` elements of a trivial type in the memory of the current GPU, not initialised. A copy copies the elements; a
/// moved-from buffer is empty.
/// @throws BackendError  if there is no GPU or not that much memory.
template <class T>
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(std::size_t size) : data_(size == 0 ? nullptr : allocate(size)), size_(size) {}
  DeviceBuffer(const DeviceBuffer& other) : DeviceBuffer(other.size_) {
    detail::copy_cuda(other.data(), data(), size_, cudaMemcpyDeviceToDevice);
  }
  DeviceBuffer(DeviceBuffer&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  DeviceBuffer& operator=(DeviceBuffer other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~DeviceBuffer() = default;

  std::size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }

 private:
  struct Release {
    void operator()(T* pointer) const { cudaFreeAsync(pointer, detail::cuda_stream()); }
  };
  static T* allocate(std::size_t size) {
    VPR_REQUIRE(BackendError, size <= static_cast<std::size_t>(-1) / sizeof(T), "cuda: allocate: ", size,
                " elements are more than memory can hold");
    void* memory = nullptr;
    detail::check_cuda(cudaMallocAsync(&memory, size * sizeof(T), detail::cuda_stream()), "allocate");
    return static_cast<T*>(memory);
  }

  std::unique_ptr<T, Release> data_;
  std::size_t size_ = 0;
};

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// The backend on an NVIDIA GPU. Needs nvcc and target vpr::cuda.
#pragma once

#ifndef __CUDACC__
#error "vpr/cuda/cuda.cuh is for nvcc: put what includes it in a .cu file and link the target vpr::cuda"
#endif

#include <vpr/backend/concept.hpp>
#include <vpr/backend/scalar.hpp>
#include <vpr/backend/scalar_gradients.hpp>
#include <vpr/backend/scalar_updates.hpp>
#include <vpr/cuda/device_buffer.cuh>
#include <vpr/cuda/gemm.cuh>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cuda/execution_policy.h>
#include <thrust/system_error.h>

#include <cstdint>
#include <span>

namespace vpr {

/// Runs a kernel's body on the GPU, a thread an index, through Thrust. Does not wait for it.
struct CudaExecutor {
  template <class Body>
  static void for_each(std::int64_t count, const Body& body) {
    try {
      thrust::for_each_n(thrust::cuda::par_nosync.on(detail::cuda_stream()), thrust::counting_iterator<std::int64_t>(0), count, body);
    } catch (const thrust::system_error& error) {
      fail<BackendError>("cuda: run a kernel: ", error.what());
    }
  }
};

/// The current GPU, in precision `T`: `float` or `double`. Products run on cuBLAS, all else as the scalar kernels define
/// it. Ops are queued; `values()` waits for them. Errors of the GPU are `BackendError`s, of a kernel perhaps only later.
template <class T = float>
struct Cuda : ScalarKernels<CudaExecutor>, ScalarGradients<CudaExecutor>, ScalarUpdates<CudaExecutor> {
  using value = T;
  using storage = DeviceBuffer<T>;
  using tensor = Tensor<Cuda>;
  using weight = Tensor<Cuda>;
  static constexpr bool host = false;

  static T* pointer(storage& memory) { return memory.data(); }
  static const T* pointer(const storage& memory) { return memory.data(); }
  static void upload(std::span<const T> from, T* to) { detail::copy_cuda(from.data(), to, from.size(), cudaMemcpyHostToDevice); }
  static void download(const T* from, std::span<T> to) { detail::copy_cuda(from, to.data(), to.size(), cudaMemcpyDeviceToHost); }

  /// Each image (the first axis of three or more; each row of a matrix) is a product of its own: cuBLAS chooses how to
  /// sum by the sizes it sees.
  static void linear(const tensor& x, const weight& matrix, const tensor& bias, Activation activation, tensor& out) {
    const std::int64_t depth = x.shape().last(), columns = out.shape().last();
    if (out.empty() || depth == 0) return ScalarKernels::linear(x, matrix, bias, activation, out);
    const std::int64_t images = x.shape().rank() < 3 ? x.shape().rows() : x.shape()[0], rows = x.shape().rows() / images;
    for (std::int64_t i = 0; i < images; ++i) {
      detail::gemm(x.data() + i * rows * depth, false, matrix.data(), true, out.data() + i * rows * columns, rows, columns, depth);
    }
    const T* offset = bias.data();
    if (offset == nullptr && activation == Activation::none) return;
    T* result = out.data();
    CudaExecutor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      result[i] = detail::activate(activation, offset == nullptr ? result[i] : result[i] + offset[i % columns]);
    });
  }

  static void matmul(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b, tensor& out) {
    const std::int64_t depth = transpose_a ? a.shape().rows() : a.shape().last();
    if (out.empty() || depth == 0) return ScalarGradients::matmul(a, transpose_a, b, transpose_b, out);
    detail::gemm(a.data(), transpose_a, b.data(), transpose_b, out.data(), out.shape().rows(), out.shape().last(), depth);
  }
};

static_assert(TrainableBackend<Cuda<float>>);

}  // namespace vpr

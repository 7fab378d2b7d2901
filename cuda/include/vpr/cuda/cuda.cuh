// SPDX-License-Identifier: MIT
/// @file
/// The backend on an NVIDIA GPU. Needs nvcc and target vpr::cuda.
#pragma once

#ifndef __CUDACC__
#error "vpr/cuda/cuda.cuh is for nvcc: put what includes it in a .cu file and link the target vpr::cuda"
#endif

#include <vpr/backend/concept.hpp>
#include <vpr/backend/scalar.hpp>
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
  using convolution_weight = weight;
  static constexpr bool host = false;

  static T* pointer(storage& memory) { return memory.data(); }
  static const T* pointer(const storage& memory) { return memory.data(); }
  static void upload(std::span<const T> from, T* to) { detail::copy_cuda(from.data(), to, from.size(), cudaMemcpyHostToDevice); }
  static void download(const T* from, std::span<T> to) { detail::copy_cuda(from, to.data(), to.size(), cudaMemcpyDeviceToHost); }

  /// Each image (the first axis of three or more; each row of a matrix) is a product of its own: cuBLAS chooses how to
  /// sum by the sizes it sees.
  static void linear(const tensor& x, const weight& matrix, const EpilogueOperands<T>& epilogue, tensor& out) {
    const std::int64_t depth = x.shape().last(), columns = out.shape().last();
    if (out.empty() || depth == 0) return ScalarKernels::linear(x, matrix, epilogue, out);
    tensor apart(epilogue.residual == nullptr ? Shape{0} : out.shape());  // the residual may be where the result goes
    T* const product = epilogue.residual == nullptr ? out.data() : apart.data();
    const std::int64_t images = x.shape().rank() < 3 ? x.shape().rows() : x.shape()[0], rows = x.shape().rows() / images;
    for (std::int64_t i = 0; i < images; ++i) {
      detail::gemm(x.data() + i * rows * depth, false, matrix.data(), true, product + i * rows * columns, rows, columns, depth);
    }
    if (epilogue.empty()) return;
    T* result = out.data();
    CudaExecutor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = epilogue(product[i], i, i % columns); });
  }

  static void convolution(const tensor& x, Grid map, Window window, const tensor& matrix, const EpilogueOperands<T>& epilogue,
                          tensor& out) {
    if (matrix.shape()[1] < x.shape()[2]) return ScalarKernels::convolution(x, map, window, matrix, epilogue, out);
    if (window.is_pointwise()) return linear(x, matrix, epilogue, out);
    tensor columns(Shape{x.shape()[0], out.shape()[1], x.shape()[2] * window.cells()});
    ScalarKernels::windows(x, map, window, columns);
    linear(columns, matrix, epilogue, out);
  }

  static void matmul(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b, tensor& out) {
    const std::size_t axis = a.shape().rank() - 2;
    const std::int64_t rows = a.shape()[axis + (transpose_a ? 1 : 0)], depth = a.shape()[axis + (transpose_a ? 0 : 1)],
                       columns = out.shape().last();
    if (out.empty() || depth == 0) return ScalarKernels::matmul(a, transpose_a, b, transpose_b, out);
    const std::int64_t step = b.shape().rank() == 3 ? depth * columns : 0;
    for (std::int64_t i = 0; i < out.elements() / (rows * columns); ++i) {
      detail::gemm(a.data() + i * rows * depth, transpose_a, b.data() + i * step, transpose_b, out.data() + i * rows * columns, rows,
                   columns, depth);
    }
  }

  static void linear_gradient(const tensor& matrix, const tensor& dy, tensor& dx) {
    if (dx.empty() || dy.empty()) return ScalarGradients::linear_gradient(matrix, dy, dx);
    detail::gemm(dy.data(), false, matrix.data(), false, dx.data(), dx.shape().rows(), dx.shape().last(), dy.shape().last());
  }

  static void linear_weight_gradient(const tensor& x, const tensor& dy, tensor& dmatrix) {
    if (dmatrix.empty() || dy.empty()) return ScalarGradients::linear_weight_gradient(x, dy, dmatrix);
    detail::gemm(dy.data(), true, x.data(), false, dmatrix.data(), dy.shape().last(), x.shape().last(), dy.shape().rows());
  }
};

static_assert(TrainableBackend<Cuda<float>>);

}  // namespace vpr

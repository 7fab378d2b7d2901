// SPDX-License-Identifier: MIT
/// @file
/// Products of row-major matrices by cuBLAS.
#pragma once

#include <vpr/cuda/device_buffer.cuh>

#include <cublas_v2.h>

#include <cstdint>

namespace vpr::detail {

inline void check_cublas(cublasStatus_t status, const char* action) {
  VPR_REQUIRE(BackendError, status == CUBLAS_STATUS_SUCCESS, "cuda: ", action, ": ", cublasGetStatusString(status));
}

/// cuBLAS for the calling thread and the GPU that was current at its first product.
class Cublas {
 public:
  static cublasHandle_t handle() {
    thread_local const Cublas own;
    return own.handle_;
  }
  Cublas(const Cublas&) = delete;
  Cublas& operator=(const Cublas&) = delete;

 private:
  Cublas() {
    check_cublas(cublasCreate(&handle_), "start cuBLAS");
    check_cublas(cublasSetStream(handle_, cuda_stream()), "start cuBLAS");
  }
  ~Cublas() { cublasDestroy(handle_); }

  cublasHandle_t handle_ = nullptr;
};

inline cublasStatus_t column_major_gemm(cublasOperation_t left, cublasOperation_t right, std::int64_t m, std::int64_t n, std::int64_t k,
                                        const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float* c, std::int64_t ldc) {
  const float one = 1, zero = 0;
  return cublasSgemm_64(Cublas::handle(), left, right, m, n, k, &one, a, lda, b, ldb, &zero, c, ldc);
}
inline cublasStatus_t column_major_gemm(cublasOperation_t left, cublasOperation_t right, std::int64_t m, std::int64_t n, std::int64_t k,
                                        const double* a, std::int64_t lda, const double* b, std::int64_t ldb, double* c, std::int64_t ldc) {
  const double one = 1, zero = 0;
  return cublasDgemm_64(Cublas::handle(), left, right, m, n, k, &one, a, lda, b, ldb, &zero, c, ldc);
}

/// out (rows×columns) = a (rows×depth) · b (depth×columns), where a transposed operand is stored with its axes exchanged.
/// No extent may be 0. To cuBLAS, which is column-major, these are the transposed matrices: outᵀ = bᵀ · aᵀ.
template <class T>
void gemm(const T* a, bool transpose_a, const T* b, bool transpose_b, T* out, std::int64_t rows, std::int64_t columns, std::int64_t depth) {
  check_cublas(column_major_gemm(transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N, transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N, columns, rows, depth, b,
                                 transpose_b ? depth : columns, a, transpose_a ? rows : depth, out, columns),
               "multiply matrices");
}

}  // namespace vpr::detail

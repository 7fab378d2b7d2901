// SPDX-License-Identifier: MIT
/// @file
/// A backend that counts its memory and its work.
#pragma once

#include <vpr/backend/concept.hpp>
#include <vpr/backend/host.hpp>

#include <algorithm>
#include <cstdint>

namespace vpr::test {

/// `Reference<double>` whose elements and kernels of gradients are counted.
struct Counted : HostMemory<double>, ScalarKernels<SerialExecutor>, ScalarGradients<SerialExecutor> {
  using tensor = Tensor<Counted>;
  using weight = Tensor<Counted>;
  using convolution_weight = weight;

  inline static std::int64_t live = 0;       // elements that tensors hold now
  inline static std::int64_t most = 0;       // and have held at once since `start`
  inline static int products = 0, sums = 0;  // of gradients, since then

  static void start() {
    most = live;
    products = sums = 0;
  }

  class storage : public Buffer<double> {
   public:
    storage() = default;
    explicit storage(std::size_t size) : Buffer(size) { hold(); }
    storage(const storage& other) : Buffer(other) { hold(); }
    storage(storage&&) = default;
    storage& operator=(storage other) noexcept {
      live -= elements();
      Buffer::operator=(std::move(other));
      return *this;
    }
    ~storage() { live -= elements(); }

   private:
    std::int64_t elements() const { return static_cast<std::int64_t>(size()); }
    void hold() {
      live += elements();
      most = std::max(most, live);
    }
  };

  static double* pointer(storage& memory) { return memory.data(); }
  static const double* pointer(const storage& memory) { return memory.data(); }

  static void linear_gradient(const tensor& matrix, const tensor& dy, tensor& dx) {
    ++products;
    ScalarGradients::linear_gradient(matrix, dy, dx);
  }
  static void linear_weight_gradient(const tensor& x, const tensor& dy, tensor& dmatrix) {
    ++products;
    ScalarGradients::linear_weight_gradient(x, dy, dmatrix);
  }
  static void column_sums(const tensor& x, const tensor& y, tensor& out) {
    ++sums;
    ScalarGradients::column_sums(x, y, out);
  }
};
static_assert(DifferentiableBackend<Counted>);

}  // namespace vpr::test

// SPDX-License-Identifier: MIT
/// @file
/// The tensor that flows between ops, and what a component may ask of anything that flows.
#pragma once

#include <vpr/core/memory.hpp>
#include <vpr/core/shape.hpp>

#include <algorithm>
#include <concepts>
#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// What components compute on: a `Tensor<B>`, which is computed at once, or a `Var<B>`, which is recorded.
/// A component written over `TensorLike` calls ops by their plain names; which overload runs follows from the type.
template <class X>
concept TensorLike = std::copyable<X> && requires(const X x) {
  typename X::backend;
  { x.shape() } -> std::convertible_to<Shape>;
};

/// A dense row-major array of `B::value` in the memory of backend `B`, the last axis fastest.
///
/// A tensor is a value: a copy copies the elements, a move leaves an empty tensor behind. `Tensor(shape)` is not
/// initialised. A const tensor may be read from many threads.
template <class B>
class Tensor {
 public:
  using backend = B;
  using value_type = typename B::value;

  Tensor() = default;
  /// @throws Error naming the shape and its bytes where there is no memory for them, as a copy does
  explicit Tensor(Shape shape) : shape_(shape), storage_(stored(shape, static_cast<std::size_t>(shape.elements()))) {}
  Tensor(const Tensor& other) : shape_(other.shape_), storage_(stored(other.shape_, other.storage_)) {}
  Tensor(Tensor&& other) noexcept : shape_(std::exchange(other.shape_, Shape{0})), storage_(std::move(other.storage_)) {}
  Tensor& operator=(Tensor other) noexcept {
    shape_ = std::exchange(other.shape_, Shape{0});
    storage_ = std::move(other.storage_);
    return *this;
  }
  ~Tensor() = default;

  /// A tensor with these host values, row-major.
  /// @throws ShapeError  if there are more or fewer than the shape has elements.
  template <class T>
  static Tensor from(Shape shape, std::span<const T> values) {
    Tensor tensor(shape);
    tensor.assign(values);
    return tensor;
  }
  static Tensor from(Shape shape, const std::vector<value_type>& values) { return from(shape, std::span<const value_type>(values)); }

  static Tensor full(Shape shape, value_type value) {
    Tensor tensor(shape);
    if constexpr (B::host) {
      std::fill_n(tensor.data(), tensor.elements(), value);
    } else if (tensor.data() != nullptr) {  // null where a backend holds no elements
      tensor.assign(std::span<const value_type>(std::vector<value_type>(static_cast<std::size_t>(tensor.elements()), value)));
    }
    return tensor;
  }
  static Tensor zeros(Shape shape) { return full(shape, value_type{0}); }

  const Shape& shape() const& { return shape_; }
  Shape shape() && { return shape_; }
  std::int64_t elements() const { return static_cast<std::int64_t>(storage_.size()); }
  bool empty() const { return storage_.size() == 0; }

  /// The elements, in the backend's memory.
  value_type* data() { return B::pointer(storage_); }
  const value_type* data() const { return B::pointer(storage_); }

  /// Overwrites the elements with host values, row-major, converted to `value_type`.
  /// @throws ShapeError  if there are more or fewer than the tensor has elements.
  template <class T>
  void assign(std::span<const T> values) {
    VPR_REQUIRE(ShapeError, std::cmp_equal(values.size(), elements()), "tensor ", shape_, ": got ", values.size(), " values, want ",
                elements());
    assign_part(0, values);
  }
  void assign(std::span<const float> values) { assign<float>(values); }
  /// Overwrites the elements from `begin` on likewise.
  /// @throws ShapeError  if these are not all elements of the tensor.
  template <class T>
  void assign_part(std::int64_t begin, std::span<const T> values) {
    VPR_REQUIRE(ShapeError, begin >= 0 && begin <= elements() && std::cmp_less_equal(values.size(), elements() - begin), "tensor ", shape_,
                ": got ", values.size(), " values from element ", begin, " on");
    if constexpr (std::same_as<T, value_type>) {
      B::upload(values, data() + begin);
    } else {
      const ScratchVector<value_type> converted(values.begin(), values.end());
      B::upload(std::span<const value_type>(converted), data() + begin);
    }
  }

  /// The elements in host memory, row-major.
  std::vector<value_type> values() const {
    std::vector<value_type> host(storage_.size());
    B::download(data(), std::span<value_type>(host));
    return host;
  }
  /// The elements as floats in host memory, row-major.
  std::vector<float> to_vector() const {
    std::vector<value_type> host = values();
    if constexpr (std::same_as<value_type, float>) {
      return host;
    } else {
      std::vector<float> narrow(host.size());
      std::transform(host.begin(), host.end(), narrow.begin(), [](value_type value) { return static_cast<float>(value); });
      return narrow;
    }
  }

  /// Writes the elements as floats to host memory, row-major.
  /// @throws ShapeError  if there is room for more or fewer.
  void copy_to(std::span<float> host) const {
    VPR_REQUIRE(ShapeError, std::cmp_equal(host.size(), elements()), "tensor ", shape_, ": got room for ", host.size(), " values, want ",
                elements());
    if constexpr (std::same_as<value_type, float>) {
      B::download(data(), host);
    } else {
      ScratchVector<value_type> exact(host.size());
      B::download(data(), std::span<value_type>(exact));
      std::transform(exact.begin(), exact.end(), host.begin(), [](value_type value) { return static_cast<float>(value); });
    }
  }

  /// The same elements under another shape of as many elements.
  Tensor reshaped(Shape shape) && {
    VPR_REQUIRE(ShapeError, shape.elements() == elements(), "reshape: ", shape_, " has ", elements(), " elements, ", shape, " has ",
                shape.elements());
    shape_ = shape;
    return std::move(*this);
  }
  Tensor reshaped(Shape shape) const& { return Tensor(*this).reshaped(shape); }

  /// An `Eigen::Map` of host memory as a matrix of `shape().rows()` × `shape().last()`; needs `<vpr/core/eigen.hpp>`. Not of a temporary,
  /// whose memory is gone before the view is.
  auto matrix() &;
  auto matrix() const&;
  auto matrix() && = delete;
  auto matrix() const&& = delete;
  /// An xtensor adaptor of host memory with N axes; needs `<vpr/core/xtensor.hpp>`. Not of a temporary.
  template <std::size_t N>
  auto xt() &;
  template <std::size_t N>
  auto xt() const&;
  template <std::size_t N>
  auto xt() && = delete;
  template <std::size_t N>
  auto xt() const&& = delete;

 private:
  /// The storage made from `from`, a number of elements or another storage.
  template <class From>
  static typename B::storage stored(const Shape& shape, const From& from) {
    try {
      return typename B::storage(from);
    } catch (const std::exception& error) {
      fail("tensor ", shape, ", ", shape.elements(), " elements of ", sizeof(value_type), " bytes: ", error.what());
    }
  }

  Shape shape_{0};
  typename B::storage storage_;
};

}  // namespace vpr

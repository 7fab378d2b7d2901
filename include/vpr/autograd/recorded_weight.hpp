// SPDX-License-Identifier: MIT
/// @file
/// The matrix of a recorded product: trained, or frozen and packed.
#pragma once

#include <vpr/autograd/var.hpp>

#include <concepts>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// What a recorded component holds a matrix of `linear`, or a convolution's weight, in: a `Var`, until it is packed. A packed one is held as
/// backend `B` holds it at inference, in its layout and precision; it is frozen, and gradients pass through it to what it multiplies, in bf16 where
/// it is. So adapters train in float32 over a backbone in bfloat16.
template <class B, class PackedForm>
class RecordedWeight : public Var<B> {
 public:
  using Packed = PackedForm;
  using Var<B>::Var;

  /// @param groups  of a convolution
  static RecordedWeight zeros(Shape shape, std::int64_t groups = 1) {
    RecordedWeight weight(shape);
    weight.groups_ = groups;
    return weight;
  }

  /// Freezes it, and holds it packed from now on. `form` is what `Packed::zeros` takes beside the shape, such as a `Precision`.
  template <class... Form>
  void pack(Form... form) {
    const std::vector<float> values = to_vector();
    Packed packed = zero_convolution_weight<Packed>(this->shape(), groups_, form...);
    packed.assign(std::span<const float>(values));
    if constexpr (requires { packed.precision(); }) precision_ = packed.precision() == Precision::bf16 ? Precision::bf16 : Precision::f32;
    packed_ = std::make_shared<Packed>(std::move(packed));
    static_cast<Var<B>&>(*this) = this->detached().with_value_if(false);
  }
  /// What it is packed into; nothing before.
  const Packed* packed() const { return packed_.get(); }

  /// From now on its products and their gradients are computed in `precision`: in bf16 the operands of each are rounded to bfloat16 and summed in
  /// float32. Its own values, and what an optimiser makes of them, stay in float32.
  /// @throws ConfigError  for int8, for a packed weight, and for bf16 over a backend without such products
  void multiply_in(Precision precision) requires std::same_as<PackedForm, typename B::weight> {
    VPR_REQUIRE(ConfigError, packed_ == nullptr, "a packed weight ", this->shape(),
                " is multiplied in the precision that it was packed in");
    VPR_REQUIRE(ConfigError, precision == Precision::f32 || (precision == Precision::bf16 && RoundsProducts<B>),
                "training multiplies in f32", RoundsProducts<B> ? " or bf16, not in " : " on this backend, not in ", name_of(precision));
    precision_ = precision;
  }
  /// What its products are computed in, of a packed one only its gradients.
  Precision precision() const { return precision_; }

  /// @throws ConfigError  if a packed one is to be trained.
  void set_needs_gradient(bool needed) {
    VPR_REQUIRE(ConfigError, !needed || packed_ == nullptr, "a packed weight ", this->shape(),
                " can't be trained: choose what is trained before the rest is packed, or load the model again");
    Var<B>::set_needs_gradient(needed);
  }
  void assign(std::span<const float> values) {
    if (packed_ == nullptr) return Var<B>::assign(values);
    packed_->assign(values);
  }
  std::vector<float> to_vector() const { return packed_ == nullptr ? Var<B>::to_vector() : packed_->to_vector(); }

 private:
  std::int64_t groups_ = 1;
  Precision precision_ = Precision::f32;
  std::shared_ptr<Packed> packed_;  // shared by copies, as the value of a Var is
};

}  // namespace vpr

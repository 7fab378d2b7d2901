// SPDX-License-Identifier: MIT
/// @file
/// What makes a part of a system over the backend that is asked for.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>

#include <concepts>
#include <functional>
#include <tuple>

namespace vpr {

/// Makes a `Part<B>`, such as an `AnyBackbone<B>`, over each backend that models by name run on: `Cpu<f32>` at inference, `Recorded<Cpu<f32>>`
/// in training, and `Shapes`, to be compared with a weight file at no cost.
///
/// It is made of one function object whose `operator()<B>(arguments...)` gives what a `Part<B>` is constructed from; whoever makes one compiles that
/// for all three.
template <template <class> class Part, class... Arguments>
class Factory {
 public:
  template <class Missing = void>
  Factory() {
    static_assert(!std::same_as<Missing, void>,
                  "a row of a registry needs a factory: a function object whose operator()<B>(...) makes its part over backend B");
  }
  template <class Make>
  requires(!std::same_as<Make, Factory>) Factory(Make make)
      : makes_(over<Cpu<f32>>(make), over<Recorded<Cpu<f32>>>(make), over<Shapes>(make)) {}

  /// @tparam B  one of the three
  template <class B>
  Part<B> make(const Arguments&... arguments) const {
    return std::get<Over<B>>(makes_)(arguments...);
  }

 private:
  template <class B>
  using Over = std::function<Part<B>(const Arguments&...)>;

  template <class B, class Make>
  static Over<B> over(const Make& make) {
    static_assert(
        requires(const Arguments&... arguments) { make.template operator()<B>(arguments...); },
        "a row of a registry needs a factory: a function object whose operator()<B>(...) makes its part over backend B");
    static_assert(
        requires(const Arguments&... arguments) { Part<B>(make.template operator()<B>(arguments...)); },
        "the factory of a registry's row returns its part over backend B by value: what this operator()<B>(...) returns is no such part");
    return [make](const Arguments&... arguments) { return Part<B>(make.template operator()<B>(arguments...)); };
  }

  std::tuple<Over<Cpu<f32>>, Over<Recorded<Cpu<f32>>>, Over<Shapes>> makes_;
};

}  // namespace vpr

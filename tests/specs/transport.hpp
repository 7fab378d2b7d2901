// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

struct OptimalTransport {
  struct Iterations {
    std::int64_t count, last_mass = 1;
  };
  static constexpr auto name = "optimal_transport";
  VPR_SPEC_KERNELS(optimal_transport, optimal_transport_gradient);
  static constexpr Tolerance value{16, "sums of exponentials, twice an iteration"}, gradient{64, "and the iterations backwards"};
  /// Once there is an iteration, the dustbin's gradient is zero in exact arithmetic and rounding in any other: see autograd/transport_test.cpp.
  static Case<Iterations> of(std::int64_t tokens, std::int64_t clusters, std::int64_t iterations, std::int64_t last_mass = 1) {
    return {{{{tokens, clusters}, true, -5, 5}, {{1}, false, -1, 1, iterations > 0}}, {iterations, last_mass}};
  }
  static Cases<Iterations> cases() {
    Cases<Iterations> cases;
    for (const std::int64_t clusters : {1, 2, 4, 17}) {
      for (const std::int64_t tokens : {clusters + 1, std::int64_t{33}}) {
        for (const std::int64_t iterations : {0, 1, 3}) cases.push_back(of(tokens, clusters, iterations));
      }
    }
    for (const std::int64_t iterations : {0, 1, 3}) {  // the last one SuperGlue's other dustbin
      cases.push_back(of(4, 3, iterations, 3));
      cases.push_back(of(8, 17, iterations, 17));
    }
    return cases;
  }
  static Case<Iterations> speed() { return of(256, 64, 3); }
  static constexpr auto apply = [](auto& in, Iterations iterations) {
    return optimal_transport(in[0], in[1], iterations.count, iterations.last_mass);
  };
};

using TransportSpecs = Specs<OptimalTransport>;

}  // namespace vpr::test

// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

struct Matmul {
  struct Transposed {
    Product product = Product::ab;
  };
  static constexpr auto name = "matmul";
  VPR_SPEC_KERNELS(matmul);
  static constexpr Tolerance value{32, "a sum over at most 193 products"}, gradient{32, "likewise"};
  static Cases<Transposed> cases() {
    Cases<Transposed> cases{{{{{3, 5}}, {{5, 2, 2, 1}, false}}}};  // of more axes than two, all but the first count as columns
    for (const Product product : {Product::ab, Product::atb, Product::abt}) {
      const auto add = [&](std::int64_t rows, std::int64_t depth, std::int64_t columns) {
        const Shape a = product == Product::atb ? Shape{depth, rows} : Shape{rows, depth},
                    b = product == Product::abt ? Shape{columns, depth} : Shape{depth, columns};
        cases.push_back({{{a, false}, {b, false}}, {product}});
        if (depth != 5 && depth != 17) return;
        cases.push_back({{{a}, {b}}, {product}});
        if (product != Product::atb) cases.push_back({{{a}, {b, false}}, {product}});  // one matrix for all images
      };
      add(0, 4, 3);
      add(3, 5, 2);
      for (const std::int64_t depth : {0, 1, 17, 193}) {
        for (const std::int64_t rows : {1, 3, 193}) {
          for (const std::int64_t columns : {1, 16, 17}) add(rows, depth, columns);
        }
      }
    }
    return cases;
  }
  static Case<Transposed> speed() { return {{{{256, 768}}, {{256, 64}}}, {Product::atb}, 2.0 * 256 * 768 * 64}; }
  static constexpr auto apply = [](auto& in, Transposed settings) { return matmul(in[0], in[1], settings.product); };
};

using ProductSpecs = Specs<Matmul>;

}  // namespace vpr::test

// SPDX-License-Identifier: MIT
#include <vpr/autograd/attention.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Attention passes the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return self_attention(in[0], 3); }, {r({2, 5, 18}, -2, 2)});
  check_gradients<B>([](const auto& in) { return self_attention(in[0], 1); }, {r({1, 4, 6}, -2, 2)});
  check_gradients<B>([](const auto& in) { return self_attention(in[0], 2); }, {r({1, 1, 6})});
  check_gradients<B>([](const auto& in) { return attention(in[0], in[1], in[2], 2); },
                     {r({2, 3, 4}, -2, 2), r({2, 5, 4}, -2, 2), r({2, 5, 4})});
  check_gradients<B>([](const auto& in) { return attention(in[0], in[1], in[2], 1); }, {r({1, 1, 3}), r({1, 7, 3}), r({1, 7, 3})});
  check_gradients<B>([](const auto& in) { return attention(in[0], in[0], in[0], 2); }, {r({1, 3, 4})});
}

TEST_CASE("Attention over more queries than a block holds passes the gradients of the scalar kernels") {
  const auto gradient = []<class B>() {
    const Var<B> qkv(random_tensor<B>({2, 131, 18}, 1, -3, 3), true);
    self_attention(qkv, 2).backward(random_tensor<B>({2, 131, 6}, 2));
    return qkv.gradient().to_vector();
  };
  CHECK(largest_difference(gradient.operator()<F64>(), gradient.operator()<Reference<f64>>()) < 1e-6F);
}

TEST_CASE("Attention of no images or queries leaves no gradient and does no harm") {
  const Var<F64> none(Tensor<F64>(Shape{0, 3, 6}), true), keys(random_tensor({1, 2, 6}, 1), true),
      no_queries(Tensor<F64>(Shape{1, 0, 6}), true);
  for (const Var<F64>& y : {self_attention(none, 1), attention(no_queries, keys, keys, 2)}) propagate_ones(y);
  CHECK(keys.gradient().empty());
}

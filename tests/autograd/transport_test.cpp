// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A dustbin whose score is absorbed has no gradient but rounding") {
  for (const std::int64_t iterations : {1, 3})
    check_gradients([=](const Vars& in) { return optimal_transport(in[0], in[1], iterations); },
                    {random_tensor({2, 7, 4}, 1, -3, 3), random_tensor({1}, 2)});
}

TEST_CASE("A dustbin's own score is absorbed by its mass, once there is an iteration") {
  const auto scores = random_tensor({2, 7, 3}, 1);
  const auto plan = [&](double dustbin) { return optimal_transport(scores, Tensor<F64>::full({1}, dustbin), 1).values(); };
  const std::vector<double> low = plan(-3), high = plan(5);
  for (std::size_t i = 0; i < low.size(); ++i) CHECK(low[i] == Approx(high[i]));
}

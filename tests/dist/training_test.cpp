// SPDX-License-Identifier: MIT
#include <vpr/dist/training.hpp>

#include "tests/dist/tasks.hpp"
#include "tests/dist/threads.hpp"
#include "tests/support/catch.hpp"

TEST_CASE("Processes that share batches train the model that one process trains, with the same bits in each") {
  const std::vector<float> one = trained(vpr::OneProcess(), 10), untrained = trained(vpr::OneProcess(), 0);
  REQUIRE(largest_difference(one, untrained) > 1e-2F);
  for (const int processes : {2, 3, 5}) {
    std::vector<std::vector<float>> weights(static_cast<std::size_t>(processes));
    require_none(
        Threads::run(processes, [&](const Threads& threads) { weights[static_cast<std::size_t>(threads.rank())] = trained(threads, 10); }));
    for (const std::vector<float>& weight : weights) {
      CHECK(weight == weights[0]);
      CHECK(largest_difference(weight, one) < 1e-5F);
    }
  }
}

TEST_CASE("Rows of different lengths are not put together") {
  const auto thrown = Threads::run(2, [](const Threads& threads) {
    using X = vpr::Var<vpr::Cpu<vpr::f32>>;
    vpr::gathered(X(vpr::Shape{1, threads.rank() + 2}), threads);
  });
  for (const auto& error : thrown) CHECK_THROWS_AS(std::rethrow_exception(error), vpr::ShapeError);
}

TEST_CASE("A gradient that one process alone has counts as zero in the others; one that none has stays away") {
  using B = vpr::Cpu<vpr::f32>;
  std::vector<std::vector<float>> gradients(2);
  require_none(Threads::run(2, [&](const Threads& threads) {
    vpr::Var<B> a(vpr::Shape{2}), b(vpr::Shape{1});
    if (threads.rank() == 1) a.update([](auto&, auto& gradient) { gradient = vpr::Tensor<B>::full(vpr::Shape{2}, 3); });
    vpr::sum_gradients(std::vector<vpr::NamedParameter<B>>{{"a", a}, {"b", b}}, threads);
    gradients[static_cast<std::size_t>(threads.rank())] = a.gradient().to_vector();
    if (!b.gradient().empty()) throw std::runtime_error("a gradient from nowhere");
  }));
  CHECK(gradients[0] == std::vector<float>{3, 3});
  CHECK(gradients[1] == gradients[0]);
}

// SPDX-License-Identifier: MIT
#include <vpr/io/load.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/sgd.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/threads.hpp"
#include "tests/train/bag.hpp"

#include <map>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A group has settings of its own; the first that chooses a parameter counts") {
  Bag bag{{"backbone.a", {1}}, {"backbone.b", {1}}, {"head", {1}}};
  Sgd<F32> optimizer(bag, {.rate = 0.5}, {{"backbone.b", {.rate = 0}}, {"backbone.", {.rate = 0.25}}});
  for (const char* name : {"backbone.a", "backbone.b", "head"}) bag.set_gradient(name, {1});
  optimizer.step();
  CHECK(bag.values("backbone.a") == Floats{0.75F});
  CHECK(bag.values("backbone.b") == Floats{1});
  CHECK(bag.values("head") == Floats{0.5F});
}

TEST_CASE("A schedule changes each group's own rate") {
  Bag bag{{"a", {1}}, {"b", {1}}};
  Sgd<F32> optimizer(bag, {.rate = 1}, {{"b", {.rate = 0.5}}});
  bag.set_gradient("a", {1});
  bag.set_gradient("b", {1});
  optimizer.step(StepDecay{1, 0.5}, 2);
  CHECK(bag.values("a") == Floats{0.75F});
  CHECK(bag.values("b") == Floats{0.875F});
}

TEST_CASE("A step uses the gradients up; without one a parameter stays and its count too") {
  Bag bag{{"a", {1}}, {"b", {1}}};
  AdamW<F32> optimizer(bag, {.rate = 0.1, .weight_decay = 0.5});
  bag.set_gradient("a", {1});
  optimizer.step();
  CHECK(bag["a"].gradient().empty());
  CHECK(bag.values("b") == Floats{1});
  const Floats moved = bag.values("a");
  optimizer.step();
  CHECK(bag.values("a") == moved);
  std::map<std::string, Floats> memory;
  optimizer.visit([&](const std::string& name, auto& tensor) { memory[name] = tensor.to_vector(); }, "state.");
  CHECK(memory.size() == 6);
  CHECK(memory.at("state.a.step") == Floats{1, 0});
  CHECK(memory.at("state.b.step") == Floats{0, 0});
  CHECK(memory.at("state.a.exp_avg")[0] == Approx(0.1));
  CHECK(memory.at("state.a.exp_avg_sq")[0] == Approx(0.001));
}

TEST_CASE("A frozen parameter is not moved and nothing is remembered of it") {
  Bag bag{{"a", {1}}, {"b", {1}}};
  freeze(bag, "a");
  Sgd<F32> optimizer(bag, {.momentum = 0.9});
  REQUIRE(optimizer.parameters().size() == 1);
  CHECK(optimizer.parameters()[0].name == "b");
  int shown = 0;
  optimizer.visit([&](const std::string& name, auto&) { shown += name.starts_with("b."); }, "");
  CHECK(shown == 2);
}

TEST_CASE("An optimiser that would do nothing is refused") {
  Bag bag{{"a", {1}}, {"b", {1}}};
  CHECK_THROWS_WITH(Sgd<F32>(bag, {}, {{"a", {}}, {"c", {}}}),
                    ContainsSubstring("optimiser: no parameter to be trained is chosen by 'c' of group 1"));
  freeze(bag, "");
  CHECK_THROWS_WITH(Adam<F32>(bag), ContainsSubstring("optimiser: the model has no parameter that needs a gradient"));
}

TEMPLATE_TEST_CASE("Saved and loaded again, training goes on with the same bits", "", Sgd<F32>, Adam<F32>, AdamW<F32>) {
  const auto settings = [] {
    typename TestType::Settings s{.rate = 0.05};
    if constexpr (requires { s.momentum; }) s.momentum = 0.9;
    if constexpr (requires { s.amsgrad; }) s.amsgrad = true;
    return s;
  }();
  const auto step = [](Bag& bag, TestType& optimizer, int t) {
    bag.set_gradient("p", random_floats(5, std::uint64_t(t)));
    optimizer.step(ExponentialDecay{0.9}, t);
  };
  const Floats start = random_floats(5, 99);
  Bag whole{{"p", start}}, first{{"p", start}}, second{{"p", {0, 0, 0, 0, 0}}};
  TestType uninterrupted(whole, settings), before(first, settings), after(second, settings);
  for (int t = 0; t < 6; ++t) step(whole, uninterrupted, t);

  for (int t = 0; t < 3; ++t) step(first, before, t);
  const TemporaryFolder folder;
  save_safetensors(folder.file("model.safetensors"), first);
  save_safetensors(folder.file("optimizer.safetensors"), before);
  load(second, read_safetensors(folder.file("model.safetensors")));
  load(after, read_safetensors(folder.file("optimizer.safetensors")));
  for (int t = 3; t < 6; ++t) step(second, after, t);
  CHECK(second.values("p") == whole.values("p"));
}

TEST_CASE("The number of threads changes no bit of a step") {
  const auto run = [](int threads) {
    const Threads used(threads);
    Bag bag{{"p", random_floats(100003, 1)}};
    AdamW<F32> optimizer(bag, {.amsgrad = true});
    for (std::uint64_t t = 2; t < 5; ++t) {
      bag.set_gradient("p", random_floats(100003, t));
      optimizer.step();
    }
    return bag.values("p");
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("Steps are counted exactly beyond what a float counts to") {
  StepCount count;
  count.assign(std::vector<float>{0x1p24F});
  CHECK(++count == (1 << 24) + 1);
  StepCount restored;
  restored.assign(count.to_vector());
  CHECK(restored.value() == (1 << 24) + 1);
  count.assign(std::vector<float>{0x1p40F, 12345});
  CHECK(count.value() == (std::int64_t{1} << 40) + 12345);
  CHECK(count.to_vector() == std::vector<float>{0x1p40F, 12345});
}

TEST_CASE("What is no count is refused and changes nothing") {
  StepCount count;
  ++count;
  for (const std::vector<float>& values :
       std::vector<std::vector<float>>{{}, {1.5F}, {-1}, {NAN}, {INFINITY}, {1, 2, 3}, {1, 0.5F}, {0x1p60F}}) {
    CHECK_THROWS_AS(count.assign(values), FormatError);
    CHECK(count.value() == 1);
  }
}

// SPDX-License-Identifier: MIT
/// What is tested of every convolutional network of stages.
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/backbone/any.hpp>

#include "tests/support/central_difference.hpp"
#include "tests/support/component.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace vpr::test {

/// A network with seeded parameters.
template <template <class> class Network, class B = Cpu<>, class Config>
Network<B> network_of(const Config& config) {
  Network<B> made(config);
  randomise(made, 1, 0.3F);
  return made;
}

inline X images(std::int64_t height = 45, std::int64_t width = 70) { return random_tensor_f32(Shape{2, 3, height, width}, 9); }

template <class B>
Tensor<B> images_of() {
  return Tensor<B>::template from<float>(images().shape(), images().to_vector());
}

struct UnusedNames {
  std::set<std::string>& names;

  void operator()(const std::string&, const auto&) const {}
  void unused(const std::string& name) const { names.insert(name); }
};

/// The names that a file of the whole published network may have beside the parameters.
template <class Network>
std::set<std::string> unused_of(const Network& network) {
  std::set<std::string> names;
  visit_const(network, UnusedNames{names});
  return names;
}

/// Checks that each image has the same bits alone, in a batch and on any number of threads.
template <class Network>
void check_same_bits(const Network& network) {
  const auto together = same_on_any_threads([&] { return network(images()).patches.to_vector(); });
  std::vector<float> alone;
  for (const std::int64_t i : {0, 1}) {
    const auto one = network(slice(images(), 0, i, i + 1)).patches.to_vector();
    alone.insert(alone.end(), one.begin(), one.end());
  }
  CHECK(alone == together);
  CHECK(network(X(Shape{0, 3, 32, 32})).patches.shape()[0] == 0);
}

/// Checks that a network cut after its first `stages` gives what the whole gives there, and takes the file of the whole, whose classifier has
/// those parameters.
template <template <class> class Network, class Config>
void check_cut(const Config& config, std::int64_t stages, const std::set<std::string>& classifier) {
  const auto whole = network_of<Network>(config), cut = network_of<Network>(config.first(stages));
  const Tap tap{stages - 1};
  CHECK(cut.depth() == stages);
  CHECK(cut.channels() == whole.channels(tap));
  CHECK(cut(images()).patches.to_vector() == whole(images(), tap).patches.to_vector());
  CHECK(cut(images()).grid == whole.grid(45, 70, tap));
  CHECK(unused_of(whole) == classifier);
  std::set<std::string> all = cut.plain_names();
  all.merge(unused_of(cut));
  std::set<std::string> expected = whole.plain_names();
  expected.merge(unused_of(whole));
  CHECK(all == expected);
}

template <template <class> class Network, class B>
std::map<std::string, std::vector<float>> gradients(Network<Recorded<B>>& network) {
  network.visit([](const std::string&, auto& parameter) { parameter.clear_gradient(); }, "");
  const Var<B> y = network(Var<B>(images_of<B>())).patches;
  y.backward(Tensor<B>::template from<float>(y.shape(), random_floats(y.shape().elements(), 6)));
  std::map<std::string, std::vector<float>> all;
  network.visit([&](const std::string& name, auto& parameter) { all[name] = parameter.gradient().to_vector(); }, "");
  return all;
}

/// Checks the gradient of one element of each parameter against central differences; statistics have none.
template <template <class> class Network, class Config>
void check_gradients(const Config& config) {
  using B = Cpu<f64>;
  auto model = network_of<Network, Recorded<B>>(config);
  const Tensor<B> input = images_of<B>();
  const auto objective = [&] {
    const NotRecording scope;
    const Tensor<B> y = model(Var<B>(input)).patches.value();
    const std::vector<float> cotangent = random_floats(y.shape().elements(), 6);
    double sum = 0;
    for (std::int64_t i = 0; i < y.elements(); ++i) sum += y.data()[i] * static_cast<double>(cotangent[static_cast<std::size_t>(i)]);
    return sum;
  };
  const auto all = gradients(model);
  model.visit(
      [&](const std::string& name, auto& parameter) {
        INFO(name);
        if (name.ends_with("running_mean") || name.ends_with("running_var")) {
          CHECK(all.at(name).empty());
          return;
        }
        const std::int64_t i = parameter.shape().elements() / 2;
        double wanted = 0;
        parameter.update([&](Tensor<B>& value, Tensor<B>&) { wanted = central_difference(value.data()[i], 1e-6, objective); });
        CHECK(static_cast<double>(all.at(name)[static_cast<std::size_t>(i)]) == Approx(wanted).epsilon(1e-5).margin(1e-7));
      },
      "");
}

/// Checks that a recorded network gives the features of inference, and the same gradients on any number of threads and checkpointed.
template <template <class> class Network, class Config>
void check_recorded(const Config& config, float tolerance = 0) {
  using B = Cpu<f32>;
  auto model = network_of<Network, Recorded<B>>(config);
  const auto expected_features = network_of<Network>(config)(images()).patches.to_vector();
  CHECK(largest_difference(model(Var<B>(images())).patches.to_vector(), expected_features) <= tolerance);
  const auto with_threads = [&](int count) {
    const Threads threads(count);
    return gradients(model);
  };
  const auto expected = with_threads(1);
  CHECK(with_threads(3) == expected);
  model.set_checkpointing(true);
  for (const auto& [name, gradient] : with_threads(2)) {
    INFO(name);
    float largest = 0;
    for (const float value : expected.at(name)) largest = std::max(largest, std::abs(value));
    CHECK(largest_difference(gradient, expected.at(name)) <= tolerance * largest);
  }
}

}  // namespace vpr::test

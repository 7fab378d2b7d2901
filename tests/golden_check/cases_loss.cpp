// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/autograd.hpp>
#include <vpr/loss.hpp>
#include <vpr/train/parameters.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace vpr::test;
using namespace vpr;

template <class B>
Var<B> leaf(const Golden& golden, const std::string& name) {
  return Var<B>(tensor<B>(golden, name), true);
}

/// Registers a loss: `run.template operator()<B>(golden, check)`.
template <class Run>
Register loss_case(const std::string& kind, Run run) {
  return Register(kind, [run](const Golden& golden, const Options& options, Check& check) {
    on_backend(options.backend, [&]<class B>() { run.template operator()<B>(golden, check); });
  });
}

template <class B>
void check_loss(Check& check, const Var<B>& loss, const std::vector<NamedParameter<B>>& inputs) {
  check("main", loss.to_vector());
  loss.backward();
  for (const auto& [name, input] : inputs) check("grad." + name, input.gradient().to_vector());
}

std::vector<Pair> given_pairs(const Golden& golden, const std::string& anchors, const std::string& others) {
  const auto a = golden.integers(anchors), b = golden.integers(others);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) pairs.push_back({a[i], b[i]});
  return pairs;
}

/// Compares pairs with the file's, in whichever order either is.
void check_pairs(Check& check, const Golden& golden, std::vector<Pair> ours, const std::string& anchors, const std::string& others) {
  const std::vector<Pair> reference = given_pairs(golden, "out." + anchors, "out." + others);
  if (std::is_permutation(ours.begin(), ours.end(), reference.begin(), reference.end())) ours = reference;
  std::vector<std::int64_t> a, b;
  for (const Pair& pair : ours) {
    a.push_back(pair.anchor);
    b.push_back(pair.other);
  }
  check(anchors, a);
  check(others, b);
}

const Register multi_similarity = loss_case("multi_similarity", []<class B>(const Golden& golden, Check& check) {
  const Var<B> descriptors = leaf<B>(golden, "in.descriptors");
  const std::vector<std::int64_t> places = golden.integers("in.labels");
  MultiSimilaritySettings settings;
  settings.alpha = golden.config("alpha", settings.alpha);
  settings.beta = golden.config("beta", settings.beta);
  settings.base = golden.config("base", settings.base);
  settings.normalise = golden.config("normalize_embeddings", settings.normalise);
  Pairs pairs = AllPairs::of(places);
  if (golden.has("in.a1")) {
    pairs = {given_pairs(golden, "in.a1", "in.p"), given_pairs(golden, "in.a2", "in.n")};
  } else if (golden.config().at("miner").is_string()) {
    const std::vector<float> values = golden.values("in.descriptors");
    pairs = MultiSimilarityMiner{golden.config("epsilon", 0.1F)}(Rows(values.data(), descriptors.shape()[0], descriptors.shape()[1]), places);
    check_pairs(check, golden, pairs.positive, "mined_a1", "mined_p");
    check_pairs(check, golden, pairs.negative, "mined_a2", "mined_n");
    check("batch_acc", std::vector<double>{share_without_positive(pairs, descriptors.shape()[0])});
  }
  check_loss<B>(check, MultiSimilarityLoss(settings)(descriptors, pairs), {{"descriptors", descriptors}});
});

}  // namespace

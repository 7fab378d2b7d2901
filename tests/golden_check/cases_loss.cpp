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
    pairs =
        MultiSimilarityMiner{golden.config("epsilon", 0.1F)}(Rows(values.data(), descriptors.shape()[0], descriptors.shape()[1]), places);
    check_pairs(check, golden, pairs.positive, "mined_a1", "mined_p");
    check_pairs(check, golden, pairs.negative, "mined_a2", "mined_n");
    check("batch_acc", std::vector<double>{share_without_positive(pairs, descriptors.shape()[0])});
  }
  check_loss<B>(check, MultiSimilarityLoss(settings)(descriptors, pairs), {{"descriptors", descriptors}});
});

/// Registers a loss of labelled photos, made from the file.
template <class Make>
Register labelled_loss(const std::string& kind, Make make) {
  return loss_case(kind, [make]<class B>(const Golden& golden, Check& check) {
    const Var<B> descriptors = leaf<B>(golden, "in.descriptors");
    check_loss<B>(check, make(golden)(descriptors, golden.integers("in.labels")), {{"descriptors", descriptors}});
  });
}

const Register contrastive = labelled_loss("contrastive", [](const Golden& golden) {
  return ContrastiveLoss({.positive_margin = golden.config("pos_margin", 0.0), .negative_margin = golden.config("neg_margin", 1.0)});
});
const Register batch_triplet =
    labelled_loss("pml_triplet", [](const Golden& golden) { return BatchTripletLoss(golden.config("margin", 0.1)); });
const Register nt_xent = labelled_loss("ntxent", [](const Golden& golden) { return NtXentLoss(golden.config("temperature", 0.07)); });
const Register sup_con = labelled_loss("supcon", [](const Golden& golden) { return SupConLoss(golden.config("temperature", 0.07)); });
const Register circle = labelled_loss(
    "circle", [](const Golden& golden) { return CircleLoss({.margin = golden.config("m", 0.4), .scale = golden.config("gamma", 80.0)}); });
const Register fast_ap = labelled_loss("fastap", [](const Golden& golden) { return FastApLoss(golden.config("num_bins", 10)); });

const Register cosface = loss_case("cosface", []<class B>(const Golden& golden, Check& check) {
  const Var<B> descriptors = leaf<B>(golden, "in.descriptors");
  const Shape shape = golden.shape("w.weight");
  LargeMarginCosineLoss<Recorded<B>> loss(shape[1], shape[0], {.scale = golden.config("s", 30.0), .margin = golden.config("m", 0.4)});
  load_from(golden, loss);
  std::vector<NamedParameter<B>> inputs{{"descriptors", descriptors}};
  loss.visit([&](const std::string& name, Var<B>& weight) { inputs.push_back({name, weight}); }, "");
  check_loss<B>(check, loss(descriptors, golden.integers("in.labels")), inputs);
});

const Register triplet = loss_case("triplet", []<class B>(const Golden& golden, Check& check) {
  const Var<B> anchor = leaf<B>(golden, "in.anchor"), positive = leaf<B>(golden, "in.positive"), negative = leaf<B>(golden, "in.negative");
  const TripletLoss loss({.margin = golden.config("margin", 0.1),
                          .reduction = golden.config<std::string>("reduction", "sum") == "sum" ? Reduction::sum : Reduction::mean,
                          .eps = golden.config("eps", 1e-6)});
  check_loss<B>(check, loss(anchor, positive, negative), {{"anchor", anchor}, {"positive", positive}, {"negative", negative}});
});

const Register generalised = loss_case("generalised_contrastive", []<class B>(const Golden& golden, Check& check) {
  const Var<B> a = leaf<B>(golden, "in.a"), b = leaf<B>(golden, "in.b");
  const std::vector<float> likeness = golden.values("in.psi");
  const GeneralisedContrastiveLoss loss({.margin = golden.config("margin", 0.5), .eps = golden.config("eps", 0.0)});
  if (check.wants("per_pair")) check("per_pair", loss.of_pairs(a, b, likeness).to_vector());
  check_loss<B>(check, loss(a, b, likeness), {{"a", a}, {"b", b}});
});

const Register sela_local = loss_case("sela_local", []<class B>(const Golden& golden, Check& check) {
  std::vector<NamedParameter<B>> inputs;
  std::vector<Var<B>> features;
  for (const char* name : {"anchor", "positive", "negative"}) {
    inputs.push_back({name, leaf<B>(golden, std::string("in.") + name)});
    const Shape shape = inputs.back().parameter.shape();
    features.push_back(reshape(inputs.back().parameter, Shape{shape[0], shape[1] * shape[2], shape[3]}));
  }
  const LocalMutualLoss loss;
  check("sim_positive", loss.similarity(features[0], features[1]).to_vector());
  check("sim_negative", loss.similarity(features[0], features[2]).to_vector());
  check_loss<B>(check, loss(features[0], features[1], features[2]), inputs);
});

}  // namespace

// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator.hpp>

namespace {

using namespace vpr::test;
using vpr::Features;
using vpr::Shape;
using vpr::Tensor;

vpr::GemSettings gem_settings(const Golden& golden) { return {.p = golden.config("p", 3.0F), .eps = golden.config("eps", 1e-6F)}; }

const Register gem_case("gem", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::GeM<B> aggregator(gem_settings(golden));
    load_from(golden, aggregator);
    check("main", aggregator(map_features<B>(golden, "in.features")).to_vector());
  });
});

const Register gem_l2_case("gem_l2", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::L2Tokens aggregator(vpr::GeM<B>(gem_settings(golden)));
    load_from(golden, aggregator, "aggregation.1.");
    const auto features = map_features<B>(golden, "in.features");
    Tensor<B> p;
    aggregator.visit([&](const std::string&, Tensor<B>& parameter) { p = parameter; }, "");
    check("before_norm", gem(l2_normalize(features.patches), p, gem_settings(golden).eps).to_vector());
    check("main", aggregator(features).to_vector());
  });
});

vpr::VladSettings vlad_settings(const Golden& golden) {
  vpr::VladSettings settings;
  const bool cosine = golden.config<std::string>("dist_mode", "cosine") == "cosine";
  settings.assignment = cosine ? vpr::VladAssignment::nearest_by_cosine : vpr::VladAssignment::nearest_by_euclidean;
  if (golden.config<std::string>("vlad_mode", "hard") == "soft") settings.assignment = vpr::VladAssignment::soft_as_anyloc;
  settings.temperature = golden.config("soft_temp", 1.0F);
  settings.normalize_tokens = golden.config("norm_descs", true);
  settings.intra_normalize = golden.config("intra_norm", true);
  return settings;
}

/// The index of the one in each row.
std::vector<std::int64_t> labels(const std::vector<float>& one_hot, std::int64_t words) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < one_hot.size(); ++i) {
    if (one_hot[i] == 1) result.push_back(static_cast<std::int64_t>(i) % words);
  }
  return result;
}

const Register vlad_case("anyloc_vlad", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::VladSettings settings = vlad_settings(golden);
    const vpr::Vlad<B> aggregator(tensor<B>(golden, "in.vocabulary"), settings);
    const Tensor<B> tokens = tensor<B>(golden, "in.descriptors");
    if (check.wants("labels")) check("labels", labels(aggregator.assignment(tokens).to_vector(), aggregator.words()));
    check("main", aggregator(Features<Tensor<B>>{{}, tokens, {1, tokens.shape()[1]}}).to_vector());
  });
});

const Register vlad_hard_case("vlad_hard", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::VladSettings settings{.assignment = vpr::VladAssignment::nearest_by_euclidean,
                                     .normalize_tokens = false,
                                     .intra_normalize = golden.config("intranorm", true)};
    const Tensor<B> centres = tensor<B>(golden, "in.centers");
    const vpr::Vlad<B> aggregator(centres, settings);
    const Shape shape = golden.shape("in.data");
    const Tensor<B> tokens = tensor<B>(golden, "in.data").reshaped(Shape{1, shape[0], shape[1]});
    const Tensor<B> assignment = aggregator.assignment(tokens);
    check("assignments", labels(assignment.to_vector(), aggregator.words()));
    check("residual_sums", residual_sums(tokens, assignment, centres).to_vector());
    check("descriptor", aggregator(Features<Tensor<B>>{{}, tokens, {1, shape[0]}}).to_vector());
  });
});

const Register anyloc_facet_case("anyloc_facet", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const auto model = load_vit<B>(golden);
    const auto images = tensor<B>(golden, "in.image");
    for (const auto& [facet, name] : facets) {
      const Tensor<B> all = model.tokens(images, {golden.config<std::int64_t>("layer", 0), facet});
      const Tensor<B> tokens = l2_normalize(slice(all, 1, 1, all.shape()[1]));
      if (check.wants(name)) check(name, tokens.to_vector());
      const vpr::Vlad<B> aggregator(tensor<B>(golden, "in.vocabulary"), vlad_settings(golden));
      const std::vector<float> descriptor = aggregator(Features<Tensor<B>>{{}, tokens, {1, tokens.shape()[1]}}).to_vector();
      if (check.wants(name + ".vlad")) check(name + ".vlad", descriptor);
      if (facet == vpr::Facet::value) check("main", descriptor);
    }
  });
});

}  // namespace

// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

namespace {

using namespace vpr::test;

template <class B>
void dinov2(const Golden& golden, Check& check) {
  const auto model = load_vit<B>(golden);
  const auto images = tensor<B>(golden, "in.image");
  const std::int64_t registers = model.config().registers;
  for (std::int64_t block = 0; block < model.config().depth; ++block) {
    const std::string name = "block" + std::to_string(block);
    if (check.wants(name)) check(name, model.tokens(images, {block, vpr::Facet::token}).to_vector());
    for (const auto& [facet, suffix] : facets) {
      if (facet == vpr::Facet::token || !check.wants(name + "." + suffix)) continue;
      const auto tokens = model.tokens(images, {block, facet});
      check(name + "." + suffix, slice(tokens, 1, 1, tokens.shape()[1]).to_vector());
    }
  }
  if (check.wants("prenorm")) check("prenorm", model.tokens(images, {model.config().depth - 1, vpr::Facet::token}).to_vector());
  if (check.wants("tokens")) check("tokens", model.embed(images).to_vector());
  const auto tokens = model.tokens(images);
  if (check.wants("norm_reg")) check("norm_reg", slice(tokens, 1, 1, 1 + registers).to_vector());
  const auto features = model(images);
  check("main", features.cls.to_vector());
  if (check.wants("norm_patch")) check("norm_patch", features.patches.to_vector());
}

const Register dinov2_case("dinov2", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() { dinov2<B>(golden, check); });
});

}  // namespace

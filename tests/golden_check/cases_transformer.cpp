// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/io/load.hpp>

namespace {

using namespace vpr::test;

const Register clip_case("clip_visual", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::VitConfig config{.channels = golden.config("width", std::int64_t{768}),
                          .depth = golden.config("layers", std::int64_t{12}),
                          .heads = golden.config("heads", std::int64_t{12}),
                          .mask_token = false,
                          .patch_size = golden.config("patch_size", std::int64_t{16}),
                          .trained_side = golden.config("img_size", std::int64_t{224}),
                          .layer_scale = false};
    const vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, B> model = [&] {
      vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, B> made(config.clip(golden.config("out", std::int64_t{512})));
      vpr::load(made, golden.weights());  // strictly, by OpenAI's names
      return made;
    }();
    const auto images = tensor<B>(golden, "in.image");
    for (std::int64_t block = 0; block < model.depth(); ++block) {
      const std::string name = "block" + std::to_string(block);
      if (check.wants(name)) check(name, model.tokens(images, {block}).to_vector());
    }
    check("main", model(images).cls.to_vector());
  });
});

}  // namespace

// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/dinov2.hpp>

#include <algorithm>

namespace {

using namespace vpr::test;
using vpr::Shape;
using vpr::Tensor;

/// The tokens of the photos whose pixels the file holds. The descriptors of all its photos need the photos themselves: they are
/// measured by `vpr evaluate`.
const Register real_photos("real_photos_descriptors", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, B> model(vpr::find_vit("dinov2-vits14"));
    vpr::load(model, vpr::open_weights(options.weights));
    const auto rows = golden.config().at("rows").get<std::vector<std::string>>();
    for (const std::string name : {"db2", "q1"}) {
      const Shape shape = golden.shape("in.image." + name);
      const Tensor<B> image = tensor<B>(golden, "in.image." + name).reshaped(Shape{1, shape[0], shape[1], shape[2]});
      check("tokens." + name, model.tokens(image).to_vector());
      check("block7." + name, model.tokens(image, {7, vpr::Facet::token}).to_vector());

      const auto row = static_cast<std::size_t>(
          std::find_if(rows.begin(), rows.end(), [&](const std::string& path) { return path.ends_with("/" + name + ".jpg"); }) -
          rows.begin());
      const auto compare = [&](const std::string& output, const Tensor<B>& descriptor) {
        const std::vector<float> all = golden.values("out." + output);
        std::vector<float> ours = all;
        const std::vector<float> values = descriptor.to_vector();
        std::copy(values.begin(), values.end(), ours.begin() + static_cast<std::ptrdiff_t>(row * values.size()));
        check(output, ours);
      };
      const auto final_features = model(image);
      compare("cls", vpr::ClassToken<B>()(final_features));
      compare("mean", vpr::Mean<B>()(final_features));
      compare("gem3", vpr::GeM<B>()(final_features));
      compare("gem3_l2first", vpr::L2Tokens(vpr::GeM<B>())(final_features));
      const auto block = model(image, {7, vpr::Facet::token});
      compare("mean_block7", vpr::L2Tokens(vpr::Mean<B>())(block));
      compare("gem3_block7", vpr::L2Tokens(vpr::GeM<B>())(block));
      compare("gem3_block7_value", vpr::L2Tokens(vpr::GeM<B>())(model(image, {7, vpr::Facet::value})));
    }
  });
});

}  // namespace

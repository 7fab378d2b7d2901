// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/io/load.hpp>
#include <vpr/model/image4vpr.hpp>

namespace {

using namespace vpr::test;
using vpr::Shape;
using vpr::Tensor;

template <class B>
vpr::Image4Vpr<B> load_image4vpr(const Golden& golden) {
  const vpr::VitConfig config = vit_config(golden);
  const auto before = golden.config("insert_before", std::int64_t{8});
  return vpr::make_image4vpr<B>(config, golden.config("tokens", std::int64_t{8}), config.depth - before);
}

/// The learned tokens stand behind the others here, and before them in the golden.
template <class B>
std::vector<float> in_front(const Tensor<B>& x, std::int64_t tokens) {
  const std::int64_t border = x.shape()[1] - tokens;
  return concat(slice(x, 1, border, x.shape()[1]), slice(x, 1, 0, border), 1).to_vector();
}

/// From the insertion on.
template <class B>
void check_tail(const Golden& golden, Check& check, const vpr::Image4Vpr<B>& model, const Tensor<B>& tokens, const Shape& images,
                std::int64_t before) {
  const std::int64_t learned = model.aggregator.tokens;
  check_intermediate(check, "inserted", in_front(model.backbone.inserted(tokens), learned));
  Tensor<B> x = model.backbone.through_part(tokens, images, before);
  check_intermediate(check, "inserted_block", in_front(x, learned));
  for (std::int64_t block = before + 1; block < model.backbone.depth(); ++block)
    x = model.backbone.through_part(std::move(x), images, block);
  const auto norm = [&](const char* part) {
    const std::vector<float> values = vpr::read_tensor(golden.weights(), std::string("backbone.norm.") + part);
    return Tensor<B>::from(Shape{x.shape()[2]}, std::span<const float>(values));
  };
  check_intermediate(check, "norm", in_front(layer_norm(x, norm("weight"), norm("bias"), typename B::value(1e-6)), learned));
  const auto features = model.backbone.continued(std::move(x), images, model.backbone.depth());
  check("main", model.aggregator(features).to_vector());
}

const Register image4vpr_case("image4vpr", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    auto model = load_image4vpr<B>(golden);
    vpr::load(model, golden.weights());
    const Tensor<B> images = tensor<B>(golden, "in.image");
    check_intermediate(check, "tokens", model.backbone.before(images, 0).to_vector());
    const auto before = golden.config("insert_before", std::int64_t{8});
    check_tail(golden, check, model, model.backbone.before(images, before), images.shape(), before);
    check("main", model(images).to_vector());
  });
});

const Register tail_case("image4vpr_tail", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    auto model = load_image4vpr<B>(golden);
    vpr::load(model, golden.weights(), {.strict = false});  // the file leaves out what stands before the blocks
    const Tensor<B> tokens = tensor<B>(golden, "in.tokens");
    const std::int64_t patches = tokens.shape()[1] - 1 - model.backbone.network.config().registers;
    check_tail(golden, check, model, tokens, Shape{tokens.shape()[0], 3, 14, 14 * patches}, 0);
  });
});

}  // namespace

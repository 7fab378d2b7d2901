// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/freeze_backbone.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/named.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/model/struct_vpr.hpp>

#include "tests/model/made_files.hpp"
#include "tests/support/component.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("StructVPR's descriptor is GeM of the maps at an eighth, a sixteenth and a 32nd of the photo, side by side") {
  auto system = make_struct_vpr();
  initialise(system, 1, 0.1F);
  CHECK(system.dimensions() == 448);
  CHECK(trained_parameters(make_struct_vpr<Shapes>()) == 1'811'712 + 3);  // with a power a level
  CHECK(system.input_size({100, 200}) == ImageSize{480, 640});
  const X images = random_tensor_f32(Shape{2, 3, 65, 98}, 3);
  const Features<X> features = system.backbone(images);
  CHECK(features.levels[0].grid == Grid{9, 13});
  CHECK(features.levels[1].grid == Grid{5, 7});
  CHECK(features.grid == Grid{3, 4});
  X want;
  for (const Tap tap : {Tap{2}, Tap{4}, Tap{6}}) {
    const X level = GeM<>()(system.backbone.network(images, tap));
    want = want.empty() ? level : concat(want, level, 1);
  }
  CHECK(system(images).to_vector() == l2_normalize(want).to_vector());
}

TEST_CASE("StructVPR loads what it saves, by name, and is told by it") {
  const TemporaryFolder folder;
  auto system = make_struct_vpr();
  initialise(system, 1, 0.1F);
  const std::string path = folder.file("structvpr.safetensors");
  save_safetensors(path, system);
  const LoadedModel model = load_model({.name = "structvpr", .weights = path, .size = ImageSize{64, 96}});
  CHECK(model.system.dimensions() == 448);
  system.preprocess = NormaliseThenResize<>{{{64, 96}}};
  const Image photo = random_photo({60, 80}, 1);
  const std::vector<float> want = system.describe(photo), got = model.system.describe(photo);
  CHECK(largest_difference(got, want) < 1e-5F);  // the loaded model's batch normalisations are folded
  CHECK(row_length(got, 448, 0) == Approx(1));
  CHECK(identified(made_file("structvpr")) == std::vector<std::string>{"structvpr"});
  CHECK_THROWS_WITH(make_system<Shapes>("structvpr@resnet18"),
                    ContainsSubstring("there is no network 'resnet18' for StructVPR; there is mobilenet-v2:7"));
  CHECK_THROWS_AS(make_struct_vpr<Shapes>(MobileNetV2Config().first(6)), ConfigError);
}

TEST_CASE("StructVPR is trained from torchvision's file, every stage and GeM of every level") {
  const TemporaryFolder folder;
  AnyBackbone<> network = make_backbone<Cpu<>>("mobilenet-v2");
  initialise(network, 1, 0.1F);
  const std::string path = folder.file("mobilenet_v2.safetensors");
  save_safetensors(path, network);

  using B = Cpu<f32>;
  AnySystem<Recorded<B>> system = make_system<Recorded<B>>("structvpr");
  CHECK(load_to_train(system, open_weights(path), 1));
  freeze_backbone(system, 7);
  const Var<B> descriptors = system.pipeline(Var<B>(random_tensor_f32(Shape{1, 3, 64, 64}, 3)));
  descriptors.backward(random_tensor_f32(Shape{1, 448}, 4));
  system.visit(
      [](const std::string& name, auto& parameter) {
        INFO(name);
        const bool frozen = name.starts_with("backbone.features.0.") || name.ends_with("running_mean") || name.ends_with("running_var");
        CHECK(parameter.gradient().empty() == frozen);
      },
      "");
}

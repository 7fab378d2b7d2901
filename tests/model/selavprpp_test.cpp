// SPDX-License-Identifier: MIT
#include <vpr/layer/initialise.hpp>
#include <vpr/model/selavprpp.hpp>

#include "tests/model/authors_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/component.hpp"

#include <cmath>
#include <map>

using namespace vpr;
using namespace vpr::test;

namespace {

using Names = std::vector<std::string>;
using File = vpr::test::Memory;

/// With the counters that PyTorch keeps beside the statistics of a batch normalisation.
template <class Model>
File with_counters(Model model) {
  File file = authors_file(std::move(model));
  const std::vector<TensorInfo> tensors = file.infos;
  constexpr std::string_view variance = "running_var";
  for (const TensorInfo& tensor : tensors) {
    if (!tensor.name.ends_with(variance)) continue;
    file.with(tensor.name.substr(0, tensor.name.size() - variance.size()) + "num_batches_tracked", Shape{}, 0, DType::int64);
  }
  return file;
}

}  // namespace

TEST_CASE("SelaVPR++'s checkpoints are told by their side networks and heads, and load strictly") {
  const File base = with_counters(make_selavprpp_float<Shapes>());
  CHECK(base.infos.size() == 648);
  CHECK(static_cast<double>(values_in(base)) / 1e6 == Approx(97.9).margin(0.05));
  CHECK(tensors_with(base, "linear2") == Names{"linear2.weight [2048, 768]", "linear2.bias [2048]"});
  CHECK(identified(base) == Names{"dinov2-vitb14 leniently", "selavprpp-float"});

  const File rerank = with_counters(make_selavprpp<Shapes>());
  CHECK(rerank.infos.size() == 1121);
  CHECK(static_cast<double>(values_in(rerank)) / 1e6 == Approx(108.1).margin(0.05));
  CHECK(tensors_with(rerank, "aggregation") == Names{"aggregation_hashing.1.p [1]", "aggregation.1.p [1]"});
  CHECK(identified(rerank) == Names{"dinov2-vitb14 leniently", "selavprpp"});

  const SelaVprPpSettings large = SelaVprPpSettings().large();
  const File large_rerank = with_counters(make_selavprpp<Shapes>(ViTL14(), large));
  CHECK(large_rerank.infos.size() == 1601);
  CHECK(static_cast<double>(values_in(large_rerank)) / 1e6 == Approx(354.6).margin(0.05));
  CHECK(tensors_with(large_rerank, "adapters_hashing.15.D_fc1") ==
        Names{"backbone.adapters_hashing.15.D_fc1.weight [512, 1024]", "backbone.adapters_hashing.15.D_fc1.bias [512]"});
  CHECK(identified(large_rerank) == Names{"dinov2-vitl14 leniently", "selavprpp-large"});
  CHECK(identified(with_counters(make_selavprpp_float<Shapes>(ViTL14(), large))) ==
        Names{"dinov2-vitl14 leniently", "selavprpp-large-float"});
}

TEST_CASE("SelaVPR++ whole gives signs to find by, and the float descriptor of its other system to look again by") {
  VitConfig config{.channels = 32, .depth = 2, .heads = 2, .trained_side = 56};
  auto whole = make_selavprpp<Cpu<>>(config, {.outputs = 24, .bits = 16});
  initialise(whole, 1, 0.3F);
  auto floats = make_selavprpp_float<Cpu<>>(config, {.outputs = 24});
  std::map<std::string, std::vector<float>> values;
  whole.visit([&](const std::string& name, auto& parameter) { values[name] = parameter.to_vector(); }, "");
  floats.visit([&](const std::string& name, auto& parameter) { parameter.assign(std::span<const float>(values.at(name))); }, "");

  const X images = random_tensor_f32(Shape{2, 3, 28, 42}, 3);
  const auto [descriptors, local] = whole(images);
  CHECK(descriptors.shape() == Shape{2, 16});
  for (const float value : descriptors.to_vector()) CHECK(std::abs(value) == 0.25F);
  CHECK(local.tokens.to_vector() == floats(images).to_vector());
  CHECK(whole.local_channels() == 24);
  CHECK(AnySystem<Cpu<>>(std::move(whole)).pipeline.aggregator.is_binary());
}

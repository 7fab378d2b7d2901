// SPDX-License-Identifier: MIT
#include <vpr/model/boq.hpp>
#include <vpr/model/identify.hpp>

#include "tests/io/memory_source.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace vpr;
using InMemory = vpr::test::Memory;

namespace {

/// A file of a system's tensors as `rename` calls them.
template <class Rename>
InMemory file_of(std::string_view system, const Rename& rename) {
  InMemory file;
  make_system<Shapes>(system).visit([&](const std::string& name, auto& values) { file.with(rename(name).front(), values.shape(), 0); }, "");
  return file;
}

std::vector<std::string> systems_in(const InMemory& file) {
  std::vector<std::string> names;
  for (const FittingModel& model : identify(file)) {
    if (model.report.fits() && find_system(SystemName(model.name).system) != nullptr) names.push_back(model.name);
  }
  return names;
}

}  // namespace

TEST_CASE("BoQ's checkpoint on DINOv2 holds the whole network, whose last normalisation is not used") {
  InMemory file = file_of("boq", PrefixedNames{""});
  file.with("backbone.dino.norm.weight", Shape{768}, 0).with("backbone.dino.norm.bias", Shape{768}, 0);
  CHECK(systems_in(file) == std::vector<std::string>{"boq"});
  const auto has = [&file](std::string_view name) {
    return std::any_of(file.infos.begin(), file.infos.end(), [name](const TensorInfo& tensor) { return tensor.name == name; });
  };
  CHECK(has("backbone.dino.mask_token"));
  CHECK(has("aggregator.boqs.1.cross_attn.in_proj_weight"));
  CHECK(systems_in(file_of("boq@dinov2-vits14", PrefixedNames{"state_dict."})) == std::vector<std::string>{"boq@dinov2-vits14"});
}

TEST_CASE("BoQ's checkpoint on ResNet-50 ends with the third stage, and numbers the network's children") {
  InMemory file = file_of("boq-resnet50", SequentialNames{""});
  file.with("backbone.net.1.num_batches_tracked", Shape(), 0, DType::int64);
  CHECK(systems_in(file) == std::vector<std::string>{"boq-resnet50"});
  CHECK(file.infos.front().name == "backbone.net.0.weight");
  CHECK(systems_in(file_of("boq-resnet50@resnet18", SequentialNames{""})) == std::vector<std::string>{"boq-resnet50@resnet18"});
}

TEST_CASE("BoQ has as many parameters as its authors'") {
  const auto parameters = [](std::string_view system) {
    std::int64_t count = 0;
    visit_const(make_system<Shapes>(system).pipeline.aggregator,
                [&](const std::string&, const auto& values) { count += values.shape().elements(); });
    return count;
  };
  // 3x3 convolution and normalisation; each layer an encoder, queries, two attentions and two normalisations; the reduction of 128 queries to 32
  const auto expected = [](std::int64_t channels, std::int64_t d) {
    const std::int64_t attention = 4 * d * d + 4 * d, norm = 2 * d, encoder = attention + 8 * d * d + 5 * d + 2 * norm;
    return 9 * channels * d + d + norm + 2 * (encoder + 64 * d + 2 * attention + 2 * norm) + 128 * 32 + 32;
  };
  CHECK(parameters("boq") == expected(768, 384));
  CHECK(parameters("boq-resnet50") == expected(1024, 512));
  CHECK(make_system<Shapes>("resnet50:3+boq").dimensions() == 12288);
}

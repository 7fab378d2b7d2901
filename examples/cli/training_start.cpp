// SPDX-License-Identifier: MIT
#include "training_start.hpp"

#include "progress_bar.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/io/open.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/model_request.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/train/copy_parameters.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

void require_size(vpr::TrainedSystem& system, const vpr::Recipe& recipe) {
  try {
    system.pipeline.preprocess = vpr::find_preprocess(training_preprocess(recipe), recipe.size);
    system.pipeline.input_size(recipe.size);
  } catch (const vpr::ShapeError& error) {
    vpr::fail<vpr::ConfigError>("train: --size ", recipe.size, ": ", error.what());
  }
}

bool give_weights(vpr::TrainedSystem& system, const TrainOptions& options, const vpr::Recipe& recipe) {
  if (const auto seed = vpr::seed_of(options.weights)) {
    vpr::initialise_heads(system, *seed, [](const std::string&) { return true; });
    return true;
  }
  const vpr::WeightFile file = vpr::open_weights(options.weights);
  const vpr::LoadReport found = vpr::compare(system, file);
  const bool is_new = vpr::load_to_train(system, file, options.seed, recipe.start);
  std::size_t parameters = 0;
  vpr::visit_const(system, [&parameters](const std::string&, const auto&) { ++parameters; });
  // Whether it holds part of the system, or more than it: a mask token may be missing unsaid.
  if (!found.fits() && found.missing.size() + found.misshaped.size() + 1 < parameters) {
    std::printf("%s: %s: %s\n", vpr::escaped(options.weights).c_str(),
                is_new ? "not all of the system, so heads and adapters are new" : "loaded, with tensors left over",
                vpr::printable(found.text(3)).c_str());
  }
  return is_new;
}

void find_clusters(vpr::TrainedSystem& system, vpr::TrainingSteps& steps, const TrainOptions& options, const vpr::Recipe& recipe) {
  const vpr::ClusterStart& start = recipe.start.clusters;
  if (start.parameter.empty()) return;
  bool has_parameter = false;
  vpr::visit_const(system,
                   [&](const std::string& parameter, const auto&) { has_parameter = has_parameter || parameter == start.parameter; });
  if (!has_parameter) {
    std::printf("the clusters of %s start at random: it has no parameter %s\n", recipe.system.c_str(), start.parameter.c_str());
    return;
  }
  const std::string_view name = vpr::backbone_of(recipe.system);
  const std::string rule = vpr::published_position_rule(recipe.system);
  vpr::AnyBackbone<> network = vpr::make_backbone<vpr::Cpu<>>(name, rule == vpr::find_backbone(name).position_rule ? "" : rule);
  vpr::copy_parameters(system.pipeline.backbone, network);
  const vpr::PatchSample sample = steps.patches(network, start);
  vpr::start_clusters(system, start, sample, options.seed, progress_bar());
  std::printf("%s starts from clusters of %lld patches of %lld photos\n", start.parameter.c_str(), static_cast<long long>(sample.size()),
              static_cast<long long>(sample.photos()));
}

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <vpr/backbone/dinov2.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/systems.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <sstream>

namespace cli {
namespace {

struct Options {
  std::string weights;
  bool json = false;
};

/// Adds the systems on a network whose every tensor is in the file, which has no other.
void add_systems(const vpr::WeightFile& file, const vpr::NamedVit& vit, std::vector<std::string>& names) {
  for (const vpr::NamedSystem& named : vpr::named_systems) {
    const std::string with_backbone = std::string(named.name) + "@" + vit.name;
    vpr::with_system<vpr::Shapes>(with_backbone, [&](auto system) {
      if (!vpr::compare(system, file).fits()) return;
      names.push_back(named.backbone == vit.name ? std::string(named.name) : with_backbone);
    });
  }
}

/// The published networks whose every tensor is in the file, under whichever naming, and the systems on them.
std::vector<std::string> fitting_models(const vpr::WeightFile& file) {
  std::vector<std::string> names;
  for (const vpr::NamedVit& vit : vpr::named_vits()) {
    vpr::DinoV2<vpr::VitConfig, vpr::NoAdapter, vpr::Shapes> model(vit.config);
    const vpr::LoadReport report = vpr::compare(model, file);
    if (!report.missing.empty() || !report.misshaped.empty()) continue;
    names.push_back(vit.name);
    add_systems(file, vit, names);
  }
  return names;
}

std::string text_of(const vpr::Shape& shape) {
  std::ostringstream out;
  out << shape;
  return out.str();
}

std::string text_of(vpr::DType dtype) {
  std::ostringstream out;
  out << dtype;
  return out.str();
}

nlohmann::ordered_json number(float value) {
  return vpr::is_finite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

void print_json(const std::vector<vpr::TensorSummary>& tensors, const std::vector<std::string>& models) {
  nlohmann::ordered_json json{{"tensors", nlohmann::ordered_json::array()}, {"fits", models}};
  for (const vpr::TensorSummary& tensor : tensors) {
    json["tensors"].push_back({{"name", tensor.info.name},
                               {"dtype", text_of(tensor.info.dtype)},
                               {"shape", std::vector<std::int64_t>(tensor.info.shape.begin(), tensor.info.shape.end())},
                               {"min", number(tensor.least)},
                               {"max", number(tensor.most)},
                               {"nan", tensor.nan},
                               {"infinite", tensor.infinite}});
  }
  std::cout << json.dump(2) << '\n';
}

void print_text(const std::vector<vpr::TensorSummary>& tensors, const std::vector<std::string>& models) {
  std::int64_t numbers = 0;
  for (const vpr::TensorSummary& tensor : tensors) {
    numbers += tensor.info.shape.elements();
    std::cout << tensor.info.name << "  " << text_of(tensor.info.dtype) << ' ' << text_of(tensor.info.shape) << "  " << tensor.least
              << " .. " << tensor.most;
    if (tensor.nan > 0) std::cout << "  " << tensor.nan << " NaN";
    if (tensor.infinite > 0) std::cout << "  " << tensor.infinite << " infinite";
    std::cout << '\n';
  }
  std::cout << tensors.size() << " tensors, " << numbers << " numbers\nfits:";
  for (const std::string& model : models) std::cout << ' ' << model;
  std::cout << (models.empty() ? " no model that is known here\n" : "\n");
}

void inspect(const Options& options) {
  const vpr::WeightFile file = vpr::open_weights(options.weights);
  const std::vector<vpr::TensorSummary> tensors = vpr::inspect(file);
  const std::vector<std::string> models = fitting_models(file);
  options.json ? print_json(tensors, models) : print_text(tensors, models);
}

}  // namespace

void add_inspect(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("inspect", "Lists the tensors of a weight file and the models it fits");
  command->add_option("weights", options->weights, "a .pth, .safetensors, .npz or .onnx file")->required();
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options] { inspect(*options); });
}

}  // namespace cli

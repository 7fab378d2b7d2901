// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <vpr/core/finite.hpp>
#include <vpr/core/printable.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/identify.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cli {
namespace {

struct Options {
  std::string weights;
  bool json = false;
};

nlohmann::ordered_json number(const float& value) {
  return vpr::is_finite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

/// Names of the models whose loading is of that kind, each once.
template <class Is>
std::vector<std::string> names_where(const std::vector<vpr::FittingModel>& models, Is&& is) {
  std::vector<std::string> names;
  for (const vpr::FittingModel& model : models) {
    if (is(model) && std::find(names.begin(), names.end(), model.name) == names.end()) names.push_back(model.name);
  }
  return names;
}

/// What the file says of itself, without the form of each packed matrix.
std::map<std::string, std::string> metadata_of(const vpr::WeightFile& file) {
  std::map<std::string, std::string> metadata;
  for (const auto& [name, value] : file.metadata()) {
    if (!name.starts_with("packed ")) metadata.emplace(vpr::escaped(name), vpr::escaped(value));
  }
  return metadata;
}

bool loads_strictly(const vpr::FittingModel& model) { return model.by_default && model.report.fits(); }
bool loads_leniently(const vpr::FittingModel& model) { return model.by_default && !model.report.fits(); }

/// The prefixes that a user may choose among, where a model has several sets of weights in the file.
std::vector<std::string> roots_of(const std::vector<vpr::FittingModel>& models) {
  std::vector<std::string> roots;
  for (const vpr::FittingModel& model : models) {
    const auto also = [&](const vpr::FittingModel& other) { return other.name == model.name && other.report.root != model.report.root; };
    const bool several = std::any_of(models.begin(), models.end(), also);
    if (several && std::find(roots.begin(), roots.end(), model.report.root) == roots.end()) roots.push_back(model.report.root);
  }
  return roots;
}

void print_json(const std::vector<vpr::TensorSummary>& tensors, const vpr::WeightFile& file, const std::vector<vpr::FittingModel>& models,
                const std::string& content) {
  nlohmann::ordered_json json{{"tensors", nlohmann::ordered_json::array()},
                              {"fits", names_where(models, loads_strictly)},
                              {"fits_leniently", names_where(models, loads_leniently)},
                              {"content", vpr::escaped(content)},
                              {"sets", nlohmann::ordered_json::array()},
                              {"metadata", metadata_of(file)}};
  for (const vpr::TensorSummary& tensor : tensors) {
    json["tensors"].push_back({{"name", vpr::escaped(tensor.info.name)},
                               {"dtype", vpr::text_of(tensor.info.dtype)},
                               {"shape", std::vector<std::int64_t>(tensor.info.shape.begin(), tensor.info.shape.end())},
                               {"min", number(tensor.least)},
                               {"max", number(tensor.most)},
                               {"nan", tensor.nan},
                               {"infinite", tensor.infinite}});
    if (!tensor.problem.empty()) json["tensors"].back()["problem"] = vpr::escaped(tensor.problem);
  }
  json["not_run"] = nlohmann::ordered_json::array();
  for (const auto& [name, maker] : file.placeholders())
    json["not_run"].push_back({{"name", vpr::escaped(name)}, {"made_by", vpr::escaped(maker)}});
  for (const vpr::FittingModel& model : models) {
    nlohmann::ordered_json left_over = nlohmann::ordered_json::array(), converted = nlohmann::ordered_json::array();
    for (const std::string& line : model.report.unexpected) left_over.push_back(vpr::escaped(line));
    for (const std::string& line : model.report.converted) converted.push_back(vpr::escaped(line));
    json["sets"].push_back({{"model", model.name},
                            {"root", vpr::escaped(model.report.root)},
                            {"strict", model.report.fits()},
                            {"by_default", model.by_default},
                            {"left_over", left_over},
                            {"converted", converted}});
  }
  std::cout << json.dump(2) << '\n';
}

void print_names(const char* title, const std::vector<std::string>& names) {
  std::cout << title;
  for (const std::string& name : names) std::cout << ' ' << name;
  std::cout << '\n';
}

void print_text(const std::vector<vpr::TensorSummary>& tensors, const vpr::WeightFile& file, const std::vector<vpr::FittingModel>& models,
                const std::string& content) {
  std::int64_t numbers = 0;
  for (const vpr::TensorSummary& tensor : tensors) {
    numbers += tensor.info.shape.elements();
    std::cout << vpr::escaped(tensor.info.name) << "  " << vpr::text_of(tensor.info.dtype) << ' ' << vpr::text_of(tensor.info.shape);
    if (tensor.problem.empty()) std::cout << "  " << tensor.least << " .. " << tensor.most;
    if (!tensor.problem.empty()) std::cout << "  not read: " << vpr::escaped(tensor.problem);
    if (tensor.nan > 0) std::cout << "  " << tensor.nan << " NaN";
    if (tensor.infinite > 0) std::cout << "  " << tensor.infinite << " infinite";
    std::cout << '\n';
  }
  for (const auto& [name, maker] : file.placeholders())
    std::cout << vpr::escaped(name) << "  no tensor: '" << vpr::escaped(maker) << "' would make it, which is not run\n";
  for (const auto& [name, value] : metadata_of(file)) std::cout << "metadata " << name << ": " << value << '\n';
  std::cout << tensors.size() << " tensors, " << numbers << " values\n";
  const std::vector<std::string> strict = names_where(models, loads_strictly), lenient = names_where(models, loads_leniently);
  print_names("fits:", strict.empty() ? std::vector<std::string>{"no model that is known here"} : strict);
  if (!lenient.empty()) print_names("fits with --lenient:", lenient);
  for (const vpr::FittingModel& model : models) {
    for (const std::string& line : model.report.unexpected)
      std::cout << "  " << model.name << " leaves over " << vpr::escaped(line) << '\n';
    for (const std::string& line : model.report.converted) std::cout << "  " << model.name << " converts " << vpr::escaped(line) << '\n';
  }
  if (const std::vector<std::string> roots = roots_of(models); !roots.empty()) {
    std::cout << "several sets of weights, to choose among by --weights-root:\n";
    for (const std::string& root : roots) {
      const auto is_of = [&](const vpr::FittingModel& model) { return model.report.root == root; };
      const bool by_default =
          std::any_of(models.begin(), models.end(), [&](const auto& model) { return is_of(model) && model.by_default; });
      print_names(("  '" + vpr::escaped(root) + (by_default ? "', the default:" : "':")).c_str(), names_where(models, is_of));
    }
  }
  if (models.empty() && !content.empty()) std::cout << "holds " << vpr::escaped(content) << '\n';
}

void inspect(const Options& options) {
  const vpr::WeightFile file = vpr::open_weights(options.weights);
  const std::vector<vpr::TensorSummary> tensors = vpr::inspect(file);
  const std::vector<vpr::FittingModel> models = vpr::identify(file);
  const std::string content = vpr::content_of(file, models);
  options.json ? print_json(tensors, file, models, content) : print_text(tensors, file, models, content);
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

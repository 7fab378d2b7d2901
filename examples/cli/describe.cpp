// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "describe_photos.hpp"

#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/io/npy.hpp>
#include "write_text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

namespace cli {
namespace {

struct Options {
  ModelOptions model;
  std::string out;
  std::vector<std::string> sources;
};

void describe(const Options& options) {
  std::vector<vpr::Photo> photos;
  for (const std::string& source : options.sources) {
    const std::vector<vpr::Photo> found = vpr::read_photos(source);
    photos.insert(photos.end(), found.begin(), found.end());
  }
  vpr::Timing timing;
  const vpr::AnyPipeline model = load_model(options.model, photos, timing);
  const vpr::Descriptors descriptors = describe_photos(model, photos, options.model, "photos", timing);
  vpr::write_npy(options.out, vpr::Shape{static_cast<std::int64_t>(photos.size()), descriptors.dimensions}, descriptors.values);
  std::string names;
  for (const vpr::Photo& photo : photos) names += photo.name + '\n';
  const std::string names_path = std::filesystem::path(options.out).replace_extension(".names.txt").string();
  write_text(names_path, names);
  const nlohmann::ordered_json made = vpr::metadata_of(descriptors.record);
  write_text(std::filesystem::path(options.out).replace_extension(".json").string(), made.dump(2) + '\n');
  std::cout << photos.size() << " descriptors of " << descriptors.dimensions << " numbers in " << options.out << ", their names in "
            << names_path << '\n';
}

}  // namespace

void add_describe(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("describe", "Writes one descriptor a photo");
  add_model_options(*command, options->model);
  command->add_option("--out", options->out, "the matrix of descriptors, a .npy file; names and how they were made are written beside it")
      ->required();
  command->add_option("photos", options->sources, "folders, lists or photos")->required();
  command->callback([options] { describe(*options); });
}

}  // namespace cli

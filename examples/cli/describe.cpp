// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "describe_photos.hpp"
#include "outputs.hpp"

#include <vpr/io/atomic_file.hpp>
#include <vpr/model/descriptors_file.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace cli {
namespace {

struct Options {
  ModelOptions model;
  std::string out;
  std::vector<std::string> sources;
};

/// @throws vpr::ConfigError  for what no other files can stand beside
void require_file(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  const bool device =
      std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) && !std::filesystem::is_directory(status);
  VPR_REQUIRE(vpr::ConfigError, !device && !vpr::detail::descriptor_of(vpr::detail::link_target(path)), path,
              ": is a device, a pipe or an open file, and the photos' names and the record are written beside the matrix: give the name of "
              "a .npy file");
}

void describe(const Options& options) {
  require_file(options.out);
  const std::string names_path = std::filesystem::path(options.out).replace_extension(".names.txt").string();
  std::vector<std::string> inputs = options.model.inputs();
  inputs.insert(inputs.end(), options.sources.begin(), options.sources.end());
  check_outputs({options.out, names_path, vpr::record_path(options.out), options.model.save_vocabulary, options.model.save_weights}, inputs,
                options.model.force);
  vpr::Timing timing;
  PhotoReader reader(options.model.photos);
  const std::vector<vpr::Photo> photos = reader.find(options.sources);
  const Described described = Describer(options.model, photos, "photos", timing, reader)(photos, "photos");
  std::string names;
  for (const std::size_t i : described.photos) names += vpr::escaped(photos[i].name) + '\n';
  vpr::save_descriptors(options.out, described.descriptors,
                        {{"photos", described.photos.size()},
                         {"dimensions", described.descriptors.dimensions},
                         {"photos_left_out", reader.left_out().count()},
                         {"left_out", reader.left_out().json()}},
                        {{names_path, names}});
  std::cout << vpr::escaped(options.out) << ": " << described.photos.size() << " x " << described.descriptors.dimensions
            << " values, a row a photo; the photos' names in " << vpr::escaped(names_path) << ", what made the descriptors in "
            << vpr::escaped(vpr::record_path(options.out)) << '\n';
  reader.left_out().finish();
}

}  // namespace

void add_describe(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("describe", "Writes one descriptor a photo");
  add_model_options(*command, options->model);
  command
      ->add_option("--out", options->out,
                   "the matrix of descriptors, a .npy file; beside it the photos' names, escaped, and the record of what made them")
      ->check(file_name(".npy"))
      ->required();
  command->add_option("photos", options->sources, "folders, lists or photos")->required();
  command->callback([options] { describe(*options); });
}

}  // namespace cli

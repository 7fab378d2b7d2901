// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "fit_pca.hpp"
#include "known_database.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "outputs.hpp"

#include <vpr/index/pca_file.hpp>
#include <vpr/model/descriptors_file.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace cli {
namespace {

struct Options {
  std::string descriptors, out;
  std::int64_t dimensions = 0;  // 0: CricaVPR's, or as many as there are
  bool whiten = false, force = false;
};

void fit(const Options& options) {
  check_outputs({options.out}, {options.descriptors, vpr::record_path(options.descriptors)}, options.force);
  const vpr::Descriptors descriptors = vpr::load_descriptors(options.descriptors);
  warn_of_no_record(options.descriptors, descriptors.record);
  const vpr::Pca pca = [&] {
    try {
      return fit_pca(descriptors.rows(), options.dimensions > 0 ? options.dimensions : 4096, options.dimensions == 0, options.whiten);
    } catch (const vpr::ConfigError& error) {
      vpr::fail<vpr::ConfigError>(vpr::escaped(options.descriptors), ": ", error.what(),
                                  options.dimensions > 0 ? "; --dimensions says how many are kept" : "");
    }
  }();
  vpr::save_pca(options.out, pca, vpr::metadata_of(descriptors.record));
  std::cout << vpr::escaped(options.out) << ": " << descriptors.dimensions << " to " << pca.output_dim() << " dimensions, "
            << 100 * pca.parameters().ratio.sum() << "% of the variance\n";
}

}  // namespace

void add_pca(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("pca", "Fits a PCA to descriptors, for --pca");
  command->add_option("descriptors", options->descriptors, "a matrix of descriptors that `vpr describe` wrote")->required();
  command
      ->add_option("--dimensions", options->dimensions,
                   "what is left; default: 4096, as CricaVPR's authors keep, or as many as the descriptors differ in")
      ->check(whole_from(1, 1 << 20));
  command->add_flag("--whiten", options->whiten, "divide each by its standard deviation");
  command->add_option("--out", options->out, "the PCA, a .safetensors file, with the record of what it was fitted to")
      ->check(file_name(".safetensors"))
      ->required();
  add_force_option(*command, options->force);
  command->callback([options] { fit(*options); });
}

}  // namespace cli

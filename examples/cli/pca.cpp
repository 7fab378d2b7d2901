// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <vpr/index/fit_pca.hpp>
#include <vpr/index/pca_file.hpp>
#include <vpr/io/npy.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace cli {
namespace {

struct Options {
  std::string descriptors, out;
  std::int64_t dimensions = 4096;
  bool whiten = false;
};

void fit(const Options& options) {
  const vpr::WeightFile file = vpr::read_npy(options.descriptors);
  const vpr::Shape shape = file.tensors().at(0).shape;
  VPR_REQUIRE(vpr::ShapeError, shape.rank() == 2, options.descriptors, ": holds ", shape,
              ", want a matrix of descriptors, as `vpr describe` writes it");
  const std::vector<float> values = vpr::read_tensor(file, 0);
  const vpr::Pca pca = vpr::fit_pca(vpr::Rows(values.data(), shape[0], shape[1]),
                                    {.components = options.dimensions, .power = options.whiten ? -0.5F : 0.0F});
  vpr::save_pca(options.out, pca);
  std::cout << options.out << ": " << shape[1] << " to " << options.dimensions << " dimensions, " << 100 * pca.parameters().ratio.sum()
            << "% of the variance\n";
}

}  // namespace

void add_pca(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("pca", "Fits a PCA to descriptors, for --pca");
  command->add_option("descriptors", options->descriptors, "a matrix of descriptors that `vpr describe` wrote")->required();
  command->add_option("--dimensions", options->dimensions, "what is left: CricaVPR's authors keep 4096")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--whiten", options->whiten, "divide each by its standard deviation");
  command->add_option("--out", options->out, "the PCA, a .safetensors file")->required();
  command->callback([options] { fit(*options); });
}

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/systems.hpp>

#include <CLI/CLI.hpp>

#include <iostream>

namespace cli {

void add_models(CLI::App& program) {
  CLI::App* command = program.add_subcommand("models", "Lists what --model and --preprocess take");
  command->callback([] {
    std::cout << "--model SYSTEM, or SYSTEM@BACKBONE for another network than the authors'\nsystems:\n";
    for (const vpr::NamedSystem& system : vpr::named_systems())
      std::cout << "  " << system.name << std::string(18 - system.name.size(), ' ') << system.meaning << " (" << system.paper << "; "
                << system.weights << ", " << system.licence << ")\n";
    std::cout << "--model BACKBONE+AGGREGATOR, or BACKBONE:N+AGGREGATOR on its first N blocks or stages\nbackbones:\n";
    for (const vpr::NamedBackbone& backbone : vpr::named_backbones())
      std::cout << "  " << backbone.name << std::string(18 - backbone.name.size(), ' ') << backbone.meaning << '\n';
    std::cout << "aggregators:\n";
    for (const vpr::NamedAggregator& aggregator : vpr::named_aggregators()) {
      std::cout << "  " << aggregator.name << std::string(18 - aggregator.name.size(), ' ') << aggregator.meaning
                << (aggregator.learned ? "; its weights beside the backbone's" : "") << '\n';
    }
    std::cout << "--preprocess ORDER[+OPTION...]\norders:\n";
    for (const vpr::PreprocessWord& word : vpr::preprocess_orders) std::cout << "  " << word.name << "\n      " << word.meaning << '\n';
    std::cout << "options:\n";
    for (const vpr::PreprocessWord& word : vpr::preprocess_options) std::cout << "  " << word.name << "\n      " << word.meaning << '\n';
  });
}

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/systems.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace cli {
namespace {

/// A cell of a table: what there is, or a dash.
std::string_view cell(std::string_view text) { return text.empty() ? "–" : text; }

/// A name in a column of names.
std::string padded(std::string_view name) { return std::string(name) + std::string(name.size() < 23 ? 23 - name.size() : 1, ' '); }

/// The systems as a Markdown table, for docs/models.md.
void print_markdown() {
  std::cout << "| `--model` | system | paper | D | network, input | published recall@1 / 5, % | equals the authors' code in | recipe | "
               "weights, licence | not covered |\n"
               "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const vpr::NamedSystem& system : vpr::named_systems()) {
    std::cout << "| `" << system.name << "` | " << system.meaning << " | " << system.paper << " | " << system.dimensions << " | "
              << system.backbone << ", " << system.size.height << "×" << system.size.width << " | " << cell(system.published) << " | "
              << cell(system.checked) << " | " << cell(system.recipe) << " | " << system.weights << ", " << system.licence << " | "
              << cell(system.left_out) << " |\n";
  }
}

}  // namespace

void add_models(CLI::App& program) {
  CLI::App* command = program.add_subcommand("models", "Lists what --model and --preprocess take");
  auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "the systems alone, as a Markdown table");
  command->callback([markdown] {
    if (*markdown) return print_markdown();
    std::cout << "--model SYSTEM, or SYSTEM@BACKBONE for another network than the authors'\nsystems:\n";
    for (const vpr::NamedSystem& system : vpr::named_systems())
      std::cout << "  " << padded(system.name) << system.meaning << " (" << system.paper << "; " << system.weights << ", " << system.licence
                << ")\n";
    std::cout << "--model BACKBONE+AGGREGATOR, or BACKBONE:N+AGGREGATOR on its first N blocks or stages\nbackbones:\n";
    for (const vpr::NamedBackbone& backbone : vpr::named_backbones())
      std::cout << "  " << padded(backbone.name) << backbone.meaning << (backbone.learned ? "" : "; without weights") << '\n';
    std::cout << "aggregators:\n";
    for (const vpr::NamedAggregator& aggregator : vpr::named_aggregators()) {
      std::cout << "  " << padded(aggregator.name) << aggregator.meaning
                << (aggregator.learned ? "; its weights beside the backbone's" : "") << '\n';
    }
    std::cout << "--preprocess ORDER[+OPTION...]\norders:\n";
    for (const vpr::PreprocessWord& word : vpr::preprocess_orders) std::cout << "  " << word.name << "\n      " << word.meaning << '\n';
    std::cout << "options:\n";
    for (const vpr::PreprocessWord& word : vpr::preprocess_options) std::cout << "  " << word.name << "\n      " << word.meaning << '\n';
  });
}

}  // namespace cli

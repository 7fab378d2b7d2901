// SPDX-License-Identifier: MIT
/// @file
/// The commands of the program: each adds itself to the command line and runs when it was chosen.
#pragma once

namespace CLI {
class App;
}

namespace cli {

void add_describe(CLI::App& program);
void add_localize(CLI::App& program);
void add_evaluate(CLI::App& program);
void add_inspect(CLI::App& program);
void add_models(CLI::App& program);
void add_pca(CLI::App& program);
void add_loop(CLI::App& program);
void add_map(CLI::App& program);
void add_train(CLI::App& program);

}  // namespace cli

// SPDX-License-Identifier: MIT
// vpr: describes photos, finds where they were taken, and measures how well. Exit codes: 0 done, 1 an error in data or model,
// 2 a command line that cannot be understood.
#include "commands.hpp"

#include <vpr/core/error.hpp>
#include <vpr/version.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

int main(int count, char** arguments) {
  CLI::App program("Visual place recognition: where was this photo taken?", "vpr");
  program.set_version_flag("--version", VPR_VERSION);
  program.require_subcommand(1);
  cli::add_describe(program);
  cli::add_localize(program);
  cli::add_evaluate(program);
  cli::add_inspect(program);
  cli::add_models(program);
  cli::add_pca(program);
  cli::add_train(program);
  try {
    program.parse(count, arguments);
    return 0;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  } catch (const vpr::ConfigError& error) {
    std::cerr << "vpr: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "vpr: " << error.what() << '\n';
    return 1;
  }
}

// SPDX-License-Identifier: MIT
// vpr: describes photos, finds where they were taken, and measures how well. The exit codes are those of `exit_codes` below.
#include "commands.hpp"

#include <vpr/backend/cpu/instruction_set.hpp>
#include <vpr/core/error.hpp>
#include <vpr/core/text.hpp>
#include <vpr/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 an error in data or model, or output that could not be written; 2 a command line or settings that cannot be "
    "used; 3 done, but photos were left out, which are named on standard error and in --json; 4 a training that a signal stopped, and that "
    "--resume goes on with.";

/// The version, the instruction set whose kernels run here, and the components that it was built with, a line each.
std::string version_text() {
  std::string text = "vpr " VPR_VERSION "\ninstruction set: ";
  text += vpr::name_of(vpr::instruction_set());
  text += "\ncomponents:";
#ifdef VPR_WITH_IO
  text += " io";
#endif
#ifdef VPR_WITH_IMAGE
  text += " image";
#endif
#ifdef VPR_WITH_WEBP
  text += " webp";
#endif
#ifdef VPR_WITH_TIFF
  text += " tiff";
#endif
#ifdef VPR_WITH_GIF
  text += " gif";
#endif
#ifdef VPR_WITH_HEIF
  text += " heif";
#endif
#ifdef VPR_WITH_HASH
  text += " hash";
#endif
#ifdef VPR_WITH_MAP
  text += " map";
#endif
#ifdef VPR_WITH_HNSW
  text += " hnsw";
#endif
#ifdef VPR_WITH_ARROW
  text += " arrow";
#endif
#ifdef VPR_WITH_OPENCV
  text += " opencv";
#endif
#ifdef VPR_WITH_OMP
  text += " omp";
#endif
#ifdef VPR_WITH_TBB
  text += " tbb";
#endif
  return text;
}

/// What to say to a command line that lacks a command, where another word stands in its place, or with an option that its command does not have,
/// whatever else is wrong with it; empty where all of them are known.
std::string unknown_words(const CLI::App& program, int count, char** arguments) {
  const CLI::App* last = &program;
  std::string name = program.get_name();
  int at = 1;
  for (; !last->get_subcommands().empty(); ++at) {
    last = last->get_subcommands().front();
    name += ' ' + last->get_name();
  }
  const std::vector<const CLI::App*> commands = last->get_subcommands({});
  if (commands.empty()) {
    const std::vector<std::string> unknown = last->remaining();
    const auto option = std::find_if(unknown.begin(), unknown.end(), [](const std::string& word) { return word.starts_with('-'); });
    return option == unknown.end() ? "" : vpr::text_of(name, ": there is no option '", *option, "'; ", name, " --help says more\n");
  }
  std::string text =
      at < count ? vpr::text_of(name, ": there is no command '", arguments[at], "'; there are") : name + ": which command? There are";
  for (const CLI::App* command : commands) text += " " + command->get_name();
  return vpr::text_of(text, "; ", name, " --help says more\n");
}

/// Refuses to call done what standard output did not take, such as a full disk.
void flush_output() {
  errno = 0;
  const bool taken = std::cout.flush() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  VPR_REQUIRE(vpr::IoError, taken, "standard output: cannot be written", errno != 0 ? ": " : "", errno != 0 ? std::strerror(errno) : "");
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App program("Visual place recognition: where was this photo taken?", "vpr");
  program.set_version_flag("--version", std::function<std::string()>(version_text));
  program.footer(exit_codes);
  program.require_subcommand(1);
  cli::add_describe(program);
  cli::add_localize(program);
  cli::add_evaluate(program);
  cli::add_inspect(program);
  cli::add_models(program);
  cli::add_loop(program);
  cli::add_map(program);
  cli::add_pca(program);
  cli::add_train(program);
  try {
    int code = 0;
    try {
      program.parse(count, arguments);
    } catch (const CLI::RuntimeError& done) {  // a command's own exit code
      code = done.get_exit_code();
    } catch (const CLI::ParseError& error) {
      std::ostringstream out, message;
      code = program.exit(error, out, message) == 0 ? 0 : 2;
      const std::string unknown = unknown_words(program, count, arguments);
      if (code == 2 && !unknown.empty()) message.str(unknown);
      std::cout << out.str();
      std::cerr << vpr::printable(message.str());
    }
    flush_output();
    return code;
  } catch (const vpr::ConfigError& error) {
    std::cerr << "vpr: " << error.what() << '\n';
    return 2;
  } catch (const vpr::Error& error) {
    std::cerr << "vpr: " << error.what() << '\n';
    return 1;
  } catch (const std::bad_alloc&) {
    std::cerr << "vpr: the memory does not suffice: take fewer photos at a time (--batch) or a smaller --size\n";
    return 1;
  }
}

// SPDX-License-Identifier: MIT
// golden_check [--backend B] [--weights FILE] PATH...: runs each golden file by its case and says how far our figures are from it.
#include "tests/golden_check/registry.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace vpr::test;
namespace fs = std::filesystem;

int usage(const std::string& problem) {
  std::cerr << "golden_check: " << problem << "\nusage: golden_check [--backend B] [--weights FILE] PATH...\n  backends:";
  for (const std::string& name : backends) std::cerr << ' ' << name;
  std::cerr << "\n  a PATH is a golden file, or a folder whose *.safetensors files are all run\n";
  return 2;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

struct Totals {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
};

void run(const std::string& path, const Options& options, Totals& totals) {
  std::string kind = "?";
  try {
    const Golden golden(path);
    // Files of gradients share their component's case; a cotangent marks them.
    kind = golden.kind() + (golden.has("in.cotangent") ? "_gradient" : "");
    const auto runner = runners().find(kind);
    if (runner == runners().end() || (kind.starts_with("real_") && options.weights.empty())) {
      ++totals.skipped;
      std::cout << "SKIP " << path << ' ' << kind << (runner == runners().end() ? " no such component yet\n" : " needs --weights\n");
      return;
    }
    Check check(golden);
    runner->second(golden, options, check);
    ++(check.passed() ? totals.passed : totals.failed);
    std::cout << (check.passed() ? "PASS " : "FAIL ") << path << ' ' << kind << ' ';
    if (check.compared() == 0 && check.problem().empty()) {
      std::cout << "nothing was compared\n";
    } else if (!check.problem().empty()) {
      std::cout << check.problem() << '\n';
    } else {
      std::cout << check.worst() << ' ' << check.error() << ' ' << check.allowed() << '\n';
    }
  } catch (const Skipped& skipped) {
    ++totals.skipped;
    std::cout << "SKIP " << path << ' ' << kind << ' ' << skipped.reason << '\n';
  } catch (const std::exception& error) {
    ++totals.failed;
    std::cout << "FAIL " << path << ' ' << kind << ' ' << one_line(error.what()) << '\n';
  }
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  std::vector<std::string> files;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--backend" || argument == "--weights") {
      if (i + 1 == count) return usage(argument + " needs a value");
      (argument == "--backend" ? options.backend : options.weights) = arguments[++i];
    } else if (argument.starts_with("--")) {
      return usage("unknown option " + argument);
    } else if (fs::is_directory(argument)) {
      std::vector<std::string> found;
      for (const auto& entry : fs::directory_iterator(argument)) {
        if (entry.path().extension() == ".safetensors") found.push_back(entry.path().string());
      }
      if (found.empty()) return usage(argument + " holds no *.safetensors file");
      std::sort(found.begin(), found.end());
      files.insert(files.end(), found.begin(), found.end());
    } else if (fs::exists(argument)) {
      files.push_back(argument);
    } else {
      return usage(argument + " does not exist");
    }
  }
  if (std::find(backends.begin(), backends.end(), options.backend) == backends.end()) return usage("no backend " + options.backend);
  if (!options.weights.empty() && !fs::exists(options.weights)) return usage(options.weights + " does not exist");
  if (files.empty()) return usage("no PATH given");

  Totals totals;
  for (const std::string& file : files) run(file, options, totals);
  std::cout << totals.passed << " passed, " << totals.failed << " failed, " << totals.skipped << " skipped\n";
  return totals.failed == 0 ? 0 : 1;
}

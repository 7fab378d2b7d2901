// SPDX-License-Identifier: MIT
#include "rerank.hpp"

#include "numbers.hpp"
#include "options.hpp"
#include "outputs.hpp"

#include <vpr/model/record.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace cli {

std::optional<vpr::Tap> LocalOptions::tap() const {
  const vpr::Facet chosen = vpr::find_facet(facet);
  VPR_REQUIRE(vpr::ConfigError, block >= 0 || chosen == vpr::Facet::token, "--local-facet ", facet,
              " is taken of a block: add --local-block N");
  VPR_REQUIRE(vpr::ConfigError, block < 0 || kind != "head", "--local-block is taken of patches: leave it out with --local head");
  return block < 0 ? std::nullopt : std::optional(vpr::Tap{block, chosen});
}

vpr::LocalPrecision LocalOptions::kept_as() const {
  return precision_name() == "f32"   ? vpr::LocalPrecision::float32
         : precision_name() == "f16" ? vpr::LocalPrecision::float16
                                     : vpr::LocalPrecision::int8;
}

void add_local_options(CLI::App& command, LocalOptions& options, CLI::Option* local) {
  command
      .add_option("--local-block", options.block,
                  "with --local patches: the tokens of this block, from 0; default: those that the descriptor is made of")
      ->check(whole_from(0))
      ->needs(local);
  command.add_option("--local-facet", options.facet, "with --local-block: which tokens of the block")
      ->needs(local)
      ->check(CLI::IsMember({"token", "query", "key", "value"}))
      ->capture_default_str();
  command.add_option("--local-precision", options.precision, "how exactly they are kept; default: f16")
      ->needs(local)
      ->check(CLI::IsMember({"f32", "f16", "int8"}));
}

void add_rerank_options(CLI::App& command, RerankOptions& options) {
  CLI::Option* rerank =
      command
          .add_option("--rerank", options.first,
                      "re-rank this many of a query's first answers, by local features; JSON and report name what the new score is")
          ->check(whole_from(1, most_answers));
  const auto add = [&](const char* name, std::string& value, const char* meaning) {
    return command.add_option(name, value, meaning)->needs(rerank);
  };
  add("--local", options.local.kind, "with --rerank: the backbone's patches, or the model's own head; default: the head where it has one")
      ->check(CLI::IsMember({"patches", "head"}));
  add_local_options(command, options.local, rerank);
  add("--local-store", options.store, "where the database's local features are kept; none: computed again for each candidate")
      ->check(CLI::IsMember({"memory", "disk", "none"}))
      ->capture_default_str();
  add("--local-file", options.file, "with --local-store disk: a new file for them; default: a temporary one, gone at the end");
}

void RerankOptions::require_store() const {
  refuse({{"--local-file", !file.empty() && store != "disk"}}, "goes with --local-store disk");
  refuse({{"--local-precision", !local.precision.empty() && store == "none"}}, "goes with --local-store memory or disk");
  std::error_code ignored;
  VPR_REQUIRE(vpr::ConfigError, file.empty() || !std::filesystem::exists(file, ignored), "--local-file: ", file,
              " is there already; remove it or name another");
  check_outputs({file}, {}, true);
}

void add_to(LocalStore& store, const vpr::LocalFeatures& features) {
  std::visit(
      [&](auto& held) {
        if constexpr (requires { held.add(features); }) held.add(features);
      },
      store);
}

LocalStore make_store(const RerankOptions& options, std::int64_t size, std::function<vpr::LocalFeatures(std::int64_t)> compute) {
  const vpr::LocalPrecision precision = options.local.kept_as();
  if (options.store == "none") return vpr::ComputedLocalStore(size, std::move(compute));
  if (options.store == "memory") return vpr::MemoryLocalStore(precision);
  if (!options.file.empty()) return vpr::DiskLocalStore::create(options.file, precision);
  std::error_code problem;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(problem);
  VPR_REQUIRE(vpr::IoError, !problem, "no folder for temporary files (", problem.message(), "): set TMPDIR, or give --local-file");
  vpr::DiskLocalStore store =
      vpr::DiskLocalStore::create((folder / ("vpr_local_features_" + std::to_string(::getpid()))).string(), precision);
  ::unlink(store.path().c_str());  // its content lives until it is closed, however the program ends
  return store;
}

}  // namespace cli

// SPDX-License-Identifier: MIT
/// @file
/// Local features and re-ranking, as the command line asks for them.
#pragma once

#include <vpr/backbone/tap.hpp>
#include <vpr/local/disk_store.hpp>
#include <vpr/local/store.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cli {

struct LocalOptions {
  std::string kind;  // empty: the model's own head where it has one, else patches
  std::int64_t block = -1;
  std::string facet = "token";
  std::string precision;  // empty: f16

  std::optional<vpr::Tap> tap() const;
  std::string_view precision_name() const { return precision.empty() ? "f16" : std::string_view(precision); }
  vpr::LocalPrecision kept_as() const;

  friend bool operator==(const LocalOptions&, const LocalOptions&) = default;
};

/// --local-block, --local-facet and --local-precision.
/// @param local  an option without which they are refused
void add_local_options(CLI::App& command, LocalOptions& options, CLI::Option* local);

struct RerankOptions {
  std::int64_t first = 0;  // how many; 0: none
  LocalOptions local;
  std::string store = "memory";
  std::string file;

  /// How exactly local features are compared.
  std::string_view local_precision() const { return store == "none" ? "f32" : local.precision_name(); }
  /// Refuses options that the store has no use for, and a file for it that could not be made.
  void require_store() const;

  friend bool operator==(const RerankOptions&, const RerankOptions&) = default;
};

void add_rerank_options(CLI::App& command, RerankOptions& options);

using LocalStore =
    std::variant<vpr::MemoryLocalStore, vpr::DiskLocalStore, vpr::ComputedLocalStore<std::function<vpr::LocalFeatures(std::int64_t)>>>;

/// The store that the options ask for. One that keeps none computes with `compute`.
LocalStore make_store(const RerankOptions& options, std::int64_t size, std::function<vpr::LocalFeatures(std::int64_t)> compute);
/// Appends a photo's, where the store keeps any.
void add_to(LocalStore& store, const vpr::LocalFeatures& features);

}  // namespace cli

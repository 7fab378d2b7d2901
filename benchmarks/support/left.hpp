// SPDX-License-Identifier: MIT
/// @file
/// What a benchmark leaves for its peers, which compare their results to ours: see `left` in benchmarks/peers/work.py.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/core/tensor.hpp>
#include <vpr/io/save.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace vpr::bench {

/// Leaves what `model` visits.
template <class Model>
void leave(const std::string& name, const Model& model) {
  save_safetensors((std::filesystem::temp_directory_path() / ("vpr_bench_" + name + ".safetensors")).string(), model);
}

struct LeftValues {
  Tensor<Cpu<>> values;
  void visit(const auto& visitor, const std::string&) { visitor("values", values); }
};

/// Leaves `values` under that name.
inline void leave(const std::string& name, std::span<const float> values) {
  leave(name, LeftValues{Tensor<Cpu<>>::from({static_cast<std::int64_t>(values.size())}, values)});
}

}  // namespace vpr::bench

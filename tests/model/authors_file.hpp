// SPDX-License-Identifier: MIT
/// @file
/// Files of systems under the names that their authors save them by.
#pragma once

#include <vpr/model/identify.hpp>

#include "tests/io/memory_source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace vpr::test {

/// What a pickle of a training holds: `model_state_dict`, with DataParallel's `module.` before each name.
template <class Model>
Memory authors_file(Model model, const std::string& prefix = "model_state_dict.module.") {
  Memory file;
  model.visit([&](const std::string& name, auto& parameter) { file.with(prefix + name, parameter.shape(), 0); }, std::string());
  return file;
}

inline std::int64_t values_in(const Memory& file) {
  std::int64_t values = 0;
  for (const TensorInfo& tensor : file.infos) values += tensor.shape.elements();
  return values;
}

/// The tensors of a file as `name [shape]`, without the prefix, whose name holds `part`.
inline std::vector<std::string> tensors_with(const Memory& file, const std::string& part) {
  const std::string prefix = "model_state_dict.module.";
  std::vector<std::string> found;
  for (const TensorInfo& tensor : file.infos) {
    std::ostringstream text;
    text << tensor.name.substr(prefix.size()) << ' ' << tensor.shape;
    if (tensor.name.find(part) != std::string::npos) found.push_back(text.str());
  }
  return found;
}

/// What `identify` finds, each with whether it loads strictly.
inline std::vector<std::string> identified(const Memory& file) {
  std::vector<std::string> names;
  for (const FittingModel& model : identify(file)) names.push_back(model.name + (model.report.fits() ? "" : " leniently"));
  return names;
}

}  // namespace vpr::test

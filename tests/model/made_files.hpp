// SPDX-License-Identifier: MIT
/// @file
/// Weight files of a named system's parameters, of zeros, as published checkpoints name them.
#pragma once

#include <vpr/backend/shapes.hpp>
#include <vpr/io/name_map.hpp>
#include <vpr/model/identify.hpp>
#include <vpr/model/systems.hpp>

#include "tests/io/memory_source.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace vpr::test {

using InMemory = Memory;

/// A file of a component's parameters, as `names` has them.
template <class Component>
InMemory file_of(Component component, const AnyNameMap& names = PrefixedNames()) {
  InMemory file;
  component.visit(
      [&](const std::string& name, auto& parameter) {
        file.with(names(name).front(), parameter.shape(), 0);
        if (name.ends_with("running_var"))
          file.with(names(name.substr(0, name.size() - 11) + "num_batches_tracked").front(), Shape(), 0, DType::int64);
      },
      std::string());
  return file;
}

inline InMemory made_file(std::string_view system, const AnyNameMap& names = PrefixedNames()) {
  return file_of(make_system<Shapes>(system), names);
}

inline bool has(const InMemory& file, const std::string& name, const Shape& shape) {
  return std::any_of(file.infos.begin(), file.infos.end(),
                     [&](const TensorInfo& info) { return info.name == name && info.shape == shape; });
}

/// The names of the models that a file is of, in the order of `identify`; of those that leave tensors over with a word for it.
inline std::vector<std::string> identified(const InMemory& file) {
  std::vector<std::string> names;
  for (const FittingModel& model : identify(file)) names.push_back(model.name + (model.report.fits() ? "" : " leniently"));
  return names;
}

/// How many values a model trains, the statistics of batch normalisations left out.
template <class Model>
std::int64_t trained_parameters(const Model& model) {
  std::int64_t count = 0;
  visit_const(model, [&](const std::string& name, const auto& values) {
    if (!name.ends_with("running_mean") && !name.ends_with("running_var")) count += values.shape().elements();
  });
  return count;
}

}  // namespace vpr::test

// SPDX-License-Identifier: MIT
/// @file
/// The comparison of a checkpoint with the JSON file that lists what is in it.
#pragma once

#include <vpr/io/weight_source.hpp>

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace vpr::test {

inline nlohmann::json read_json(const std::string& path) {
  std::ifstream in(path);
  REQUIRE(in.is_open());
  return nlohmann::json::parse(in);
}

inline std::vector<float> transpose(const std::vector<float>& matrix, std::size_t rows) {
  const std::size_t columns = matrix.size() / rows;
  std::vector<float> out(matrix.size());
  for (std::size_t i = 0; i < matrix.size(); ++i) out[i % columns * rows + i / columns] = matrix[i];
  return out;
}

/// Requires that `source` holds every tensor of the list, and no other, with its type, shape and values.
/// A tensor that the list calls transposed is stored so in the file; the source must turn it round.
template <WeightSource S>
void require_listed(const S& source, const nlohmann::json& list) {
  REQUIRE(source.tensors().size() == list.at("tensors").size());
  for (const nlohmann::json& expected : list.at("tensors")) {
    const auto name = expected.value("official", expected.at("name").get<std::string>());
    CAPTURE(source.path(), name);
    const auto index = find_tensor(source, name);
    REQUIRE(index);
    const TensorInfo& info = source.tensors()[*index];
    auto extents = expected.at("shape").get<std::vector<std::int64_t>>();
    const bool transposed = expected.value("transposed", false);
    if (transposed) std::swap(extents.at(0), extents.at(1));
    CHECK(to_string(info.dtype) == expected.at("dtype").get<std::string>());
    CHECK(info.shape == Shape(extents));

    std::vector<float> values = read_tensor(source, *index);
    if (transposed) values = transpose(values, static_cast<std::size_t>(extents[0]));
    double sum = 0;
    double magnitudes = 0;
    for (const float value : values) {
      sum += value;
      magnitudes += std::abs(value);
    }
    CHECK(sum == Approx(expected.at("sum").get<double>()).margin(1e-6 * magnitudes + 1e-9));
    const auto first = expected.at("first").get<std::vector<float>>();
    const auto last = expected.at("last").get<std::vector<float>>();
    REQUIRE(values.size() >= first.size());
    REQUIRE(values.size() >= last.size());
    CHECK(std::equal(first.begin(), first.end(), values.begin()));
    CHECK(std::equal(last.rbegin(), last.rend(), values.rbegin()));
  }
}

}  // namespace vpr::test

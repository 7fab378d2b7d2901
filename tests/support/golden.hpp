// SPDX-License-Identifier: MIT
/// @file
/// Golden files: figures that reference implementations computed, and the comparison with ours. The format is in tests/data/README.md.
#pragma once

#include <vpr/io/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr::test {

/// A tensor that is not stored: element i is `offset + amplitude * (2u - 1)`, u in [0, 1) from a hash of the seed text and i.
struct Recipe {
  std::string name;
  Shape shape;
  double offset = 0;
  double amplitude = 0;
  std::uint64_t seed = 0;

  static Recipe from_json(const nlohmann::json& entry) {
    const auto name = entry.at(0).get<std::string>();
    const auto extents = entry.at(1).get<std::vector<std::int64_t>>();
    const auto text = entry.size() > 4 ? entry.at(4).get<std::string>() : name;
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return {name, Shape(extents), entry.at(2).get<double>(), entry.at(3).get<double>(), hash};
  }

  void fill(std::span<float> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::uint64_t z = seed + i + 0x9e3779b97f4a7c15U;  // splitmix64
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
      z ^= z >> 31;
      const double u = static_cast<double>(z >> 40) / 0x1p24;
      out[i] = static_cast<float>(offset + amplitude * (2 * u - 1));
    }
  }
};

/// The weights of a golden file under their official names, stored or made as they are read.
class GoldenWeights {
 public:
  const std::string& path() const { return file_->path(); }
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  void read(std::size_t index, std::span<float> out) const {
    const std::size_t stored = places_.size();
    if (index < stored) return file_->read(places_[index], out);
    VPR_REQUIRE(ShapeError, out.size() == static_cast<std::size_t>(tensors_.at(index).shape.elements()), "golden: wrong buffer size");
    recipes_[index - stored].fill(out);
  }

 private:
  friend class Golden;
  const WeightFile* file_ = nullptr;
  std::vector<TensorInfo> tensors_;  // the stored ones first
  std::vector<std::size_t> places_;
  std::vector<Recipe> recipes_;
};
static_assert(WeightSource<GoldenWeights>);

/// One reference file. Names of tensors are given in full, such as `in.image` or `out.main`.
class Golden {
 public:
  explicit Golden(const std::string& path) : file_(read_safetensors(path)) {
    const auto& metadata = file_.metadata();
    kind_ = metadata.at("case");
    config_ = nlohmann::json::parse(metadata.at("config"));
    rtol_ = std::stod(metadata.at("rtol"));
    atol_ = std::stod(metadata.at("atol"));
    if (const auto found = metadata.find("recipe"); found != metadata.end()) {
      for (const auto& entry : nlohmann::json::parse(found->second)) recipes_.push_back(Recipe::from_json(entry));
    }
  }

  const std::string& path() const { return file_.path(); }
  /// What image paths in `config()` are relative to.
  std::filesystem::path folder() const { return std::filesystem::path(path()).parent_path(); }
  std::string name() const { return std::filesystem::path(path()).stem().string(); }
  /// Which component made it: the file's `case`.
  const std::string& kind() const { return kind_; }
  const nlohmann::json& config() const { return config_; }
  /// `config()[key]`, or `otherwise` where the file does not say.
  template <class T>
  T config(const char* key, T otherwise) const {
    return config_.value(key, std::move(otherwise));
  }
  double rtol() const { return rtol_; }
  double atol() const { return atol_; }
  const WeightFile& file() const { return file_; }

  bool has(std::string_view tensor) const { return find_recipe(tensor) != nullptr || find_tensor(file_, tensor).has_value(); }
  Shape shape(std::string_view tensor) const {
    if (const Recipe* recipe = find_recipe(tensor)) return recipe->shape;
    const auto index = find_tensor(file_, tensor);
    VPR_REQUIRE(WeightError, index.has_value(), path(), ": has no tensor '", tensor, "'");
    return file_.tensors()[*index].shape;
  }
  /// The values of an input or output: `T` is float, double or, for whole numbers, std::int64_t.
  template <class T = float>
  std::vector<T> values(std::string_view tensor) const {
    if (const Recipe* recipe = find_recipe(tensor)) {
      std::vector<float> made(static_cast<std::size_t>(recipe->shape.elements()));
      recipe->fill(made);
      return {made.begin(), made.end()};
    }
    return read_tensor<T>(file_, tensor);
  }
  std::vector<std::int64_t> integers(std::string_view tensor) const { return values<std::int64_t>(tensor); }

  /// The `w.*` tensors and the recipes that are not inputs, under their official names. Lives no longer than this.
  GoldenWeights weights() const {
    GoldenWeights weights;
    weights.file_ = &file_;
    for (std::size_t i = 0; i < file_.tensors().size(); ++i) {
      TensorInfo info = file_.tensors()[i];
      if (!info.name.starts_with("w.")) continue;
      info.name.erase(0, 2);
      weights.tensors_.push_back(std::move(info));
      weights.places_.push_back(i);
    }
    for (const Recipe& recipe : recipes_) {
      if (recipe.name.starts_with("in.")) continue;
      weights.tensors_.push_back({recipe.name, DType::float32, recipe.shape});
      weights.recipes_.push_back(recipe);
    }
    return weights;
  }

 private:
  const Recipe* find_recipe(std::string_view tensor) const {
    const auto found = std::find_if(recipes_.begin(), recipes_.end(), [&](const Recipe& recipe) { return recipe.name == tensor; });
    return found == recipes_.end() ? nullptr : &*found;
  }

  WeightFile file_;
  std::string kind_;
  nlohmann::json config_;
  double rtol_ = 0;
  double atol_ = 0;
  std::vector<Recipe> recipes_;
};

/// Compares outputs with a golden file's, and remembers the worst: `|ours - reference| <= atol + rtol * max|reference|`.
class Check {
 public:
  explicit Check(const Golden& golden) : golden_(golden) {}

  /// Compares `ours`, numbers in contiguous memory, with the tensor `out.NAME`, or with `.subset`, `.shape` and `.stats` of it where
  /// only those are stored. A full name (`grad.x`) is taken as it is. Integers are exact. `allowed` replaces the file's tolerance
  /// where its note says so.
  template <class Values>
  void operator()(std::string_view name, const Values& values, std::optional<double> allowed = std::nullopt) {
    const std::span ours(std::data(values), std::size(values));
    using T = std::remove_cv_t<typename decltype(ours)::element_type>;
    const std::string full = full_name(name);
    if (golden_.has(full)) {
      compare<T>(full, ours, golden_.values<Reference<T>>(full), 0, allowed);
    } else {
      compare_summary<T>(full, ours, allowed);
    }
  }
  void operator()(std::string_view name, const Shape& shape) { (*this)(name, std::vector<std::int64_t>(shape.begin(), shape.end())); }

  /// Whether the file holds `out.NAME`, whole or in part.
  bool wants(std::string_view name) const {
    const std::string full = full_name(name);
    return golden_.has(full) || golden_.has(full + ".subset");
  }

  bool passed() const { return compared_ > 0 && problem_.empty() && ratio_ <= 1; }
  std::size_t compared() const { return compared_; }
  /// The tensor whose error is largest in proportion to what is allowed it.
  const std::string& worst() const { return worst_; }
  double error() const { return error_; }
  double allowed() const { return allowed_; }
  /// What could not be compared at all, such as a wrong number of values.
  const std::string& problem() const { return problem_; }

 private:
  template <class T>
  using Reference = std::conditional_t<std::is_integral_v<T>, std::int64_t, double>;

  static std::string full_name(std::string_view name) {
    const bool full = name.starts_with("out.") || name.starts_with("grad.");
    return (full ? "" : "out.") + std::string(name);
  }

  /// `largest` is the reference's largest magnitude where more of it is known than `reference`.
  template <class T>
  void compare(const std::string& name, std::span<const T> ours, const std::vector<Reference<T>>& reference, double largest,
               std::optional<double> allowed) {
    ++compared_;
    if (ours.size() != reference.size()) return complain(name, " has ", ours.size(), " values, expected ", reference.size());
    double error = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const auto got = static_cast<Reference<T>>(ours[i]);
      const double difference = std::abs(static_cast<double>(got) - static_cast<double>(reference[i]));
      const bool both_nan = got != got && reference[i] != reference[i];
      if (got != reference[i] && !both_nan) error = std::max(error, difference >= 0 ? std::max(difference, 1e-300) : INFINITY);
      if (reference[i] == reference[i]) largest = std::max(largest, std::abs(static_cast<double>(reference[i])));
    }
    if (!allowed) allowed = std::is_integral_v<T> ? 0 : golden_.atol() + golden_.rtol() * largest;
    const double ratio = error == 0 ? 0 : error / *allowed;
    if (worst_.empty() || ratio > ratio_) {
      worst_ = name;
      error_ = error;
      allowed_ = *allowed;
      ratio_ = ratio;
    }
  }

  template <class T>
  void compare_summary(const std::string& name, std::span<const T> ours, std::optional<double> allowed) {
    if (!golden_.has(name + ".subset")) return complain(name, " is not in the file");
    if (golden_.has(name + ".shape")) {
      const Shape whole(golden_.integers(name + ".shape"));
      if (static_cast<std::int64_t>(ours.size()) != whole.elements()) {
        return complain(name, " has ", ours.size(), " values, expected ", whole);
      }
    }
    double largest = 0;
    if (golden_.has(name + ".stats")) {
      const std::vector<double> reference = golden_.values<double>(name + ".stats");
      largest = std::max(std::abs(reference.at(2)), std::abs(reference.at(3)));
      compare<double>(name + ".stats", stats(ours), reference, largest, allowed);
    }
    const auto count = static_cast<std::size_t>(golden_.shape(name + ".subset").elements());
    const std::size_t step = count == 0 ? 1 : (ours.size() + count - 1) / count;
    std::vector<T> picked;
    for (std::size_t i = 0; i < ours.size(); i += step) picked.push_back(ours[i]);
    compare<T>(name + ".subset", picked, golden_.values<Reference<T>>(name + ".subset"), largest, allowed);
  }

  template <class T>
  static std::vector<double> stats(std::span<const T> values) {
    double sum = 0;
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (const T value : values) {
      sum += static_cast<double>(value);
      least = std::min(least, static_cast<double>(value));
      most = std::max(most, static_cast<double>(value));
    }
    const double mean = sum / static_cast<double>(values.size());
    double squares = 0;
    for (const T value : values) squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
    return {mean, std::sqrt(squares / static_cast<double>(values.size())), least, most};
  }

  template <class... Parts>
  void complain(const Parts&... parts) {
    std::ostringstream message;
    (message << ... << parts);
    if (problem_.empty()) problem_ = message.str();
  }

  const Golden& golden_;
  std::size_t compared_ = 0;
  std::string worst_;
  double error_ = 0;
  double ratio_ = 0;
  double allowed_ = 0;
  std::string problem_;
};

}  // namespace vpr::test

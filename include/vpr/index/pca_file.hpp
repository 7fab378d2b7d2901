// SPDX-License-Identifier: MIT
/// @file
/// PCAs on disk. Needs the component vpr::io.
#pragma once

#include <vpr/core/parameter.hpp>
#include <vpr/index/pca.hpp>
#include <vpr/io/file_kind.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>

#include <charconv>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

inline constexpr FileKind pca_file{"PCA"};

/// A matrix or vector of a PCA as a parameter to save.
struct PcaTensor {
  Shape extents;
  std::vector<float> values;

  PcaTensor(const Matrix<float>& matrix) : extents{matrix.rows(), matrix.cols()}, values(matrix.data(), matrix.data() + matrix.size()) {}
  PcaTensor(const RowVector<float>& vector) : extents{vector.size()}, values(vector.data(), vector.data() + vector.size()) {}
  Shape shape() const { return extents; }
  void assign(std::span<const float> numbers) { values.assign(numbers.begin(), numbers.end()); }
  const std::vector<float>& to_vector() const { return values; }
};

/// The parameters of a PCA under scikit-learn's names.
struct PcaComponent {
  const PcaParameters& parameters;

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    const auto show = [&](const char* name, PcaTensor tensor) { visitor(prefix + name, tensor); };
    show("mean", parameters.mean);
    show("components", parameters.components);
    show("explained_variance", parameters.variance);
    show("explained_variance_ratio", parameters.ratio);
  }
};

}  // namespace detail

/// Writes a PCA as a safetensors file: `mean`, `components`, `explained_variance` and `explained_variance_ratio`, and its power as
/// metadata beside yours, which should say what it was fitted to.
/// @throws IoError  with path and reason; what was under that name before is then still there.
inline void save_pca(const std::string& path, const Pca& pca, std::map<std::string, std::string> metadata = {}) {
  char power[32];
  const auto end = std::to_chars(power, power + sizeof power, pca.parameters().power).ptr;
  metadata["power"] = std::string(power, end);
  detail::pca_file.mark(metadata);
  detail::PcaComponent component{pca.parameters()};
  save_safetensors(path, component, metadata);
}

/// Reads what `save_pca` wrote.
/// @throws IoError, FormatError  for a file that cannot be read, is of another kind or a newer version, or holds NaN, infinity or no power;
///   WeightError for a tensor that is missing; ShapeError, ConfigError for tensors that do not fit each other.
inline Pca load_pca(const std::string& path) {
  const WeightFile file = read_safetensors(path);
  detail::pca_file.is_kind_of(file.metadata(), path);
  for (const char* name : {"mean", "components", "explained_variance", "explained_variance_ratio"}) {
    VPR_REQUIRE(WeightError, find_tensor(file, name), path, ": is no PCA: it has no tensor '", name, "'");
  }
  const auto read = [&](const char* name) {
    const std::vector<float> values = read_tensor(file, name);
    const Shape shape = file.tensors()[*find_tensor(file, name)].shape;
    return Matrix<float>(Eigen::Map<const Matrix<float>>(values.data(), shape.rows(), shape.last()));
  };
  const auto read_row = [&](const char* name) {
    const Matrix<float> matrix = read(name);
    VPR_REQUIRE(ShapeError, matrix.rows() == 1, path, ": '", name, "' has ", matrix.rows(), " rows, expected one");
    return RowVector<float>(matrix.row(0));
  };
  PcaParameters found{read_row("mean"), read("components"), read_row("explained_variance"), read_row("explained_variance_ratio"), 0};
  const auto power = file.metadata().find("power");
  const std::string text = power == file.metadata().end() ? "" : power->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found.power);
  VPR_REQUIRE(FormatError, error == std::errc() && end == text.data() + text.size(), path, ": its metadata has power '", text,
              "', expected a number: 0, or -0.5 for whitening");
  return Pca(std::move(found));
}

}  // namespace vpr

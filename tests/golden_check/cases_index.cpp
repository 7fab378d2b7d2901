// SPDX-License-Identifier: MIT
#include "tests/golden_check/registry.hpp"

#include <vpr/aggregator/kmeans.hpp>
#include <vpr/index/fit_pca.hpp>

#include <numeric>

namespace {

using namespace vpr;
using namespace vpr::test;

/// A matrix of a golden file.
struct GoldenRows {
  GoldenRows(const Golden& golden, const char* name) : values(golden.values(name)), shape(golden.shape(name)) {}
  GoldenRows(Matrix<float> matrix) : values(matrix.data(), matrix.data() + matrix.size()), shape{matrix.rows(), matrix.cols()} {}
  operator Rows() const { return {values.data(), shape[0], shape[1]}; }
  std::vector<float> values;
  Shape shape;
};

const Register kmeans_case("kmeans", [](const Golden& golden, const Options&, Check& check) {
  const GoldenRows points(golden, "in.data");
  const KMeansSettings one{.empty = EmptyCluster::keep, .iterations = 1};
  std::vector<float> centres = golden.values("in.centers"), all_centres, inertia;
  std::vector<std::int64_t> labels;
  for (int t = 0; t < golden.config("iterations", 1); ++t) {
    const Clusters found = kmeans(points, centres, one);
    centres = found.centres;
    all_centres.insert(all_centres.end(), centres.begin(), centres.end());
    labels.insert(labels.end(), found.assignment.labels.begin(), found.assignment.labels.end());
    inertia.push_back(static_cast<float>(found.assignment.inertia()));
  }
  check("assignments", labels);
  check("centers", all_centres);
  check("inertia", inertia);
});

const Register anyloc_kmeans_case("anyloc_kmeans", [](const Golden& golden, const Options&, Check& check) {
  const GoldenRows points(golden, "in.points");
  const bool cosine = golden.config<std::string>("dist_mode", "cosine") == "cosine";
  KMeansSettings settings =
      KMeansSettings::anyloc(golden.shape("in.initial")[0], cosine ? ClusterDistance::cosine : ClusterDistance::euclidean);
  const Clusters found = kmeans(points, golden.values("in.initial"), settings);
  check("main", found.centres);
  check("labels", found.assignment.labels);
  settings.iterations = 1;
  check("after_one", kmeans(points, golden.values("in.initial"), settings).centres);
});

/// The descriptors that a PCA was fitted to: stored, or for the low-rank case made of parts whose sizes fall.
GoldenRows training_set(const Golden& golden) {
  if (golden.has("in.train")) return {golden, "in.train"};
  const auto matrix = [&](const char* name) {
    const std::vector<float> values = golden.values(name);
    return Matrix<double>(Eigen::Map<const Matrix<float>>(values.data(), golden.shape(name)[0], golden.shape(name)[1]).cast<double>());
  };
  Eigen::RowVectorXd sizes(8);
  sizes << 8, 6, 4.5, 3.3, 2.4, 1.7, 1.2, 0.8;
  const Matrix<double> codes = matrix("in.codes").array().rowwise() * sizes.array();
  return Matrix<float>((codes * matrix("in.directions") + matrix("in.noise")).cast<float>());
}

std::span<const float> flat(const Matrix<float>& matrix) { return {matrix.data(), static_cast<std::size_t>(matrix.size())}; }

/// `ours` with the sign of each column, or row, as the reference has it: a component's sign is free.
Matrix<float> with_signs_of(const Golden& golden, const std::string& name, Matrix<float> ours, bool rows = false) {
  const std::vector<float> values = golden.values(name);
  VPR_REQUIRE(ShapeError, static_cast<Eigen::Index>(values.size()) == ours.size(), name, " has ", values.size(), " values, ours ",
              ours.size());
  const Matrix<float> products = ours.cwiseProduct(Eigen::Map<const Matrix<float>>(values.data(), ours.rows(), ours.cols()));
  const auto sign = [](float sum) { return sum < 0 ? -1.0F : 1.0F; };
  if (rows) return products.rowwise().sum().unaryExpr(sign).asDiagonal() * ours;
  return ours * products.colwise().sum().unaryExpr(sign).asDiagonal();
}

void check_pca(const Golden& golden, Check& check, const PcaSettings& settings) {
  const Pca pca = fit_pca(training_set(golden), settings);
  const PcaParameters& found = pca.parameters();
  const Matrix<float> projected = pca(GoldenRows(golden, golden.has("in.test") ? "in.test" : "in.features"));
  const auto compare = [&](const std::string& name, const Matrix<float>& ours) {
    if (check.wants(name)) check(name, flat(ours));
  };
  compare("mean", found.mean);
  compare("explained_variance", found.variance);
  compare("eigenvalues", found.variance);
  compare("explained_variance_ratio", found.ratio);
  if (check.wants("components")) compare("components", with_signs_of(golden, "out.components", found.components, true));
  for (const char* name : {"main", "projected"}) {
    if (check.wants(name)) compare(name, with_signs_of(golden, std::string("out.") + name, projected));
  }
  compare("projected_abs", projected.cwiseAbs());
  compare("projected_l2_abs", projected.rowwise().normalized().cwiseAbs());
}

const Register pca_case("pca", [](const Golden& golden, const Options&, Check& check) {
  const std::int64_t components = golden.config("components", golden.config<std::int64_t>("k", 1));
  check_pca(golden, check, {.components = components, .power = golden.config("whiten", false) ? -0.5F : 0.0F});
});

const Register pca_faiss_case("pca_faiss", [](const Golden& golden, const Options&, Check& check) {
  const auto components = golden.config<std::int64_t>("components", 1);
  check_pca(golden, check, {.components = components, .power = golden.config("eigen_power", 0.0F), .variance = PcaVariance::scatter});
});

void check_whitening(const Golden& golden, Check& check, PcaVariance variance) {
  const Pca pca =
      fit_pca(GoldenRows(golden, "in.train"), {.components = golden.config<std::int64_t>("k", 1), .power = -0.5F, .variance = variance});
  const PcaParameters& found = pca.parameters();
  const Matrix<float> unit = pca(GoldenRows(golden, "in.features")).rowwise().normalized();
  check("mean", flat(found.mean));
  check("main", flat(unit * unit.transpose()));
  check("abs", flat(unit.cwiseAbs()));
  if (check.wants("lams")) check("lams", flat(found.variance));
  if (check.wants("rows")) check("rows", flat(found.variance.cwiseSqrt().cwiseInverse().asDiagonal() * found.components.cwiseAbs()));
}

const Register sfrs_pca_case("sfrs_pca", [](const Golden& golden, const Options&, Check& check) {
  check_whitening(golden, check, PcaVariance::sample);
});
const Register gcl_whiten_case("gcl_whiten", [](const Golden& golden, const Options&, Check& check) {
  check_whitening(golden, check, PcaVariance::population);
});

}  // namespace

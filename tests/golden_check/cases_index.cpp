// SPDX-License-Identifier: MIT
#include "tests/golden_check/registry.hpp"

#include <vpr/aggregator/kmeans.hpp>

#include <numeric>

namespace {

using namespace vpr;
using namespace vpr::test;

/// A matrix of a golden file.
struct GoldenRows {
  GoldenRows(const Golden& golden, const char* name) : values(golden.values(name)), shape(golden.shape(name)) {}
  operator Rows() const { return {values.data(), shape[0], shape[1]}; }
  std::vector<float> values;
  Shape shape;
};

const Register kmeans_iterations("kmeans", [](const Golden& golden, const Options&, Check& check) {
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

const Register anyloc_kmeans("anyloc_kmeans", [](const Golden& golden, const Options&, Check& check) {
  const GoldenRows points(golden, "in.points");
  const bool cosine = golden.config<std::string>("dist_mode", "cosine") == "cosine";
  KMeansSettings settings = KMeansSettings::anyloc(golden.shape("in.initial")[0], cosine ? ClusterDistance::cosine : ClusterDistance::euclidean);
  const Clusters found = kmeans(points, golden.values("in.initial"), settings);
  check("main", found.centres);
  check("labels", found.assignment.labels);
  settings.iterations = 1;
  check("after_one", kmeans(points, golden.values("in.initial"), settings).centres);
});

}  // namespace

// SPDX-License-Identifier: MIT
#include <vpr/index/pca.hpp>

#include "tests/support/catch.hpp"

#include <limits>
#include <vector>

using namespace vpr;

namespace {

Eigen::RowVectorXf row(const std::vector<float>& numbers) {
  return Eigen::Map<const Eigen::RowVectorXf>(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
}

PcaParameters simple_parameters() {
  PcaParameters parameters;
  parameters.mean = row({1, 2, 3});
  parameters.components.resize(2, 3);
  parameters.components << 0, 1, 0, 0.6F, 0, 0.8F;
  parameters.variance = row({4, 0.25F});
  parameters.ratio = row({0.9F, 0.05F});
  return parameters;
}

}  // namespace

TEST_CASE("A PCA subtracts the mean, projects, and scales by a power of the variance") {
  const Eigen::RowVector3f descriptor(2, 4, 5);
  PcaParameters parameters = simple_parameters();
  CHECK(Pca(parameters)(descriptor).isApprox(row({2, 2.2F})));
  parameters.power = -0.5F;
  CHECK(Pca(parameters)(descriptor).isApprox(row({1, 4.4F})));
  CHECK(Pca(parameters)(Rows(nullptr, 0, 3)).rows() == 0);
}

TEST_CASE("A PCA refuses what does not fit") {
  PcaParameters parameters = simple_parameters();
  CHECK_THROWS_AS(Pca(parameters)(row({1, 2})), ShapeError);
  CHECK_THROWS_WITH(Pca(parameters)(row({1, std::numeric_limits<float>::quiet_NaN(), 2})),
                    ContainsSubstring("Pca: descriptor 0 holds nan at 1"));
  parameters.variance(1) = 0;
  CHECK_NOTHROW(Pca(parameters));
  parameters.power = -0.5F;
  CHECK_THROWS_WITH(Pca(parameters), ContainsSubstring("to the power of -0.5 is not finite"));
  parameters.variance.resize(3);
  CHECK_THROWS_WITH(Pca(parameters), ContainsSubstring("got 2 components, 3 variances"));
}

TEST_CASE("A variance or ratio that is none is refused, whatever the power") {
  const auto pca = [](float variance, float ratio, float power) {
    vpr::PcaParameters parameters{vpr::RowVector<float>::Zero(2), vpr::Matrix<float>::Identity(2, 2), vpr::RowVector<float>::Ones(2),
                                  vpr::RowVector<float>::Constant(2, 0.5F), power};
    parameters.variance[1] = variance;
    parameters.ratio[1] = ratio;
    return vpr::Pca(parameters);
  };
  CHECK_NOTHROW(pca(0, 0, 0));
  for (const float power : {0.0F, -0.5F, 1.0F}) {
    for (const float bad : {NAN, INFINITY, -INFINITY, -1.0F}) {
      CHECK_THROWS_WITH(pca(bad, 0.5F, power), ContainsSubstring("variance 1 is"));
      CHECK_THROWS_WITH(pca(1, bad, power), ContainsSubstring("ratio 1 is"));
    }
  }
  CHECK_THROWS_AS(pca(1, 0.5F, NAN), vpr::ConfigError);
  CHECK_THROWS_AS(pca(0, 0.5F, -0.5F), vpr::ConfigError);
}

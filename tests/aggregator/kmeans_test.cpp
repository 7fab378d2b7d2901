// SPDX-License-Identifier: MIT
#include <vpr/aggregator/kmeans.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <limits>
#include <vector>

using namespace vpr;
using Labels = std::vector<std::int64_t>;
using Centres = std::vector<float>;

namespace {

const std::vector<float> line{0, 1, 10, 11, 12};
const Rows on_a_line(line.data(), 5, 1);

}  // namespace

TEST_CASE("k-means moves centres to the means of their points until they rest") {
  const Clusters found = kmeans(on_a_line, Centres{0, 1}, {});
  CHECK(found.centres == Centres{0.5F, 11});
  CHECK(found.assignment.labels == Labels{0, 0, 1, 1, 1});
  CHECK(found.assignment.inertia() == Approx(2.5));
  CHECK(found.iterations == 3);  // {0, 8.5}, {0.5, 11}, and once more to see that nothing moves
}

TEST_CASE("k-means does as many iterations as it may, and ends early by its tolerance") {
  CHECK(kmeans(on_a_line, Centres{0, 1}, {.iterations = 1}).centres == Centres{0, 8.5F});
  CHECK(kmeans(on_a_line, Centres{0, 1}, {.tolerance = 100}).iterations == 1);
  std::vector<std::int64_t> steps;
  kmeans(on_a_line, Centres{0, 1}, {.iterations = 7}, [&](std::string_view, std::int64_t done, std::int64_t) { steps.push_back(done); });
  CHECK(steps == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("An empty cluster is refilled, becomes zero or keeps its place, as asked") {
  const auto centres_after_one = [](EmptyCluster empty) {
    return kmeans(on_a_line, Centres{5, 100, 200}, {.empty = empty, .iterations = 1}).centres;
  };
  CHECK(centres_after_one(EmptyCluster::keep) == Centres{6.8F, 100, 200});
  CHECK(centres_after_one(EmptyCluster::zero) == Centres{6.8F, 0, 0});
  // 12 is farthest from 5, then 11; those that stay are 0, 1 and 10.
  const Clusters refilled = kmeans(on_a_line, Centres{5, 100, 200}, {.iterations = 1});
  CHECK(refilled.centres == Centres{11.0F / 3, 12, 11});
  CHECK(refilled.assignment.labels == Labels{0, 0, 0, 2, 1});
}

TEST_CASE("Refilling never empties another cluster") {
  const std::vector<float> points{0, 50, 51};  // the farthest point is alone in its cluster
  const Clusters found = kmeans(Rows(points.data(), 3, 1), Centres{20, 51, 200}, {.iterations = 1});
  CHECK(found.assignment.labels == Labels{0, 2, 1});
  const std::vector<float> equal{3, 3, 3};
  CHECK(kmeans(Rows(equal.data(), 3, 1), Centres{3, 3, 3}, {}).centres == Centres{3, 3, 3});
}

TEST_CASE("The nearest centre by cosine disregards lengths; a zero vector has cosine 0") {
  const std::vector<float> points{10, 1, 0.1F, 2, -1, 0, 0, 0}, centres{0, 100, 0.001F, 0, 0, 0};
  const Assignment nearest = nearest_centres(Rows(points.data(), 4, 2), Rows(centres.data(), 3, 2), ClusterDistance::cosine);
  CHECK(nearest.labels == Labels{1, 0, 0, 0});
  CHECK(nearest.distances[0] == Approx(1 - 10 / std::sqrt(101.0)).margin(1e-6));
  CHECK(nearest.distances[2] == 1);
  CHECK(nearest.distances[3] == 1);
}

TEST_CASE("Equally near centres: the first, also beyond 64 centres") {
  const std::vector<float> centres = [] {
    std::vector<float> values(200, 9);
    values[70] = values[71] = values[150] = 1;
    return values;
  }();
  const std::vector<float> points{1, 9};
  const Assignment nearest = nearest_centres(Rows(points.data(), 2, 1), Rows(centres.data(), 200, 1), ClusterDistance::euclidean);
  CHECK(nearest.labels == Labels{70, 0});
  CHECK(nearest.distances == std::vector<float>{0, 0});
}

TEST_CASE("k-means gives the same bits for any number of threads") {
  const std::vector<float> numbers = random_floats(2000 * 150, 1);
  const Rows points(numbers.data(), 2000, 150);
  for (const auto distance : {ClusterDistance::euclidean, ClusterDistance::cosine}) {
    for (const auto rule : {FirstCentres::plus_plus, FirstCentres::random}) {
      std::vector<Centres> found;
      for (const int threads : {1, 2, 5}) {
        const Threads scope(threads);
        found.push_back(kmeans(points, {.clusters = 70, .distance = distance, .first = rule, .iterations = 4, .seed = 3}).centres);
      }
      CHECK(found[0] == found[1]);
      CHECK(found[0] == found[2]);
    }
  }
}

TEST_CASE("Each iteration of k-means lowers the inertia") {
  const std::vector<float> numbers = random_floats(500 * 5, 2);
  double last = std::numeric_limits<double>::infinity();
  for (std::int64_t iterations = 1; iterations < 12; ++iterations) {
    const double inertia =
        kmeans(Rows(numbers.data(), 500, 5), {.clusters = 9, .iterations = iterations, .tolerance = 0}).assignment.inertia();
    CHECK(inertia <= last);
    last = inertia;
  }
}

TEST_CASE("k-means refuses what does not fit") {
  CHECK_THROWS_WITH(kmeans(on_a_line, KMeansSettings{.clusters = 6}), ContainsSubstring("got 5 points for 6 clusters"));
  CHECK_THROWS_WITH(kmeans(on_a_line, Centres(6), {}), ContainsSubstring("got 5 points for 6 clusters"));
  CHECK_THROWS_WITH(kmeans(on_a_line, KMeansSettings{.clusters = 2, .iterations = 0}), ContainsSubstring("got 0 iterations"));
  const std::vector<float> numbers{1, 2, 3, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_WITH(kmeans(Rows(numbers.data(), 2, 2), KMeansSettings{.clusters = 1}),
                    ContainsSubstring("k-means: point 1 holds nan at 1"));
  CHECK_THROWS_AS(kmeans(Rows(numbers.data(), 1, 3), Centres{1, 2}, {}), ShapeError);
  CHECK_THROWS_AS(nearest_centres(on_a_line, Rows(nullptr, 0, 1), ClusterDistance::euclidean), ShapeError);
}

// SPDX-License-Identifier: MIT
/// Sequences on the rendered town, at night and in the morning, with SeqSLAM's own descriptors: grey thumbnails whose patches are normalised. They
/// need no weights.
#include <vpr/core/parallel.hpp>
#include <vpr/dataset/synthetic_town.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/loop/bayes_filter.hpp>
#include <vpr/loop/sequence_matching.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace vpr;

namespace {

constexpr std::int64_t height = 24, width = 32, patch = 8, dim = height * width;

/// Each patch of 8×8 grey pixels with mean 0 and variance 1, the whole at unit length.
std::vector<float> thumbnail(const Image& photo) {
  std::vector<float> out(dim);
  for (std::int64_t top = 0; top < height; top += patch) {
    for (std::int64_t left = 0; left < width; left += patch) {
      const auto at = [&](std::int64_t i) -> float& { return out[static_cast<std::size_t>((top + i / patch) * width + left + i % patch)]; };
      float sum = 0, squares = 0;
      for (std::int64_t i = 0; i < patch * patch; ++i) {
        const std::uint8_t* const pixel = photo.row(top + i / patch) + 3 * (left + i % patch);
        at(i) = static_cast<float>(pixel[0] + pixel[1] + pixel[2]);
        sum += at(i) / (patch * patch);
      }
      for (std::int64_t i = 0; i < patch * patch; ++i) squares += (at(i) - sum) * (at(i) - sum);
      for (std::int64_t i = 0; i < patch * patch; ++i) at(i) = (at(i) - sum) / std::sqrt((squares + 1) * (dim / (patch * patch)));
    }
  }
  return out;
}

std::vector<float> thumbnails(const SyntheticTown& town, const std::vector<TownPose>& way, TownView light) {
  std::vector<float> all(way.size() * dim);
  parallel_for(std::ssize(way), [&](std::int64_t i) {
    const std::vector<float> one = thumbnail(town.render(way[static_cast<std::size_t>(i)], light, static_cast<std::uint64_t>(i)));
    std::copy(one.begin(), one.end(), all.begin() + i * dim);
  });
  return all;
}

}  // namespace

TEST_CASE("On drives through the town sequence matching and the Bayes filter are both better than single frames") {
  for (const std::uint64_t seed : {1, 2}) {
    const SyntheticTown town({.seed = seed, .places = 24, .size = {height, width}});
    const TownCrossing route[] = {{0, 0}, {3, 0}, {3, 2}, {1, 2}};
    const auto known = town.drive(route, {.step = 5, .aside = -1.5}), again = town.drive(route, {.step = 5, .aside = -2, .from = 2});
    const std::vector<float> by_day = thumbnails(town, known, TownView::map);
    FlatIndex<> index(dim);
    index.add(Rows(by_day.data(), std::ssize(known), dim));
    for (const TownView light : {TownView::night, TownView::viewpoint}) {
      const std::vector<float> queries = thumbnails(town, again, light);
      const std::vector<float> scores = index.scores(Rows(queries.data(), std::ssize(again), dim));
      const auto recall = [&](const std::vector<float>& of) {
        double right = 0;
        for (std::size_t q = 0; q < again.size(); ++q) {
          const auto row = of.begin() + static_cast<std::ptrdiff_t>(q * known.size());
          const TownPose& best = known[static_cast<std::size_t>(std::max_element(row, row + std::ssize(known)) - row)];
          right += std::hypot(best.east - again[q].east, best.north - again[q].north) <= 15 ? 1 : 0;
        }
        return right / static_cast<double>(again.size());
      };
      const double single = recall(scores);
      INFO(name_of(light) << ", town " << seed << ": single frames " << single << ", sequence matching "
                          << recall(sequence_scores(scores, index.size(), SequenceMatching())) << ", Bayes filter "
                          << recall(sequence_scores(scores, index.size(), BayesFilter())));
      CHECK(recall(sequence_scores(scores, index.size(), SequenceMatching())) > single + 0.1);
      CHECK(recall(sequence_scores(scores, index.size(), BayesFilter())) > single + 0.1);
    }
  }
}

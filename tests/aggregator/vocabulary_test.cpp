// SPDX-License-Identifier: MIT
#include <vpr/aggregator/vocabulary.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <limits>
#include <vector>

using namespace vpr;

TEST_CASE("A vocabulary is k-means of the descriptors, with its provenance") {
  const std::vector<float> numbers = random_floats(300 * 6, 1);
  const Rows descriptors(numbers.data(), 300, 6);
  const KMeansSettings kmeans_settings = KMeansSettings::anyloc(5);
  VocabularyBuilder builder(6, {.kmeans = kmeans_settings, .sample = 1000, .normalize = false});
  builder.add(descriptors.slice(0, 100));
  builder.add(descriptors.slice(100, 200));
  const Vocabulary vocabulary = builder.build("300 random numbers");
  CHECK(vocabulary.shape == Shape{5, 6});
  CHECK(vocabulary.centres == kmeans(descriptors, kmeans_settings).centres);
  CHECK(vocabulary.rows().size() == 5);

  auto provenance = vocabulary.provenance;
  CHECK(provenance["source"] == "300 random numbers");
  CHECK(provenance["descriptors_seen"] == "300");
  CHECK(provenance["descriptors_clustered"] == "300");
  CHECK(provenance["distance"] == "cosine");
  CHECK(provenance["first_centres"] == "random");
  CHECK(provenance["empty_clusters"] == "zero");
  CHECK(provenance["seed"] == "0");
  CHECK(std::stoi(provenance["iterations"]) >= 1);
}

TEST_CASE("A vocabulary of normalised descriptors does not depend on their lengths") {
  std::vector<float> numbers = random_floats(100 * 4, 2), scaled = numbers;
  for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] *= static_cast<float>(1 << (i / 4 % 5));  // exact in binary
  const auto centres = [](const std::vector<float>& values) {
    VocabularyBuilder builder(4, {.kmeans = {.clusters = 3}});
    builder.add(Rows(values.data(), 100, 4));
    return builder.build("").centres;
  };
  CHECK(centres(numbers) == centres(scaled));
}

TEST_CASE("A vocabulary clusters a sample of many descriptors, whatever the chunks and threads") {
  const std::vector<float> numbers = random_floats(5000 * 8, 3);
  const Rows descriptors(numbers.data(), 5000, 8);
  std::vector<Vocabulary> found;
  for (const int threads : {1, 2}) {
    const Threads scope(threads);
    VocabularyBuilder builder(8, {.kmeans = {.clusters = 10, .seed = 4}, .sample = 500});
    const std::int64_t chunk = threads == 1 ? 5000 : 7;
    for (std::int64_t begin = 0; begin < 5000; begin += chunk) builder.add(descriptors.slice(begin, std::min(chunk, 5000 - begin)));
    CHECK(builder.seen() == 5000);
    found.push_back(builder.build(""));
  }
  CHECK(found[0].centres == found[1].centres);
  CHECK(found[0].provenance == found[1].provenance);
  CHECK(found[0].provenance["descriptors_clustered"] == "500");
}

TEST_CASE("A vocabulary refuses what does not fit") {
  CHECK_THROWS_WITH(VocabularyBuilder(4, {.kmeans = {.clusters = 10}, .sample = 9}),
                    ContainsSubstring("a sample of 9 descriptors cannot give 10 words"));
  VocabularyBuilder builder(2, {.kmeans = {.clusters = 2}});
  const std::vector<float> numbers{1, 2, 3, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_WITH(builder.add(Rows(numbers.data(), 2, 2)), ContainsSubstring("vocabulary: descriptor 1 holds nan at 1"));
  CHECK(builder.seen() == 0);
  builder.add(Rows(numbers.data(), 1, 2));
  CHECK_THROWS_WITH(builder.build("1 photo"),
                    ContainsSubstring("vocabulary: got 1 descriptors for 2 words (1 photo): give more photos, or ask for fewer words"));
}

// SPDX-License-Identifier: MIT
#include <vpr/aggregator/cross_image.hpp>

#include "tests/support/component.hpp"

#include <algorithm>

using namespace vpr;
using namespace vpr::test;

namespace {

using CrossImage = CrossImageAggregator<>;
constexpr std::int64_t dim = 14 * 8;

CrossImage encoder() {
  CrossImage aggregator({.channels = 8, .heads = 2, .hidden = 12});
  randomise(aggregator, 1);
  return aggregator;
}

Features<X> photos() { return random_features(5, 8, {4, 5}, 2); }

Features<X> photos(std::int64_t begin, std::int64_t end) {
  const Features<X> all = photos();
  return {slice(all.cls, 0, begin, end), slice(all.patches, 0, begin, end), all.grid};
}

std::vector<float> row(const std::vector<float>& all, std::int64_t i) { return {all.begin() + i * dim, all.begin() + (i + 1) * dim}; }

}  // namespace

TEST_CASE("Photos are described alone unless a batch context is chosen: each has its bits in any batch and on any threads") {
  const CrossImage aggregator = encoder();
  CHECK(aggregator.batch_context.text() == "alone");
  CHECK(aggregator.dimensions(8) == dim);
  const std::vector<float> d = same_alone_and_in_batches(aggregator, photos());
  for (std::int64_t i = 0; i < 5; ++i) CHECK(row_length(d, dim, i) == Approx(1).epsilon(1e-6));
}

TEST_CASE("In blocks, each block is described by itself to the bit, the last one of what is left") {
  CrossImage aggregator = encoder();
  aggregator.batch_context = BatchContext<X>::blocks(2);
  const std::vector<float> all = same_on_any_threads([&] { return aggregator(photos()).to_vector(); });
  std::vector<float> parts;
  for (const std::int64_t begin : {0, 2, 4}) {
    const std::vector<float> part = aggregator(photos(begin, std::min<std::int64_t>(begin + 2, 5))).to_vector();
    parts.insert(parts.end(), part.begin(), part.end());
  }
  CHECK(all == parts);
  aggregator.batch_context = BatchContext<X>::blocks(5);
  const std::vector<float> together = aggregator(photos()).to_vector();
  CHECK(largest_difference(together, all) > 0.001F);
  aggregator.batch_context = BatchContext<X>::blocks(16);
  CHECK(aggregator(photos()).to_vector() == together);
}

TEST_CASE("A block of one is as alone, within rounding") {
  CrossImage aggregator = encoder();
  const std::vector<float> alone = aggregator(photos()).to_vector();
  aggregator.batch_context = BatchContext<X>::blocks(1);
  CHECK(largest_difference(aggregator(photos()).to_vector(), alone) < 1e-6F);
}

TEST_CASE("Beside given photos, a photo's bits depend on neither its batch nor the order of the photos") {
  CrossImage aggregator = encoder();
  aggregator.batch_context = BatchContext<X>::with(aggregator.regions(random_features(3, 8, {4, 5}, 9)));
  const std::vector<float> all = same_alone_and_in_batches(aggregator, photos());
  const Features<X> some = photos();
  for (const std::int64_t i : {3, 0}) CHECK(aggregator(one_of(some, i)).to_vector() == row(all, i));
  CHECK(largest_difference(all, encoder()(photos()).to_vector()) > 0.001F);
}

TEST_CASE("Photos of a batch context count as those of a block, in any order, within rounding") {
  CrossImage aggregator = encoder();
  aggregator.batch_context = BatchContext<X>::blocks(5);
  const std::vector<float> block = aggregator(photos()).to_vector();
  const X regions = aggregator.regions(photos());
  aggregator.batch_context = BatchContext<X>::with(slice(regions, 0, 1, 5));
  CHECK(largest_difference(aggregator(photos(0, 1)).to_vector(), row(block, 0)) < 1e-6F);

  const Features<X> others{X(), reshape(slice(regions, 0, 1, 5), Shape{1, 4, dim}), {2, 2}};
  aggregator.batch_context = BatchContext<X>::with(reshape(reordered(others, {2, 0, 3, 1}).patches, Shape{4, 14, 8}));
  CHECK(largest_difference(aggregator(photos(0, 1)).to_vector(), row(block, 0)) < 1e-6F);
}

TEST_CASE("A region looks at the same region of the other photos, and at no other region") {
  const CrossImage aggregator = encoder();
  const X regions = aggregator.regions(photos());
  X changed = regions;
  changed.data()[4 * dim + 3 * 8] += 1;  // region 3 of photo 4
  const std::vector<float> before = aggregator.encode(regions).to_vector(), after = aggregator.encode(changed).to_vector();
  for (std::int64_t photo = 0; photo < 5; ++photo) {
    for (std::int64_t region = 0; region < 14; ++region) {
      INFO("photo " << photo << ", region " << region);
      const auto from = photo * dim + region * 8;
      CHECK(std::equal(before.begin() + from, before.begin() + from + 8, after.begin() + from) == (region != 3));
    }
  }
}

TEST_CASE("Without layers the encoder gives the split's descriptor, whatever the batch context") {
  CrossImage aggregator({.channels = 8, .heads = 2, .hidden = 12, .layers = 0});
  const std::vector<float> split = SplitAggregator<Split<1, 2, 3>>()(photos()).to_vector();
  CHECK(aggregator(photos()).to_vector() == split);
  aggregator.batch_context = BatchContext<X>::blocks(2);
  CHECK(aggregator(photos()).to_vector() == split);
}

TEST_CASE("The encoder's parameters are the official ones") {
  const std::vector<std::string> names = parameters(encoder());
  REQUIRE(names.size() == 1 + 2 * 12);
  CHECK(names[0] == "aggregation.1.p [1]");
  CHECK(names[1] == "encoder.layers.0.self_attn.in_proj_weight [24, 8]");
  CHECK(names[24] == "encoder.layers.1.norm2.bias [8]");
}

TEST_CASE("The encoder refuses channels that its heads do not divide, and a batch context of other regions") {
  CHECK_THROWS_WITH(CrossImage({.channels = 10, .heads = 4}), ContainsSubstring("cross-image encoder: got 10 channels, 4 heads"));
  CrossImage aggregator = encoder();
  aggregator.batch_context = BatchContext<X>::with(X::zeros(Shape{3, 13, 8}));
  CHECK_THROWS_WITH(aggregator(photos()),
                    ContainsSubstring("cross-image encoder: got a batch context of regions [3, 13, 8] for regions [5, 14, 8]"));
  CHECK_THROWS_AS(encoder()(random_features(1, 7, {4, 5}, 1)), ShapeError);
}

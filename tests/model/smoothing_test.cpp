// SPDX-License-Identifier: MIT
#include <vpr/model/smoothing.hpp>

#include <vpr/adapter/bottleneck.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/memory_limit.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace vpr;

namespace {

using X = Tensor<Cpu<>>;
using Network = DinoV2<VitConfig>;

/// Weights as a trained network's are in size: norms near 1, matrices that keep the size of what they multiply.
template <class Model>
void randomise(Model& model, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  model.visit(
      [&](const std::string& name, auto& parameter) {
        const Shape shape = parameter.shape();
        std::vector<float> values = random_floats(shape.elements(), engine());
        const bool is_weight = name.ends_with(".weight"), is_scale = name.ends_with("gamma") || (is_weight && shape.rank() == 1);
        for (float& value : values) {
          if (is_scale) {
            value = 1 + 0.3F * value;
          } else if (is_weight) {
            value *= std::sqrt(3.0F * static_cast<float>(shape[0]) / static_cast<float>(shape.elements()));
          } else {
            value *= name.ends_with(".bias") ? 0.2F : 1.0F;
          }
        }
        parameter.assign(std::span<const float>(values));
      },
      "");
}

/// What is planted, and where.
struct Planted {
  std::vector<std::size_t> channels;
  std::vector<std::size_t> blocks;
  bool behind_norms = true, in_values = false, in_hidden = false;
};

/// Makes what is scaled and shifted by `scale` and `shift` at these channels `larger` times as large and off zero, to either side, and what
/// multiplies it as much smaller, so that the network computes what it did, but for constants.
void enlarge(const std::vector<std::size_t>& channels, bool both_sides, float larger, std::span<float> rows, std::span<float> shift,
             std::vector<float>& columns) {
  const std::size_t width = rows.size() / shift.size(), count = shift.size();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::size_t c = channels[i];
    for (std::size_t k = 0; k < width; ++k) rows[c * width + k] *= larger;
    shift[c] = (both_sides && i % 2 == 1 ? -3.0F : 3.0F) * larger;
    for (std::size_t o = 0; o < columns.size() / count; ++o) columns[o * count + c] /= larger;
  }
}

void plant(Network& network, const Planted& planted, float larger = 100) {
  const auto size = static_cast<std::size_t>(network.channels());
  for (const std::size_t b : planted.blocks) {
    auto& block = network.blocks()[b];
    const auto enlarge_in = [&](bool wanted, bool both_sides, auto& rows, std::size_t row_begin, auto& shift, std::size_t count,
                                auto& after) {
      if (!wanted) return;
      std::vector<float> r = rows.to_vector(), s = shift.to_vector(), a = after.to_vector();
      const std::size_t width = r.size() / s.size();
      enlarge(planted.channels, both_sides, larger, std::span(r).subspan(row_begin * width, count * width),
              std::span(s).subspan(row_begin, count), a);
      rows.assign(std::span<const float>(r)), shift.assign(std::span<const float>(s)), after.assign(std::span<const float>(a));
    };
    enlarge_in(planted.behind_norms, true, block.norm1.weight, 0, block.norm1.bias, size, block.attn.qkv.weight);
    enlarge_in(planted.behind_norms, true, block.norm2.weight, 0, block.norm2.bias, size, block.mlp.in.weight);
    enlarge_in(planted.in_values, true, block.attn.qkv.weight, 2 * size, block.attn.qkv.bias, size, block.attn.proj.weight);
    enlarge_in(planted.in_hidden, false, block.mlp.in.weight, 0, block.mlp.in.bias, 4 * size, block.mlp.out.weight);
  }
}

double cosine(const float* a, const float* b, std::int64_t count) {
  double ab = 0, aa = 0, bb = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}

/// Of the photos' class tokens, and of all patches, the least cosine to those of another network.
struct Likeness {
  double token = 1, patch = 1;
};
Likeness likeness(const Network& network, const Network& other, const X& photos) {
  const Features<X> a = network(photos), b = other(photos);
  const std::int64_t channels = network.channels();
  const auto least = [channels](const X& x, const X& y) {
    double worst = 1;
    for (std::int64_t row = 0; row < x.shape().rows(); ++row) {
      const double found = cosine(x.data() + row * channels, y.data() + row * channels, channels);
      worst = found >= worst ? worst : found;  // a NaN is kept
    }
    return worst;
  };
  return {least(a.cls, b.cls), least(a.patches, b.patches)};
}

X photos(std::int64_t count, std::int64_t side, std::uint64_t seed) {
  return X::from(Shape{count, 3, side, side}, random_floats(count * 3 * side * side, seed));
}

Network in_bytes(const Network& network, std::span<const X> calibration) {
  Network copy = network;
  if (calibration.empty()) hold_blocks_in(copy, Precision::int8);
  if (!calibration.empty()) hold_blocks_smoothed(copy, Precision::int8, calibration);
  return copy;
}

std::vector<std::size_t> all_blocks(std::size_t depth) {
  std::vector<std::size_t> blocks(depth);
  for (std::size_t i = 0; i < depth; ++i) blocks[i] = i;
  return blocks;
}

const VitConfig small{.channels = 128, .depth = 3, .heads = 2, .trained_side = 56};

}  // namespace

TEST_CASE("Where a few channels are a hundred times larger than the rest, smoothed int8 stays close and plain int8 does not") {
  const std::uint64_t seed = GENERATE(1, 2);
  const Planted planted =
      GENERATE(Planted{.channels = {17}, .blocks = all_blocks(12), .in_values = true, .in_hidden = true},
               Planted{.channels = {3, 50, 100, 200, 300, 383}, .blocks = all_blocks(12)},
               Planted{.channels = {0, 64, 128, 250, 333, 382}, .blocks = {1, 4, 5, 8, 11}, .in_values = true, .in_hidden = true},
               Planted{.channels = {5, 380}, .blocks = all_blocks(12), .behind_norms = false, .in_values = true, .in_hidden = true});
  Network network(VitConfig{.channels = 384, .depth = 12, .heads = 6, .trained_side = 224});
  randomise(network, seed);
  plant(network, planted);
  const X seen = photos(2, 224, seed + 10), calibration = photos(1, 224, seed + 20);
  const Likeness plain = likeness(in_bytes(network, {}), network, seen);
  const Likeness smoothed = likeness(in_bytes(network, std::span(&calibration, 1)), network, seen);
  INFO("plain " << plain.token << ' ' << plain.patch << ", smoothed " << smoothed.token << ' ' << smoothed.patch);
  CHECK(plain.token < 0.9);
  CHECK(plain.patch < 0.9);
  CHECK(smoothed.token >= 0.9995);
  CHECK(smoothed.patch >= 0.998);
}

TEST_CASE(
    "In bf16, class token and patches stay close whatever is large: inputs, values, or scores, of which few then have all the weight") {
  const float sharpness = GENERATE(1.0F, 4.0F);
  Network network(VitConfig{.channels = 384, .depth = 12, .heads = 6, .trained_side = 224});
  randomise(network, 5);
  plant(network, {.channels = {3, 100, 383}, .blocks = all_blocks(12), .in_values = true, .in_hidden = true});
  for (auto& block : network.blocks()) {
    std::vector<float> queries = block.attn.qkv.weight.to_vector();
    for (std::size_t i = 0; i < queries.size() / 3; ++i) queries[i] *= sharpness;
    block.attn.qkv.weight.assign(std::span<const float>(queries));
  }
  Network rounded = network;
  hold_blocks_in(rounded, Precision::bf16);
  const Likeness found = likeness(rounded, network, photos(2, 224, 6));
  INFO(found.token << ' ' << found.patch);
  CHECK(found.token >= 0.9999);
  CHECK(found.patch >= 0.9995);
}

TEST_CASE("Smoothing does no harm where nothing is large, whatever the network's feed-forward part and size") {
  VitConfig config = small;
  config.feed_forward = GENERATE(FeedForwardKind::gelu, FeedForwardKind::swiglu);
  config.registers = 4;
  Network network(config);
  randomise(network, 3);
  const X seen = photos(2, 84, 4), calibration = photos(1, 56, 5);
  const Likeness plain = likeness(in_bytes(network, {}), network, seen);
  const Likeness smoothed = likeness(in_bytes(network, std::span(&calibration, 1)), network, seen);
  CHECK(smoothed.token >= 0.9995);
  CHECK(smoothed.patch >= 0.998);
  CHECK(1 - smoothed.patch <= 1.5 * (1 - plain.patch));
}

TEST_CASE("A model is loaded in smoothed int8 from its file block by block, every parameter in its place") {
  using Adapted = DinoV2<VitConfig, SelaAdapters>;
  const TemporaryFolder folder;
  Adapted network(small);
  randomise(network, 6);
  save_safetensors(folder.file("weights.safetensors"), network);
  const X seen = photos(1, 56, 7), calibration = photos(1, 70, 8);
  Adapted loaded(small);
  const WeightFile file = open_weights(folder.file("weights.safetensors"));
  const LoadReport report = load_smoothed(loaded, loaded, file, Precision::int8, std::span(&calibration, 1));
  CHECK(report.fits());
  CHECK(report.loaded == file.tensors().size());
  int bytes = 0;
  loaded.visit(
      [&](const std::string& name, auto& parameter) {
        if constexpr (requires { parameter.precision(); }) {
          const bool of_block = name.find(".attn.") != std::string::npos || name.find(".mlp.") != std::string::npos;
          CHECK(parameter.precision() == (of_block ? Precision::int8 : Precision::f32));
          CHECK(parameter.input_factors().empty() == !of_block);
          bytes += of_block;
        }
      },
      "");
  CHECK(bytes == 3 * 4);
  const std::vector<float> found = loaded(seen).patches.to_vector(), expected = network(seen).patches.to_vector();
  CHECK(cosine(found.data(), expected.data(), std::ssize(found)) > 0.9995);

  hold_blocks_smoothed(network, Precision::int8, std::span(&calibration, 1));  // calibrated in float32, not in bfloat16
  const std::vector<float> at_once = network(seen).patches.to_vector();
  CHECK(cosine(found.data(), at_once.data(), std::ssize(found)) > 0.9995);
}

TEST_CASE("Loaded in smoothed int8, the file stays a file's pages: memory holds one block beside what the model takes") {
  const TemporaryFolder folder;
  const std::string path = folder.file("weights.safetensors");
  {
    Network network(VitConfig{.channels = 384, .depth = 12, .heads = 6, .trained_side = 56});
    randomise(network, 9);
    save_safetensors(path, network);
  }
  Network loaded(VitConfig{.channels = 384, .depth = 12, .heads = 6, .trained_side = 56});
  hold_blocks_in(loaded, Precision::bf16);
  const X calibration = photos(1, 56, 10);
  if (!test::measures_memory) return;
  const std::size_t room = std::size_t{32} << 20;  // a block takes 7 MB, the file 85
  CHECK(test::fits_into(room, [&] { load_smoothed(loaded, loaded, open_weights(path), Precision::int8, std::span(&calibration, 1)); }));
  CHECK_FALSE(test::fits_into(room, [&] { file_content(path); }));
}

TEST_CASE("Smoothing without photos is refused") {
  Network network(small);
  CHECK_THROWS_WITH(hold_blocks_smoothed(network, Precision::int8, {}), "smoothing: got no photos to calibrate on");
}

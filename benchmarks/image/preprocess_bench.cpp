// SPDX-License-Identifier: MIT
// From a 1280x960 JPEG to the 3x224x224 floats a network reads, in the two published orders. benchmarks/peers/preprocess.py times PIL and torchvision
// on the same file and compares their results to ours, which this program leaves in the folder for temporary files.
#include "benchmarks/support/left.hpp"

#include <vpr/image/preprocess.hpp>
#include <vpr/image/read.hpp>
#include <vpr/image/write.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <random>

namespace {

using namespace vpr;

/// Waves, edges and some noise: about as many bytes as a street photo of this size.
const std::vector<std::uint8_t>& jpeg() {
  static const std::vector<std::uint8_t> bytes = [] {
    std::mt19937 engine(1);
    Image photo({960, 1280});
    for (std::int64_t y = 0; y < photo.height(); ++y) {
      for (std::int64_t x = 0; x < photo.width(); ++x) {
        const double wave = 60 * std::sin(static_cast<double>(x) / 37) * std::cos(static_cast<double>(y) / 23);
        const double edge = (x / 64 + y / 48) % 2 == 0 ? 40 : -40;
        const double noise = static_cast<double>(engine() % 16);
        for (int c = 0; c < 3; ++c)
          photo.row(y)[3 * x + c] = static_cast<std::uint8_t>(120 + wave * (c == 1 ? 0.5 : 1) + (c == 2 ? -edge : edge) / 2 + noise);
      }
    }
    write_image((std::filesystem::temp_directory_path() / "vpr_preprocess_bench.jpg").string(), photo);
    return encode_jpeg(photo);
  }();
  return bytes;
}

const Image& photo() {
  static const Image decoded = decode_image(jpeg(), "bench.jpg");
  return decoded;
}

float largest_difference(const Planes& a, const Planes& b) {
  float largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
  return largest;
}

/// Fails the benchmark unless the one pass gives what normalising and resizing one after the other do.
bool verified(benchmark::State& state) {
  const Planes one = NormaliseThenResize<>{}(photo()), two = resize_as_torchvision(normalise(photo()), {224, 224});
  const Planes other = ResizeThenNormalise<>{}(photo());
  const bool right = largest_difference(one, two) < 1e-5F && largest_difference(one, other) < 0.1F;
  if (!right) state.SkipWithError("wrong result");
  return right;
}

template <class Work>
void time(benchmark::State& state, const Work& work) {
  if (!verified(state)) return;
  set_thread_count(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(work());
}

void decode(benchmark::State& state) {
  time(state, [] { return decode_image(jpeg(), "bench.jpg"); });
}
void normalise_then_resize(benchmark::State& state) {
  time(state, [] { return NormaliseThenResize<>{}(photo()); });
}
void resize_then_normalise(benchmark::State& state) {
  time(state, [] { return ResizeThenNormalise<>{}(photo()); });
}

template <class Order>
void from_jpeg(benchmark::State& state, const std::string& name) {
  const auto work = [] { return Order{}(decode_image(jpeg(), "bench.jpg")); };
  bench::leave(name, std::span<const float>(work().values));
  time(state, work);
}
void jpeg_normalise_then_resize(benchmark::State& state) { from_jpeg<NormaliseThenResize<>>(state, "normalise_then_resize"); }
void jpeg_resize_then_normalise(benchmark::State& state) { from_jpeg<ResizeThenNormalise<>>(state, "resize_then_normalise"); }

BENCHMARK(decode)->Arg(1)->ArgName("threads")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(normalise_then_resize)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(resize_then_normalise)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_normalise_then_resize)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(jpeg_resize_then_normalise)->Arg(1)->Arg(2)->ArgName("threads")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

// SPDX-License-Identifier: MIT
// What a frame costs in a LoopCloser that knows many places already: its descriptor searched, with and without a sequence policy.
// VPR_LOOP_PLACES says how many. The answer is verified first: the place that is known is found.
#include <vpr/core/random.hpp>
#include <vpr/index/filtered.hpp>
#include <vpr/loop/bayes_filter.hpp>
#include <vpr/loop/loop_closer.hpp>
#include <vpr/loop/sequence_matching.hpp>
#ifdef VPR_WITH_HNSW
#include <vpr/index/hnsw.hpp>
#endif

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace vpr;
constexpr std::int64_t dim = 512;

std::int64_t places() {
  const char* const text = std::getenv("VPR_LOOP_PLACES");  // NOLINT(concurrency-mt-unsafe)
  return text != nullptr ? std::stoll(text) : 100000;
}

/// The descriptor of a place, as of a drive: between those of two corners of its own, 20 frames apart.
std::vector<float> place(std::int64_t i) {
  const auto corner = [](std::int64_t number) {
    Random random(static_cast<std::uint64_t>(number) + 1);
    std::vector<float> values;
    for (std::int64_t k = 0; k < dim; ++k) values.push_back(static_cast<float>(random.uniform() - 0.5));
    return values;
  };
  const std::vector<float> before = corner(i / 20), behind = corner(i / 20 + 1);
  const float share = static_cast<float>(i % 20) / 20;
  std::vector<float> values;
  float squares = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    values.push_back((1 - share) * before[k] + share * behind[k]);
    squares += values.back() * values.back();
  }
  for (float& value : values) value /= std::sqrt(squares);
  return values;
}

template <Index I>
I known(I index) {
  constexpr std::int64_t at_once = 4096;
  for (std::int64_t begin = 0; begin < places(); begin += at_once) {
    const std::int64_t count = std::min(at_once, places() - begin);
    std::vector<float> rows(static_cast<std::size_t>(count * dim));
    parallel_for(count, [&](std::int64_t i) {
      const std::vector<float> one = place(begin + i);
      std::copy(one.begin(), one.end(), rows.begin() + i * dim);
    });
    index.add(Rows(rows.data(), count, dim));
  }
  return index;
}

const LoopSettings settings{.gap = 50, .top = 20};

/// Drives by known places, frame by frame; the descriptors are made before.
template <class Closer>
void drive(benchmark::State& state, Closer closer) {
  std::vector<std::vector<float>> frames;
  const std::int64_t first = places() / 2;
  for (std::int64_t i = 0; i < 400; ++i) frames.push_back(place(first + i));
  std::size_t at = 0;
  bool found = false;
  for (; at < 30; ++at) {
    for (const Loop& loop : closer.add(frames[at])) found = found || std::abs(loop.match - first - static_cast<std::int64_t>(at)) <= 20;
  }
  if (!found) {
    state.SkipWithError("a place that is known was not found");
    return;
  }
  std::vector<double> times;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(closer.add(frames[at++ % frames.size()]));
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  state.counters["median_ms"] = times[times.size() / 2];
  state.counters["longest_ms"] = times.back();
  state.counters["places"] = static_cast<double>(places());
}

template <class I>
void single_frames(benchmark::State& state) {
  drive(state, LoopCloser(known(I(dim)), settings));
}
#ifdef VPR_WITH_HNSW
void single_frames_hnsw(benchmark::State& state) {
  const auto start = std::chrono::steady_clock::now();
  HnswIndex<> index = known(HnswIndex<>(dim));
  state.counters["build_s"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  drive(state, LoopCloser(std::move(index), settings));
}
#endif
template <class Sequence>
void sequences(benchmark::State& state) {
  if constexpr (std::same_as<Sequence, SequenceMatching>) {
    drive(state, LoopCloser(known(FlatIndex<>(dim)), settings, SequenceMatching({.contrast_radius = 1000})));
  } else {
    drive(state, LoopCloser(known(FlatIndex<>(dim)), settings, Sequence()));
  }
}

BENCHMARK(single_frames<FlatIndex<>>)->Iterations(200)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(single_frames<FilteredIndex<InnerProduct, ByteRounding>>)->Iterations(200)->Unit(benchmark::kMillisecond)->UseRealTime();
#ifdef VPR_WITH_HNSW
BENCHMARK(single_frames_hnsw)->Iterations(200)->Unit(benchmark::kMillisecond)->UseRealTime();
#endif
BENCHMARK(sequences<SequenceMatching>)->Iterations(200)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(sequences<BayesFilter>)->Iterations(200)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

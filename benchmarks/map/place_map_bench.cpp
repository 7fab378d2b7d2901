// SPDX-License-Identifier: MIT
// A map on disk: how long opening it takes, an exact search beside reading the same bytes once from memory, and a search while places are added.
// The answers are verified first. VPR_MAP_PLACES says how many places; VPR_MAP_FOLDER where the maps are kept for the next run.
#include "benchmarks/support/bandwidth.hpp"
#include "benchmarks/support/clock.hpp"

#include <vpr/core/random.hpp>
#include <vpr/map/place_map.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace vpr;
constexpr std::int64_t k = 100;

std::string text_variable(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? value : otherwise;
}
std::int64_t places() { return std::stoll(text_variable("VPR_MAP_PLACES", "100000")); }

/// Unit vectors around one of many directions, as descriptors of places are.
std::vector<float> unit_vectors(std::int64_t rows, std::int64_t dim, std::uint64_t seed) {
  std::vector<float> values(static_cast<std::size_t>(rows * dim));
  parallel_for(rows, [&](std::int64_t r) {
    Random random(seed + static_cast<std::uint64_t>(r));
    float* const row = &values[static_cast<std::size_t>(r * dim)];
    double squares = 0;
    for (std::int64_t i = 0; i < dim; ++i) {
      row[i] = static_cast<float>(random.uniform() - 0.5);
      squares += static_cast<double>(row[i]) * static_cast<double>(row[i]);
    }
    for (std::int64_t i = 0; i < dim; ++i) row[i] /= static_cast<float>(std::sqrt(squares));
  });
  return values;
}

/// The path of a map of that precision, made once.
std::string map_of(MapPrecision precision, std::int64_t dim) {
  const std::filesystem::path folder = text_variable("VPR_MAP_FOLDER", std::filesystem::temp_directory_path().c_str());
  const std::string path = (folder / text_of("vpr_bench_", name_of(precision), "_", places(), "x", dim, ".map")).string();
  if (std::filesystem::exists(path)) return path;
  static_cast<void>(PlaceMap::build(path, {dim, precision, {}}, [&](const auto& commit) {
    constexpr std::int64_t at_once = 1 << 15;
    for (std::int64_t begin = 0; begin < places(); begin += at_once) {
      const std::int64_t count = std::min(at_once, places() - begin);
      const std::vector<float> rows = unit_vectors(count, dim, static_cast<std::uint64_t>(begin));
      commit([&](detail::MapEditor& editor) {
        for (std::int64_t i = 0; i < count; ++i) {
          const Place place{.name = text_of("drive/", begin + i, ".jpg"),
                            .session = text_of("drive ", (begin + i) / 10000),
                            .time = static_cast<double>(begin + i)};
          editor.append(begin + i, place, editor.layout().encode(&rows[static_cast<std::size_t>(i * dim)]));
        }
      });
    }
  }));
  return path;
}

std::int64_t dim_of(const benchmark::State& state) { return state.range(1); }
MapPrecision precision_of(const benchmark::State& state) { return static_cast<MapPrecision>(state.range(0)); }

void open_map(benchmark::State& state) {
  const std::string path = map_of(precision_of(state), dim_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(PlaceMap::open(path).size());
}

/// Whether the first answers are those of a sort of all scores.
bool verified(const MapSnapshot& map, const std::vector<float>& query) {
  if (map.precision() == MapPrecision::binary) return true;  // see tests/map
  const Matches found = map.search(Rows(query.data(), 1, map.dim()), k)[0];
  for (std::size_t i = 0; i < found.size(); i += 7) {
    const std::vector<float> row = map.descriptor(found[i].id);
    double score = 0;
    for (std::size_t j = 0; j < row.size(); ++j) score += static_cast<double>(row[j]) * static_cast<double>(query[j]);
    if (std::abs(score - static_cast<double>(found[i].score)) > 1e-4) return false;
  }
  return std::ssize(found) == std::min(k, map.size());
}

void search_map(benchmark::State& state) {
  const PlaceMap map = PlaceMap::open(map_of(precision_of(state), dim_of(state)));
  const std::vector<float> query = unit_vectors(1, dim_of(state), 1U << 30U);
  const Rows rows(query.data(), 1, dim_of(state));
  if (!verified(map.snapshot(), query)) {
    state.SkipWithError("the answers are wrong");
    return;
  }
  const detail::BlockLayout layout(precision_of(state), dim_of(state));
  const auto bytes = static_cast<std::size_t>((map.size() + 63) / 64) * layout.panel_bytes();
  double streaming = 1e9, searching = 1e9;
  for (auto _ : state) {                 // in turn, since the machine may have other work
    for (int run = 0; run < 7; ++run) {  // the best of as many as of reading
      const double start = bench::seconds();
      benchmark::DoNotOptimize(map.search(rows, k));
      searching = std::min(searching, bench::seconds() - start);
    }
    state.PauseTiming();
    streaming = std::min(streaming, static_cast<double>(bytes) / bench::read_bandwidth(bytes));
    state.ResumeTiming();
  }
  state.counters["best_ms"] = searching * 1e3;
  state.counters["stream_ms"] = streaming * 1e3;
  state.counters["of_streaming"] = searching / streaming;
}

/// The longest search of many while another thread adds places, beside the longest of as many without; and the longest of the moments in which a
/// search could wait for it, when it takes its snapshot.
void search_beside_adding(benchmark::State& state) {
  const std::string path = map_of(MapPrecision::bf16, 512) + ".growing";
  std::filesystem::copy_file(map_of(MapPrecision::bf16, 512), path, std::filesystem::copy_options::overwrite_existing);
  PlaceMap map = PlaceMap::open(path, MapAccess::write);
  const std::vector<float> query = unit_vectors(1, 512, 1U << 30U);
  const auto longest = [&] {
    std::vector<double> times;
    for (int i = 0; i < 50; ++i) {
      const auto start = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(map.search(Rows(query.data(), 1, 512), k));
      times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    return std::pair(times[times.size() / 2], times.back());
  };
  for (auto _ : state) {
    longest();
    const auto alone = longest();
    std::atomic<bool> ended = false;
    std::int64_t added = 0;
    std::thread adds([&] {
      while (!ended) {
        map.add(Place{.name = "frame"}, query);
        ++added;
      }
    });
    const auto beside = longest();
    double snapshot = 0;
    for (int i = 0; i < 200; ++i) {
      const auto start = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(map.snapshot().size());
      snapshot = std::max(snapshot, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    state.counters["longest_snapshot_ms_beside"] = snapshot * 1e3;
    ended = true;
    adds.join();
    state.counters["median_ms_alone"] = alone.first * 1e3;
    state.counters["longest_ms_alone"] = alone.second * 1e3;
    state.counters["median_ms_beside"] = beside.first * 1e3;
    state.counters["longest_ms_beside"] = beside.second * 1e3;
    state.counters["added"] = static_cast<double>(added);
  }
  std::filesystem::remove(path);
  std::filesystem::remove(path + "-lock");
}

void add_one(benchmark::State& state) {
  const std::string path = map_of(MapPrecision::bf16, 512) + ".growing";
  std::filesystem::copy_file(map_of(MapPrecision::bf16, 512), path, std::filesystem::copy_options::overwrite_existing);
  {
    PlaceMap map = PlaceMap::open(path, MapAccess::write);
    const std::vector<float> row = unit_vectors(1, 512, 5);
    for (auto _ : state) map.add(Place{.name = "frame"}, row);
  }
  std::filesystem::remove(path);
  std::filesystem::remove(path + "-lock");
}

const std::vector<std::vector<std::int64_t>> kinds{{0, 1, 2, 3}, {512}};
BENCHMARK(open_map)->ArgsProduct(kinds)->ArgNames({"precision", "dim"})->Unit(benchmark::kMillisecond);
BENCHMARK(search_map)->ArgsProduct(kinds)->Iterations(5)->ArgNames({"precision", "dim"})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(search_beside_adding)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();
BENCHMARK(add_one)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

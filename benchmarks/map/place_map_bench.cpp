// SPDX-License-Identifier: MIT
// A map on disk: how long opening it takes, an exact search beside reading the same bytes once from memory, and queries while places are added.
// The answers are verified first. VPR_MAP_PLACES says how many places where a benchmark does not; VPR_MAP_FOLDER where the maps are kept for the next
// run.
#include "benchmarks/support/bandwidth.hpp"
#include "benchmarks/support/clock.hpp"

#include <vpr/core/random.hpp>
#include <vpr/map/place_map.hpp>

#include <benchmark/benchmark.h>

#include <sys/resource.h>

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

/// The path of a map of so many places, made once.
std::string map_of(MapPrecision precision, std::int64_t dim, std::int64_t all = places()) {
  const std::filesystem::path folder = text_variable("VPR_MAP_FOLDER", std::filesystem::temp_directory_path().c_str());
  const std::string path = (folder / text_of("vpr_bench_", name_of(precision), "_", all, "x", dim, ".map")).string();
  if (std::filesystem::exists(path)) return path;
  static_cast<void>(PlaceMap::build(path, {dim, precision, {}}, [&](const auto& commit) {
    constexpr std::int64_t at_once = 1 << 15;
    for (std::int64_t begin = 0; begin < all; begin += at_once) {
      const std::int64_t count = std::min(at_once, all - begin);
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

/// A copy of a map that may grow; gone with this.
struct GrowingMap {
  std::string path;
  PlaceMap map;

  explicit GrowingMap(const std::string& of) : path(copied(of)), map(PlaceMap::open(path, MapAccess::write)) {}
  GrowingMap(const GrowingMap&) = delete;
  GrowingMap& operator=(const GrowingMap&) = delete;
  ~GrowingMap() {
    std::filesystem::remove(path);
    std::filesystem::remove(path + "-lock");
  }

 private:
  static std::string copied(const std::string& of) {
    std::filesystem::copy_file(of, of + ".growing", std::filesystem::copy_options::overwrite_existing);
    return of + ".growing";
  }
};

/// What a part of a thread's work took, in milliseconds: on the wall, and of the processor. `slept`: how often it waited for something, such as a
/// lock or the disk; `lost_core`: how often the system gave its core to another thread. On a busy machine the wall says how busy that is.
struct Interval {
  double wall = 0, processor = 0;
  long slept = 0, lost_core = 0;

  static Interval now() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return {std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(),
            1e3 * bench::thread_seconds(), usage.ru_nvcsw, usage.ru_nivcsw};
  }
  Interval operator-(const Interval& begin) const {
    return {wall - begin.wall, processor - begin.processor, slept - begin.slept, lost_core - begin.lost_core};
  }
};

void report(benchmark::State& state, const std::string& what, const std::vector<Interval>& all) {
  const auto quantiles = [&](const std::string& name, const auto& of) {
    std::vector<double> values;
    for (const Interval& one : all) values.push_back(of(one));
    std::sort(values.begin(), values.end());
    for (const auto& [share, quantile] : {std::pair("median", 0.5), {"p99", 0.99}, {"longest", 1.0}})
      state.counters[text_of(what, name, share)] = values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
  };
  quantiles("_ms_", [](const Interval& one) { return one.wall; });
  quantiles("_processor_ms_", [](const Interval& one) { return one.processor; });
  double longest = 0, slept = 0, kept = 0;  // of those that kept their core
  for (const Interval& one : all) {
    if (one.lost_core > 0) continue;
    ++kept;
    slept += one.slept > 0 ? 1 : 0;
    longest = std::max(longest, one.wall);
  }
  state.counters[what + "_kept_core_ms_longest"] = longest;
  state.counters[what + "_kept_core"] = kept;
  state.counters[what + "_kept_core_slept"] = slept;
  state.counters[what] = static_cast<double>(all.size());
}

/// Queries on one thread, alone and, in turn with that, while another thread adds places, a commit each. A query waits for a writer only until it has
/// a snapshot. The descriptors that are added are the query, so that an answer shows which state of the map it is of: the new places that its
/// snapshot has, in their order, then what was found before.
void search_beside_adding(benchmark::State& state) {
  GrowingMap growing(map_of(MapPrecision::bf16, 512, state.range(0)));
  PlaceMap& map = growing.map;
  const ExecutionScope one(Execution(1));
  const std::vector<float> query = unit_vectors(1, 512, 1U << 30U);
  const Rows rows(query.data(), 1, 512);
  const Matches before = map.search(rows, k)[0];
  const std::int64_t known = map.size();
  bool consistent = true;
  struct Taken {
    std::vector<Interval> waits, queries;
  };
  const std::int64_t turn_queries = std::clamp<std::int64_t>(40'000'000 / known, 1, 100);
  const auto ask = [&](Taken& taken) {
    for (std::int64_t i = 0; i < turn_queries; ++i) {
      const Interval begin = Interval::now();
      const MapSnapshot snapshot = map.snapshot();
      taken.waits.push_back(Interval::now() - begin);
      const Matches found = snapshot.search(rows, k)[0];
      taken.queries.push_back(Interval::now() - begin);
      if (i % 10 != 0) continue;  // the rest takes as long as a query
      const std::int64_t added = snapshot.size() - known;
      const Matches all = snapshot.search(rows, added + k)[0];
      consistent &= std::ssize(all) == added + k && std::equal(found.begin(), found.end(), all.begin());
      for (std::int64_t j = 0; j < std::ssize(all); ++j)
        consistent &= all[static_cast<std::size_t>(j)].id == (j < added ? known + j : before[static_cast<std::size_t>(j - added)].id);
    }
  };
  for (auto _ : state) {
    Taken alone, beside;
    std::vector<Interval> adds;
    for (int turn = 0; turn < 5; ++turn) {
      ask(alone);
      std::atomic<bool> ended = false;
      std::thread adding([&] {
        while (!ended) {
          const Interval begin = Interval::now();
          map.add(Place{.name = "frame"}, query);
          adds.push_back(Interval::now() - begin);
          std::this_thread::sleep_for(std::chrono::milliseconds(2));  // or a small map would grow by more than it had
        }
      });
      ask(beside);
      ended = true;
      adding.join();
    }
    if (!consistent) state.SkipWithError("an answer is of no state of the map");
    report(state, "waits_alone", alone.waits);
    report(state, "waits_beside", beside.waits);
    report(state, "queries_alone", alone.queries);
    report(state, "queries_beside", beside.queries);
    report(state, "adds", adds);
  }
}

void add_one(benchmark::State& state) {
  GrowingMap growing(map_of(MapPrecision::bf16, 512));
  const std::vector<float> row = unit_vectors(1, 512, 5);
  for (auto _ : state) growing.map.add(Place{.name = "frame"}, row);
}

const std::vector<std::vector<std::int64_t>> kinds{{0, 1, 2, 3}, {512}};
BENCHMARK(open_map)->ArgsProduct(kinds)->ArgNames({"precision", "dim"})->Unit(benchmark::kMillisecond);
BENCHMARK(search_map)->ArgsProduct(kinds)->Iterations(5)->ArgNames({"precision", "dim"})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(search_beside_adding)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->ArgName("places")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime();
BENCHMARK(add_one)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

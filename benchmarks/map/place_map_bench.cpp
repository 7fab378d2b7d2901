// SPDX-License-Identifier: MIT
// A map on disk: how long opening it takes, an exact search beside reading the same bytes once from memory, and queries while places are added.
// The answers are verified first. VPR_MAP_PLACES says how many places; VPR_MAP_FOLDER where the maps are kept for the next run.
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

double milliseconds() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// The value that a share of them does not exceed.
double quantile(std::vector<double> values, double share) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// How often the system took the core away from this thread for another one that could run.
long preemptions() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

/// What queries took, in milliseconds: until they had a snapshot, the only moment in which one could wait for a writer, and in all. Waits in which
/// the system took the core away are not among them: on a busy machine they say how busy it is.
struct Latencies {
  std::vector<double> waits, queries, processor;  // the last: what queries took of this thread's time

  void report(benchmark::State& state, const std::string& when) const {
    state.counters["median_processor_ms_" + when] = quantile(processor, 0.5);
    state.counters["waits_" + when] = static_cast<double>(waits.size());
    for (const auto& [name, share] : {std::pair("median", 0.5), {"p99", 0.99}, {"longest", 1.0}}) {
      state.counters[text_of(name, "_ms_", when)] = quantile(queries, share);
      state.counters[text_of(name, "_wait_ms_", when)] = quantile(waits, share);
    }
  }
};

/// Queries on one thread, alone and, in turn with that, while another thread adds places, a commit each. The descriptors that are added are the query, so that
/// an answer shows which state of the map it is of: the new places that its snapshot has, in their order, then what was found before.
void search_beside_adding(benchmark::State& state) {
  const std::string path = map_of(MapPrecision::bf16, 512) + ".growing";
  std::filesystem::copy_file(map_of(MapPrecision::bf16, 512), path, std::filesystem::copy_options::overwrite_existing);
  {
    PlaceMap map = PlaceMap::open(path, MapAccess::write);
    const ExecutionScope one(Execution(1));
    const std::vector<float> query = unit_vectors(1, 512, 1U << 30U);
    const Rows rows(query.data(), 1, 512);
    const Matches before = map.search(rows, k)[0];
    const std::int64_t known = map.size();
    bool consistent = true;
    const auto ask = [&](Latencies& latencies) {
      for (int i = 0; i < 100; ++i) {
        const long preempted = preemptions();
        const double start = milliseconds(), of_thread = bench::thread_seconds();
        const MapSnapshot snapshot = map.snapshot();
        const double wait = milliseconds() - start;
        if (preemptions() == preempted) latencies.waits.push_back(wait);
        const Matches found = snapshot.search(rows, k)[0];
        latencies.queries.push_back(milliseconds() - start);
        latencies.processor.push_back(1e3 * (bench::thread_seconds() - of_thread));
        const std::int64_t added = snapshot.size() - known;
        const Matches all = snapshot.search(rows, added + k)[0];
        consistent &= std::ssize(all) == added + k && std::equal(found.begin(), found.end(), all.begin());
        for (std::int64_t j = 0; j < std::ssize(all); ++j)
          consistent &= all[static_cast<std::size_t>(j)].id == (j < added ? known + j : before[static_cast<std::size_t>(j - added)].id);
      }
    };
    for (auto _ : state) {
      Latencies alone, beside;
      for (int turn = 0; turn < 5; ++turn) {
        ask(alone);
        std::atomic<bool> ended = false;
        std::thread adds([&] {
          while (!ended) {
            map.add(Place{.name = "frame"}, query);
            std::this_thread::sleep_for(std::chrono::milliseconds(2));  // or the map would grow by more than it had
          }
        });
        ask(beside);
        ended = true;
        adds.join();
      }
      if (!consistent) state.SkipWithError("an answer is of no state of the map");
      alone.report(state, "alone");
      beside.report(state, "beside");
      state.counters["median_ratio"] = quantile(beside.queries, 0.5) / quantile(alone.queries, 0.5);
      state.counters["p99_ratio"] = quantile(beside.queries, 0.99) / quantile(alone.queries, 0.99);
      state.counters["added"] = static_cast<double>(map.size() - known);
    }
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

// SPDX-License-Identifier: MIT
// Loops on two threads against the same on one, in turn: medians, 99th percentiles and their ratios, two over one. Arguments: microseconds of
// a body, bodies, and the rival: 0 none, 1 another program that is always busy, 2 one that is bound to one of the cores.
#include <vpr/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

/// A chain of additions, each of which waits for the last.
void compute(std::int64_t steps) {
  double sum = 1;
  for (std::int64_t i = 0; i < steps; ++i) {
    sum += 1e-9;
    benchmark::DoNotOptimize(sum);
  }
}

/// Steps of `compute` that take a microsecond.
double steps_of_microsecond() {
  constexpr std::int64_t steps = 200'000;
  double least = 1e30;
  for (int run = 0; run < 50; ++run) {
    const auto start = std::chrono::steady_clock::now();
    compute(steps);
    least = std::min(least, Microseconds(std::chrono::steady_clock::now() - start).count());
  }
  return static_cast<double>(steps) / least;
}

/// Another program, for as long as this exists.
class Rival {
 public:
  explicit Rival(std::int64_t kind) {
    if (kind == 0) return;
    process_ = fork();
    if (process_ != 0) return;
    cpu_set_t cores;
    if (kind == 2 && sched_getaffinity(0, sizeof cores, &cores) == 0) {
      int last = CPU_SETSIZE - 1;
      while (!CPU_ISSET(last, &cores)) --last;
      CPU_ZERO(&cores);
      CPU_SET(last, &cores);
      sched_setaffinity(0, sizeof cores, &cores);
    }
    while (true) compute(1'000'000);
  }
  Rival(const Rival&) = delete;
  Rival& operator=(const Rival&) = delete;
  ~Rival() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_ = -1;
};

double quantile(std::vector<double>& values, double share) {
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void loop(benchmark::State& state) {
  static const double speed = steps_of_microsecond();
  const auto steps = static_cast<std::int64_t>(speed * static_cast<double>(state.range(0)));
  const std::int64_t bodies = state.range(1);
  const std::array<vpr::Execution, 2> executions{vpr::Execution::serial(), vpr::Execution(2)};
  std::array<std::vector<double>, 2> times;
  std::vector<int> done(static_cast<std::size_t>(bodies));
  const Rival rival(state.range(2));
  for (auto _ : state) {
    for (std::size_t i = 0; i < 2; ++i) {
      const vpr::ExecutionScope scope(executions[i]);
      const auto start = std::chrono::steady_clock::now();
      vpr::parallel_for(bodies, [&](std::int64_t body) {
        compute(steps);
        ++done[static_cast<std::size_t>(body)];
      });
      times[i].push_back(Microseconds(std::chrono::steady_clock::now() - start).count());
    }
  }
  for (const int times_done : done)
    if (times_done != static_cast<int>(2 * state.iterations())) return state.SkipWithError("a body did not run once a loop");
  const double one = quantile(times[0], 0.5), one99 = quantile(times[0], 0.99);
  const double two = quantile(times[1], 0.5), two99 = quantile(times[1], 0.99);
  state.counters["one_us"] = one;
  state.counters["one_p99_us"] = one99;
  state.counters["two_us"] = two;
  state.counters["two_p99_us"] = two99;
  state.counters["ratio"] = two / one;
  state.counters["ratio_p99"] = two99 / one99;
}

void loops(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"body_us", "bodies", "rival"})->Unit(benchmark::kMicrosecond)->UseRealTime();
  for (const std::int64_t rival : {0, 1, 2}) {
    benchmark->Args({5, 15, rival})->Args({10, 100, rival})->Args({1000, 100, rival});
  }
}
// Enough rounds for a 99th percentile.
BENCHMARK(loop)->Apply(loops)->MinTime(8);

}  // namespace

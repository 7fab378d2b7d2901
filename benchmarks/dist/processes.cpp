// SPDX-License-Identifier: MIT
// Run by `mpirun --bind-to none -n N`: what N processes of one thread do in a second, beside one process with N threads: exact search and
// description. Both do the same work in turn, and must give the same bits. Arguments: how many descriptors are searched [100000], turns [9].
#include "tests/support/random.hpp"

#include <vpr/backbone/dinov2.hpp>
#include <vpr/dist/gathered.hpp>
#include <vpr/dist/mpi.hpp>
#include <vpr/dist/sharded_index.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/layer/initialise.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Until all processes are here. Those that wait sleep, so that one that works has the cores.
void meet() {
  MPI_Request request{};
  int here = 0;
  vpr::detail::require_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), "meet");
  for (;;) {
    vpr::detail::require_mpi(MPI_Test(&request, &here, MPI_STATUS_IGNORE), "meet");
    if (here != 0) return;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

/// From when all processes are here until all are here again.
template <class Work>
double timed(const Work& work) {
  meet();
  const double start = seconds();
  work();
  meet();
  return seconds() - start;
}

/// Prints how much of the work of one process with N threads N processes do in a second: the median of the turns, with the least and the largest.
template <class One, class All>
void compare(const vpr::Mpi& processes, const char* what, int turns, const One& one, const All& all) {
  const bool first = processes.rank() == 0;
  const vpr::Execution threads(processes.size()), own(1);
  std::vector<double> ratios, times;
  for (int turn = -1; turn < turns; ++turn) {  // the first one warms up
    decltype(one()) of_one, of_all;
    const double by_one = timed([&] {
      const vpr::ExecutionScope scope(threads);
      if (first) of_one = one();
    });
    const double by_all = timed([&] {
      const vpr::ExecutionScope scope(own);
      of_all = all();
    });
    VPR_REQUIRE(vpr::Error, !first || of_one == of_all, what, ": the processes give another answer than one");
    if (turn < 0) continue;
    ratios.push_back(by_one / by_all);
    times.push_back(by_all);
  }
  std::sort(ratios.begin(), ratios.end());
  std::sort(times.begin(), times.end());
  if (!first) return;
  std::printf("%s: %d processes of one thread take %.1f ms, and do %.2f (%.2f to %.2f) times the work of one with %d threads\n", what,
              processes.size(), 1e3 * times[times.size() / 2], ratios[ratios.size() / 2], ratios.front(), ratios.back(), processes.size());
}

void search(const vpr::Mpi& processes, std::int64_t count, int turns) {
  constexpr std::int64_t dim = 512, k = 100;
  const std::vector<float> rows = random_floats(count * dim, 1), asked = random_floats(64 * dim, 2);
  const vpr::Share share = share_of(processes, count);
  vpr::FlatIndex<> whole(dim);
  if (processes.rank() == 0) whole.add(vpr::Rows(rows.data(), count, dim));
  vpr::ShardedIndex sharded(vpr::FlatIndex<>(dim), processes);
  sharded.add(vpr::Rows(rows.data() + share.begin * dim, share.size(), dim));
  for (const std::int64_t queries : {1, 64}) {
    const vpr::Rows of_call(asked.data(), queries, dim);
    const std::string what = vpr::text_of("best ", k, " of ", count, " × ", dim, ", queries together: ", queries);
    compare(
        processes, what.c_str(), turns, [&] { return whole.search(of_call, k); }, [&] { return sharded.search(of_call, k); });
  }
}

void describe(const vpr::Mpi& processes, int turns) {
  using B = vpr::Cpu<>;
  constexpr std::int64_t photos = 16, values = 3 * 224 * 224;
  vpr::DinoV2<vpr::ViTS14> network;
  vpr::initialise(network, 1);
  const std::vector<float> pixels = random_floats(photos * values, 3);
  const auto described = [&](std::int64_t begin, std::int64_t end) {
    const std::span<const float> part(pixels.data() + begin * values, static_cast<std::size_t>((end - begin) * values));
    const auto tokens = network(vpr::Tensor<B>::from(vpr::Shape{end - begin, 3, 224, 224}, part)).cls;
    return std::vector<float>(tokens.data(), tokens.data() + tokens.elements());
  };
  const std::int64_t dim = network.config().channels;
  compare(
      processes, "ViT-S/14, 16 photos at 224", turns, [&] { return described(0, photos); },
      [&] { return gathered_rows(processes, photos, dim, described); });
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const vpr::MpiSession session;
    const vpr::Mpi processes;
    const int turns = count > 2 ? std::stoi(arguments[2]) : 9;
    search(processes, count > 1 ? std::stoll(arguments[1]) : 100000, turns);
    describe(processes, turns);
    return 0;
  } catch (const vpr::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

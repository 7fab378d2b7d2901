// SPDX-License-Identifier: MIT
#include <vpr/core/buffer.hpp>
#include <vpr/core/execution.hpp>
#include <vpr/core/parallel.hpp>

#include "tests/support/catch.hpp"

#ifdef VPR_WITH_OMP
#include <vpr/core/openmp_executor.hpp>
#endif
#ifdef VPR_WITH_TBB
#include <vpr/core/tbb_executor.hpp>
#endif

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace {

using vpr::Execution, vpr::ExecutionScope;

/// On how many threads loops of long bodies run, up to as many as there may be.
int threads_of_loops() {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  for (int round = 0; round < 50 && static_cast<int>(ids.size()) < vpr::thread_count(); ++round) {
    vpr::parallel_for(20, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
    });
  }
  return static_cast<int>(ids.size());
}

/// The least that an executor is: threads made for each loop.
struct NewThreads {
  int threads() const { return 3; }
  template <class Work>
  void run(int count, const Work& work) const {
    std::vector<std::thread> others;
    for (int i = 1; i < count; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
  }
};
static_assert(vpr::Executor<NewThreads>);

/// What a loop does in the last moments of the program.
struct Late {
  ~Late() {
    std::atomic<int> sum = 0;
    vpr::parallel_for(20, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      ++sum;
    });
    const ExecutionScope scope(own);
    vpr::parallel_for(20, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      ++sum;
    });
    if (sum != 40) std::abort();
  }
  Execution own{2};
};
const Late late;

}  // namespace

TEST_CASE("An execution holds for its scope and its thread") {
  const int before = vpr::thread_count();
  CHECK(Execution().threads() == before);
  {
    const Execution three(3);
    CHECK(three.threads() == 3);
    CHECK(vpr::thread_count() == before);
    const ExecutionScope scope(three);
    CHECK(vpr::thread_count() == 3);
    CHECK(Execution().threads() == 3);
    CHECK(threads_of_loops() == 3);
    {
      const ExecutionScope inner(Execution::serial());
      CHECK(vpr::thread_count() == 1);
      CHECK(threads_of_loops() == 1);
      const ExecutionScope same{Execution()};
      CHECK(vpr::thread_count() == 1);
    }
    CHECK(vpr::thread_count() == 3);
    int elsewhere = 0;
    std::thread([&] { elsewhere = vpr::thread_count(); }).join();
    CHECK(elsewhere == before);
  }
  CHECK(vpr::thread_count() == before);
}

TEST_CASE("A program may choose how many threads its own execution has") {
  const int before = vpr::thread_count();
  CHECK(before >= 1);
  vpr::set_thread_count(before + 2);
  CHECK(vpr::thread_count() == before + 2);
  CHECK(threads_of_loops() == before + 2);
  int elsewhere = 0;
  std::thread([&] { elsewhere = vpr::thread_count(); }).join();
  CHECK(elsewhere == before + 2);
  vpr::set_thread_count(0);
  CHECK(vpr::thread_count() == 1);
  CHECK(threads_of_loops() == 1);
  vpr::set_thread_count(before);
  CHECK(vpr::thread_count() == before);
}

TEST_CASE("An execution on no threads, or too many, is refused") {
  CHECK_THROWS_AS(Execution(0), vpr::ConfigError);
  CHECK_THROWS_AS(Execution(-1), vpr::ConfigError);
  CHECK_THROWS_WITH(Execution(5000), "Execution: got 5000 threads, expected 1 to 4096");
}

TEST_CASE("A scope keeps its execution alive") {
  std::optional<Execution> execution(2);
  const ExecutionScope scope(*execution);
  execution.reset();
  CHECK(threads_of_loops() == 2);
}

TEST_CASE("Idle threads sleep") {
  const ExecutionScope scope(Execution(4));
  CHECK(threads_of_loops() == 4);
  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  CHECK(seconds < 0.05);
}

TEST_CASE("Loops run on borrowed threads") {
  {
    const ExecutionScope scope{Execution(NewThreads{})};
    CHECK(vpr::thread_count() == 3);
    CHECK(threads_of_loops() == 3);
  }
#ifdef VPR_WITH_OMP
  {
    const int own = omp_get_max_threads();
    omp_set_num_threads(3);
    {
      const ExecutionScope scope{Execution(vpr::OpenMpExecutor{})};
      CHECK(vpr::thread_count() == 3);
      CHECK(threads_of_loops() == 3);
    }
    omp_set_num_threads(own);
  }
#endif
#ifdef VPR_WITH_TBB
  tbb::task_arena(3).execute([] {
    const ExecutionScope scope{Execution(vpr::TbbExecutor{})};
    CHECK(vpr::thread_count() == 3);
    CHECK(threads_of_loops() >= 2);  // TBB may have fewer workers than an arena has places
  });
#endif
}

TEST_CASE("A forked child computes with what was made before and after the fork, and ends") {
#if defined(__SANITIZE_THREAD__)
  return;  // the thread sanitizer has no threads after a fork
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return;
#endif
#endif
  auto before = std::make_unique<Execution>(3);
  {
    const ExecutionScope scope(*before);
    REQUIRE(threads_of_loops() == 3);
  }
  threads_of_loops();
  auto made_before = std::make_unique<vpr::Buffer<int>>();
  {
    const ExecutionScope scope(*before);
    *made_before = vpr::Buffer<int>(1000);
    made_before->data()[999] = 7;
  }
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(60);  // what hangs is ended
    bool right = true;
    {
      const ExecutionScope scope(*before);
      right &= vpr::thread_count() == 1 && threads_of_loops() == 1;
      vpr::Buffer<int> copy = *made_before;
      made_before.reset();
      right &= copy.data()[999] == 7;
      before->trim();
    }
    right &= threads_of_loops() == vpr::thread_count();
    {
      const ExecutionScope scope(Execution(2));
      right &= threads_of_loops() == 2;
    }
    before.reset();
    _exit(right ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  const ExecutionScope scope(*before);
  CHECK(threads_of_loops() == 3);
}

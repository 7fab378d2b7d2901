// SPDX-License-Identifier: MIT
/// @file
/// Where loops run and memory comes from.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/thread_pool.hpp>

#include <sched.h>

#include <algorithm>
#include <concepts>
#include <cstdio>
#include <memory>
#include <utility>

namespace vpr {

/// Threads that belong to someone else, such as `OpenMpExecutor` and `TbbExecutor`.
///
/// `run(n, work)` calls `work()` on up to n threads at once, the calling one among them, and returns when all have returned. `work` may be
/// copied. `threads()` is how many there are. A type with a member `shares_every_loop` gets loops of little work too, which else run on
/// the thread that begins them.
template <class E>
concept Executor = std::copy_constructible<E> && requires(const E executor, void (*work)()) {
  { executor.threads() } -> std::convertible_to<int>;
  executor.run(2, work);
};

namespace detail {

template <Executor E>
class Borrowed final : public ExecutionState {
 public:
  explicit Borrowed(E executor) : ExecutionState(requires { E::shares_every_loop; }), executor_(std::move(executor)) {}
  int threads() const override { return std::max(1, static_cast<int>(executor_.threads())); }
  bool share(int threads, Work work) override {
    executor_.run(threads, work);
    return true;
  }

 private:
  E executor_;
};

/// How many processors this process may use: those it is bound to, and no more than its control group has a share of.
inline int available_processors() {
  cpu_set_t bound;
  int processors = 1;
  if (sched_getaffinity(0, sizeof bound, &bound) == 0) processors = CPU_COUNT(&bound);
  if (std::FILE* const file = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {
    long quota = 0, period = 0;  // "max" instead of a quota is no limit
    if (std::fscanf(file, "%ld %ld", &quota, &period) == 2 && quota > 0 && period > 0)
      processors = std::min(processors, static_cast<int>((quota + period - 1) / period));
    std::fclose(file);
  }
  return std::max(processors, 1);
}

/// The process's own. It is never destroyed, so that objects with static storage may use it to the last; a forked child has a new one.
inline ThreadPool& process_pool() {
  static std::atomic<ThreadPool*> pool{nullptr};
  ThreadPool* current = pool.load(std::memory_order_acquire);
  if (current != nullptr && !current->stale()) return *current;
  auto made = std::make_unique<ThreadPool>(current == nullptr ? available_processors() : current->threads());
  if (pool.compare_exchange_strong(current, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *current;
}

inline ExecutionState& current_state() { return thread_state.state != nullptr ? *thread_state.state : process_pool(); }

}  // namespace detail

/// Where loops run, on threads of its own or on borrowed ones, and where tensors and scratch take memory from. Pipelines, indexes, matchers
/// and trainers each have one.
///
/// A copy refers to the same threads and memory. Memory that tensors free is kept for later ones, so that describing another photo of one
/// size asks the system for none; what outlives a computation, such as a network's weights, is best made outside of any scope. The threads sleep when
/// there is nothing to do. Loops that several threads begin at once may share one: one of them gets its helpers, the others run where they began.
/// Results never depend on it. In a forked child, one that was made before the fork runs everything on the calling thread and takes memory from the
/// system.
class Execution {
 public:
  static constexpr int most_threads = 4096;

  /// The current one: that of an `ExecutionScope`, or else the process's own, on as many threads as it may use.
  Execution() = default;
  /// Loops on `threads` threads, the calling one among them; the others start when they are first needed.
  /// @throws ConfigError for a number out of range
  explicit Execution(int threads) : state_(std::make_shared<detail::ThreadPool>(threads)) {
    VPR_REQUIRE(ConfigError, threads >= 1 && threads <= most_threads, "Execution: got ", threads, " threads, expected 1 to ", most_threads);
  }
  /// Loops on threads that belong to someone else.
  template <class E>
  requires(!std::same_as<E, Execution> && Executor<E>) explicit Execution(E executor)
      : state_(std::make_shared<detail::Borrowed<E>>(std::move(executor))) {}
  /// Loops on the thread that begins them.
  static Execution serial() { return Execution(1); }

  int threads() const { return state().threads(); }
  MemoryUse memory() const { return state().arena().use(); }
  /// Gives back to the system what memory is kept, but not used.
  void trim() const { state().arena().trim(); }

 private:
  friend class ExecutionScope;
  detail::ExecutionState& state() const { return state_ ? *state_ : detail::current_state(); }

  std::shared_ptr<detail::ExecutionState> state_;
};

/// While one exists, what this thread begins runs on that execution and takes memory from it; `Execution()` is the one that was current.
class ExecutionScope {
 public:
  explicit ExecutionScope(Execution execution)
      : execution_(std::move(execution)), scope_({&execution_.state(), detail::thread_state.in_loop}) {}

 private:
  Execution execution_;
  detail::ThreadStateScope scope_;
};

/// How many threads the process's own execution has from now on, at least 1. An `ExecutionScope` comes first.
inline void set_thread_count(int threads) { detail::process_pool().set_threads(std::max(threads, 1)); }

/// The number of threads that a loop begun here may use: 1 inside another loop.
inline int thread_count() {
  return detail::thread_state.in_loop || detail::current_state().stale() ? 1 : detail::current_state().threads();
}

}  // namespace vpr

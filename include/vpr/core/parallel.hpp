// SPDX-License-Identifier: MIT
/// @file
/// Loops over threads.
#pragma once

#include <vpr/core/execution.hpp>
#include <vpr/core/target.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <type_traits>

namespace vpr {

namespace detail {

/// The exception of a loop: of all that were thrown, that of the lowest index, which a serial loop would have thrown.
class LoopFailure {
 public:
  /// To be called where it was caught.
  void note(std::int64_t index) {
    const std::lock_guard lock(mutex_);
    if (index >= index_) return;
    index_ = index;
    exception_ = std::current_exception();
  }
  /// Once all threads are done.
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }
  explicit operator bool() const { return exception_ != nullptr; }

 private:
  std::mutex mutex_;
  std::int64_t index_ = std::numeric_limits<std::int64_t>::max();
  std::exception_ptr exception_;
};

/// A loop whose body is somewhere else: `run(body, begin, end, failure)` calls it for each i in [begin, end), up to one that throws.
struct Loop {
  std::int64_t count;
  bool (*run)(void* body, std::int64_t begin, std::int64_t end, LoopFailure& failure);
  void* body;
};

/// A point in time, or a length of it, in nanoseconds.
using Nanoseconds = std::int64_t;
inline Nanoseconds now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// What is left of a loop, for several threads.
class SharedLoop {
 public:
  /// What one thread did.
  struct Part {
    std::int64_t bodies = 0;
    Nanoseconds took = 0;
  };

  /// @param each  nanoseconds that a body is thought to take
  SharedLoop(const Loop& loop, std::int64_t begin, float each, int threads, LoopFailure& failure)
      : loop_(loop), next_(begin), failure_(failure), threads_(threads), run_(bodies_of_run(each)) {}

  /// Runs bodies until none is left to begin.
  void work() {
    const ThreadStateScope scope({state_, true});
    const Nanoseconds start = now();
    Part part;
    for (std::int64_t begin = next_.load(std::memory_order_relaxed); begin < loop_.count;) {
      // Fewer at a time towards the end, so that the threads are done at once.
      const std::int64_t size = std::clamp<std::int64_t>((loop_.count - begin) / (2 * threads_), 1, run_);
      if (!next_.compare_exchange_weak(begin, begin + size, std::memory_order_relaxed)) continue;
      // Bodies before one that throws have begun already; the ones behind it need not.
      if (!loop_.run(loop_.body, begin, begin + size, failure_)) next_.store(loop_.count, std::memory_order_relaxed);
      part.bodies += size;
      begin = next_.load(std::memory_order_relaxed);
    }
    part.took = now() - start;
    if (&thread_state == beginner_ && part.bodies > 0) of_beginner_ = part;
  }

  /// What was done by the thread that made this.
  Part of_beginner() const { return of_beginner_; }

 private:
  static std::int64_t bodies_of_run(float each) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(10'000 / std::max(each, 1.0F)));
  }

  const Loop& loop_;
  std::atomic<std::int64_t> next_;
  ExecutionState* const state_ = thread_state.state;
  LoopFailure& failure_;
  const int threads_;
  const std::int64_t run_;
  const ThreadState* const beginner_ = &thread_state;
  Part of_beginner_;
};

/// A loop on this thread that is timed as it goes, and shared when what is left is worth to wake others for.
class TimedLoop {
 public:
  TimedLoop(const Loop& loop, ExecutionState& state, int threads, LoopFailure& failure)
      : loop_(loop), state_(state), threads_(threads), failure_(failure) {}

  void operator()() {
    std::atomic<float>& usual =
        state_.body_times().of(reinterpret_cast<std::uintptr_t>(loop_.run) ^ static_cast<std::uintptr_t>(loop_.count));
    each_ = usual.load(std::memory_order_relaxed);
    const Nanoseconds start = now();
    if (!share_from(0, start)) begin_alone(start);
    usual.store(each_, std::memory_order_relaxed);
  }

 private:
  void begin_alone(Nanoseconds start) {
    constexpr float look = 20'000;  // nanoseconds between two looks at the clock
    for (std::int64_t done = 0, size = 1; done < loop_.count;) {
      const std::int64_t end = std::min(loop_.count, done + size);
      if (!loop_.run(loop_.body, done, end, failure_)) return;
      done = end;
      const Nanoseconds time = now();
      each_ = static_cast<float>(time - start) / static_cast<float>(done);
      if (done == loop_.count || share_from(done, time)) return;
      size = std::clamp<std::int64_t>(static_cast<std::int64_t>(look / std::max(each_, 1.0F)), 1, 2 * size);
    }
  }

  bool share_from(std::int64_t begin, Nanoseconds start) {
    const std::int64_t left = loop_.count - begin;
    const Nanoseconds work = static_cast<Nanoseconds>(std::min(each_ * static_cast<float>(left), 1e18F));
    const int useful = static_cast<int>(state_.worth().threads(std::min<std::int64_t>(threads_, left), work, start));
    if (useful == 1) return false;
    SharedLoop shared(loop_, begin, each_, useful, failure_);
    if (!state_.share(useful, {[](void* argument) { static_cast<SharedLoop*>(argument)->work(); }, &shared})) return false;
    const SharedLoop::Part own = shared.of_beginner();
    if (own.bodies == 0) return true;
    const Nanoseconds end = now();
    each_ = static_cast<float>(own.took) / static_cast<float>(own.bodies);
    const auto gained = static_cast<Nanoseconds>(std::min(each_ * static_cast<float>(left - own.bodies), 1e18F));
    state_.worth().learn(work, gained, end - start - own.took, end);
    return true;
  }

  const Loop& loop_;
  ExecutionState& state_;
  const int threads_;
  LoopFailure& failure_;
  float each_ = 0;  // nanoseconds a body
};

inline void run_loop(const Loop& loop) {
  LoopFailure failure;
  const int threads = thread_count();
  ExecutionState& state = current_state();
  const ThreadStateScope scope({thread_state.state, true});
  if (threads == 1 || loop.count <= 1) {
    loop.run(loop.body, 0, loop.count, failure);
  } else {
    TimedLoop(loop, state, threads, failure)();
  }
  failure.rethrow();
}

}  // namespace detail

inline namespace VPR_TARGET {

/// Calls `body(i)` once for each i in [0, count), in any order, on up to `thread_count()` threads.
/// Calls must be independent. Which thread runs which i never changes a result, so neither does the number of threads.
///
/// Less than some 50 µs of work runs on the calling thread. Inside another `parallel_for` it runs serially.
/// Where bodies throw, the exception of the lowest i is rethrown here; bodies behind it may not have run.
template <class Body>
void parallel_for(std::int64_t count, Body&& body) {
  using Function = std::remove_reference_t<Body>;
  if (count <= 0) return;
  const auto run = [](void* function, std::int64_t begin, std::int64_t end, detail::LoopFailure& failure) {
    std::int64_t i = begin;
    try {
      for (; i < end; ++i) (*static_cast<Function*>(function))(i);
      return true;
    } catch (...) {
      failure.note(i);
      return false;
    }
  };
  detail::run_loop({count, run, const_cast<void*>(static_cast<const void*>(std::addressof(body)))});
}

}  // namespace VPR_TARGET
}  // namespace vpr

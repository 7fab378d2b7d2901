// SPDX-License-Identifier: MIT
/// @file
/// What an `Execution` refers to, and which one a thread uses.
#pragma once

#include <vpr/core/arena.hpp>
#include <vpr/core/fork.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vpr::detail {

/// A function of no arguments somewhere else.
struct Work {
  void (*function)(void*);
  void* argument;
  void operator()() const { function(argument); }
};

/// How long a body of a loop took when it last ran, so that loops of few long bodies are shared from the first one on. Loops whose
/// keys meet in one place only estimate worse.
class BodyTimes {
 public:
  /// In nanoseconds, 0 where it is not known; of loops with that key.
  std::atomic<float>& of(std::uintptr_t key) { return times_[key * 0x9E3779B97F4A7C15U >> 57]; }

 private:
  std::array<std::atomic<float>, 128> times_{};
};

/// Which loops are worth to be shared now. Where another program takes the cores, a loop waits for helpers longer than they helped: then
/// loops of that size stay with their threads for a while, the longer the more often it happens.
class Worth {
 public:
  static constexpr std::int64_t least = 50'000;  ///< nanoseconds of work that are shared at all

  /// @param always  every loop is shared
  explicit Worth(bool always) : always_(always) {}

  /// How many threads a loop that may have `most` begins on now: 1 where it is not to be shared.
  std::int64_t threads(std::int64_t most, std::int64_t nanoseconds, std::int64_t now) const {
    if (always_) return most;
    return is_shared(nanoseconds, now) ? std::min(most, 1 + 2 * nanoseconds / least) : 1;
  }
  /// What came of sharing a loop of `nanoseconds`: how much of it others did, and how long it then waited for them.
  void learn(std::int64_t nanoseconds, std::int64_t gained, std::int64_t waited, std::int64_t now) {
    constexpr std::int64_t wake = 5'000, shortest = 1'000'000, longest = 1'000'000'000;
    const std::int64_t pause = pause_.load(std::memory_order_relaxed);
    if (gained > waited + wake) return pause_.store(std::max(shortest, pause - pause / 128), std::memory_order_relaxed);
    if (now >= until_.load(std::memory_order_relaxed)) needed_.store(0, std::memory_order_relaxed);
    needed_.store(std::max(needed_.load(std::memory_order_relaxed), 2 * (nanoseconds + waited)), std::memory_order_relaxed);
    until_.store(now + pause, std::memory_order_relaxed);
    pause_.store(std::min(longest, 2 * pause), std::memory_order_relaxed);
  }

 private:
  bool is_shared(std::int64_t nanoseconds, std::int64_t now) const {
    return nanoseconds >= least &&
           (nanoseconds >= needed_.load(std::memory_order_relaxed) || now >= until_.load(std::memory_order_relaxed));
  }

  const bool always_;
  // Written by threads at once without harm: any value only costs time.
  std::atomic<std::int64_t> needed_ = 0, until_ = 0, pause_ = 1'000'000;
};

class ExecutionState {
 public:
  explicit ExecutionState(bool shares_every_loop = false) : worth_(shares_every_loop) {}
  ExecutionState(const ExecutionState&) = delete;
  ExecutionState& operator=(const ExecutionState&) = delete;
  virtual ~ExecutionState() = default;

  virtual int threads() const = 0;
  /// Calls `work` on up to `threads` threads at once, this one among them, and returns when all have returned. Where the others are busy it
  /// is not called at all, and the answer is false.
  virtual bool share(int threads, Work work) = 0;

  /// Whether the process was forked since: the threads are gone.
  bool stale() const { return forks_ != fork_count(); }
  BodyTimes& body_times() { return body_times_; }
  Worth& worth() { return worth_; }
  Arena& arena() { return *arena_; }

 private:
  const int forks_ = fork_count();
  BodyTimes body_times_;
  Worth worth_;
  const std::unique_ptr<Arena, Arena::Abandon> arena_{new Arena};
};

/// What the current thread computes with.
struct ThreadState {
  ExecutionState* state = nullptr;  ///< nothing: loops use the process's, and memory comes from the system
  bool in_loop = false;             ///< whether it runs a loop's body
};
inline constinit thread_local ThreadState thread_state;

/// Where the current thread takes memory from; null: from the system.
inline Arena* current_arena() {
  return thread_state.state == nullptr || thread_state.state->stale() ? nullptr : &thread_state.state->arena();
}

/// What the current thread computes with, until this is destroyed.
class ThreadStateScope {
 public:
  explicit ThreadStateScope(ThreadState inner) : outer_(thread_state) { thread_state = inner; }
  ThreadStateScope(const ThreadStateScope&) = delete;
  ThreadStateScope& operator=(const ThreadStateScope&) = delete;
  ~ThreadStateScope() { thread_state = outer_; }

 private:
  ThreadState outer_;
};

}  // namespace vpr::detail

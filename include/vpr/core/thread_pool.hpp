// SPDX-License-Identifier: MIT
/// @file
/// Threads that help with loops and sleep between them.
#pragma once

#include <vpr/core/execution_state.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace vpr::detail {

/// Waits for `ready()` without sleeping, a few microseconds at most.
template <class Ready>
bool spin_until(const Ready& ready) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(4);
  do {
    for (int i = 0; i < 16; ++i) {
      if (ready()) return true;
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#endif
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

/// The threads of a pool.
class Helpers {
 public:
  Helpers() = default;
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;
  ~Helpers() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /// Calls `work` here, and on up to `count` helpers if they begin before it returns here.
  void run(int count, Work work) {
    {
      const std::lock_guard lock(mutex_);
      grow(static_cast<std::size_t>(count));
      work_ = work;
      wanted_ = std::min(count, static_cast<int>(threads_.size()));
    }
    wake_.notify_one();
    work();
    std::unique_lock lock(mutex_);
    wanted_ = 0;
    if (running_ == 0) return;
    lock.unlock();
    spin_until([this] { return running_ == 0; });
    lock.lock();
    // Asleep, it leaves its core to a helper that was interrupted.
    done_.wait(lock, [this] { return running_ == 0; });
  }

 private:
  /// Starts threads up to `count`. Those that the system refuses are done without.
  void grow(std::size_t count) {
    try {
      while (threads_.size() < count) threads_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
    }
  }

  void help() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopped_ || wanted_ > 0; });
      if (stopped_) return;
      ++running_;
      const bool more = --wanted_ > 0;
      const Work work = work_;
      lock.unlock();
      if (more) wake_.notify_one();  // each wakes the next
      work();
      lock.lock();
      if (--running_ == 0) {
        done_.notify_one();
        lock.unlock();
        spin_until([this] { return wanted_ > 0; });
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::thread> threads_;
  Work work_{};
  std::atomic<int> wanted_ = 0, running_ = 0;  // changed under the mutex
  bool stopped_ = false;
};

/// As many threads as `threads()`, of which the loop's own is one. They start when a loop is first shared.
class ThreadPool final : public ExecutionState {
 public:
  explicit ThreadPool(int threads) : threads_(threads) {}
  ~ThreadPool() override {
    if (stale()) helpers_.release();  // to stop threads that are gone would take for ever
  }

  int threads() const override { return threads_.load(std::memory_order_relaxed); }
  void set_threads(int threads) { threads_.store(threads, std::memory_order_relaxed); }

  bool share(int threads, Work work) override {
    if (taken_.exchange(true, std::memory_order_acquire)) return false;
    if (!helpers_) helpers_ = std::make_unique<Helpers>();
    helpers_->run(threads - 1, work);
    taken_.store(false, std::memory_order_release);
    return true;
  }

 private:
  std::atomic<int> threads_;
  std::atomic<bool> taken_ = false;  // by a thread whose loop has the helpers
  std::unique_ptr<Helpers> helpers_;
};

}  // namespace vpr::detail

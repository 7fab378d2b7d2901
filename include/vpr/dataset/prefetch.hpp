// SPDX-License-Identifier: MIT
/// @file
/// Making things ahead of their use, on threads of their own.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/parallel.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace vpr {

struct PrefetchSettings {
  std::int64_t threads = 1;  ///< that make things
  std::int64_t depth = 2;    ///< how many things wait at most; those in the making count
};

/// Calls `make(i)` for i = first, first + 1, ..., last - 1 on threads of its own and hands the results over in this order.
///
/// At most `depth` things exist that were not yet taken, so memory is bounded. With more than one thread `make` is called from several at once.
/// An exception of `make(i)` is thrown by the `next()` that would have given i, and again by every later one. The destructor waits for the calls that
/// run and drops what was made. Inside `make`, `parallel_for` runs on one thread, so that the training keeps the others.
template <class T>
class Prefetch {
 public:
  /// @throws ConfigError for less than one thread, a depth below 1, over 65536 of either, or a negative `first`; BackendError where the system gives
  ///         no such threads
  Prefetch(std::function<T(std::int64_t)> make, std::int64_t first, std::int64_t last, const PrefetchSettings& settings = {})
      : make_(std::move(make)), next_made_(first), next_taken_(first), last_(last) {
    VPR_REQUIRE(ConfigError, settings.threads >= 1 && settings.depth >= 1 && first >= 0, "prefetch: got ", settings.threads,
                " threads, a depth of ", settings.depth, " and ", first, " to begin with, expected at least 1, 1 and 0");
    VPR_REQUIRE(ConfigError, settings.threads <= most && settings.depth <= most, "prefetch: got ", settings.threads,
                " threads and a depth of ", settings.depth, ", expected at most ", most, " each");
    made_.resize(static_cast<std::size_t>(settings.depth));
    try {
      for (std::int64_t t = 0; t < settings.threads; ++t) threads_.emplace_back([this] { run(); });
    } catch (const std::system_error& error) {
      const std::size_t started = threads_.size();
      stop();
      fail<BackendError>("prefetch: the system starts no more than ", started, " of ", settings.threads, " threads: ", error.what());
    }
  }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;
  ~Prefetch() { stop(); }

  /// The next thing, once it is made; nothing after the last. To be called from one thread.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    if (next_taken_ >= last_) return std::nullopt;
    Made& made = slot(next_taken_);
    changed_.wait(lock, [&] { return made.thing || made.failure; });
    if (made.failure) std::rethrow_exception(made.failure);
    std::optional<T> thing = std::exchange(made.thing, std::nullopt);
    ++next_taken_;
    changed_.notify_all();
    return thing;
  }

 private:
  struct Made {
    std::optional<T> thing;
    std::exception_ptr failure;
  };

  static constexpr std::int64_t most = 1 << 16;

  std::int64_t depth() const { return static_cast<std::int64_t>(made_.size()); }
  Made& slot(std::int64_t i) { return made_[static_cast<std::size_t>(i % depth())]; }

  void run() {
    const ExecutionScope one(Execution::serial());
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stopped_ || next_made_ >= last_ || next_made_ - next_taken_ < depth(); });
      if (stopped_ || next_made_ >= last_) return;
      const std::int64_t i = next_made_++;
      lock.unlock();
      Made made;
      try {
        made.thing.emplace(make_(i));
      } catch (...) {
        made.failure = std::current_exception();
      }
      lock.lock();
      slot(i) = std::move(made);
      changed_.notify_all();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::function<T(std::int64_t)> make_;
  std::vector<Made> made_;  // thing i in slot i modulo the depth
  std::int64_t next_made_;
  std::int64_t next_taken_;
  std::int64_t last_;
  bool stopped_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// A communicator of threads, for tests that need no MPI.
#pragma once

#include <vpr/dist/communicator.hpp>

#include <barrier>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <thread>
#include <vector>

class Threads {
 public:
  int rank() const { return rank_; }
  int size() const { return static_cast<int>(shared_->bytes.size()); }
  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) const {
    shared_->bytes[static_cast<std::size_t>(rank_)].assign(bytes.begin(), bytes.end());
    shared_->all_here.arrive_and_wait();
    std::vector<std::vector<std::byte>> all = shared_->bytes;
    shared_->all_here.arrive_and_wait();
    return all;
  }
  void sum(std::span<float> numbers) const { add(numbers); }
  void sum(std::span<double> numbers) const { add(numbers); }

  /// Runs `work(communicator)` in so many threads. @return what each threw
  template <class Work>
  static std::vector<std::exception_ptr> run(int count, Work work) {
    const auto shared = std::make_shared<Shared>(count);
    std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(count));
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < count; ++rank) {
      threads.emplace_back([&, rank] {
        try {
          work(Threads(shared, rank));
        } catch (...) {
          thrown[static_cast<std::size_t>(rank)] = std::current_exception();
        }
      });
    }
    threads.clear();
    return thrown;
  }

 private:
  struct Shared {
    explicit Shared(int count) : bytes(static_cast<std::size_t>(count)), all_here(count) {}
    std::vector<std::vector<std::byte>> bytes;
    std::barrier<> all_here;
  };

  Threads(std::shared_ptr<Shared> shared, int rank) : shared_(std::move(shared)), rank_(rank) {}

  template <class T>
  void add(std::span<T> numbers) const {
    const auto all = vpr::gather_each(*this, std::span<const T>(numbers));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = 0;
      for (const std::vector<T>& part : all) numbers[i] += part[i];
    }
  }

  std::shared_ptr<Shared> shared_;
  int rank_;
};

static_assert(vpr::Communicator<Threads>);

/// Rethrows the first error of `run`.
inline void require_none(const std::vector<std::exception_ptr>& thrown) {
  for (const std::exception_ptr& error : thrown) {
    if (error) std::rethrow_exception(error);
  }
}

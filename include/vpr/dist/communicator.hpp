// SPDX-License-Identifier: MIT
/// @file
/// Processes that work on one task: what is asked of whatever connects them.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/requirements.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// Connects `size()` processes, of which this one is number `rank()`, from 0. `gather(bytes)` gives every process what each of them gave, by rank;
/// they may give different numbers of bytes. `sum(numbers)` puts the sum over the processes in place of each number, float or double, with the same
/// bits in every process. All processes call the same functions in the same order: each call waits for the others.
template <class C>
concept Communicator = requires(const C communicator, std::span<const std::byte> bytes, std::span<float> floats,
                                std::span<double> doubles) {
  { communicator.rank() } -> std::same_as<int>;
  { communicator.size() } -> std::same_as<int>;
  { communicator.gather(bytes) } -> std::same_as<std::vector<std::vector<std::byte>>>;
  communicator.sum(floats);
  communicator.sum(doubles);
};

/// A `Communicator` of one process alone.
struct OneProcess {
  int rank() const { return 0; }
  int size() const { return 1; }
  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) const { return {{bytes.begin(), bytes.end()}}; }
  void sum(std::span<float>) const {}
  void sum(std::span<double>) const {}
};

static_assert(Communicator<OneProcess>);

/// Values of each process, by rank, in every process.
template <Communicator C, class T>
requires std::is_trivially_copyable_v<T> std::vector<std::vector<T>> gather_each(const C& communicator, std::span<const T> values) {
  std::vector<std::vector<T>> all;
  for (const std::vector<std::byte>& bytes : communicator.gather(std::as_bytes(values))) {
    std::vector<T>& part = all.emplace_back(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(part.data(), bytes.data(), bytes.size());
  }
  return all;
}

/// The same, one behind the other.
template <Communicator C, class T>
std::vector<T> gather_all(const C& communicator, std::span<const T> values) {
  std::vector<T> all;
  for (const std::vector<T>& part : gather_each(communicator, values)) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// Runs `work()` in each process. Where it throws in one, all throw, so that none waits for a process that is gone: that one its own error, the
/// others an `Error` that names its rank and repeats it.
template <Communicator C, class Work>
void together(const C& communicator, Work&& work) {
  std::exception_ptr own;
  std::string message;
  try {
    std::forward<Work>(work)();
  } catch (const std::exception& error) {
    own = std::current_exception();
    message = error.what();
    if (message.empty()) message = "an error";
  }
  const auto all = gather_each(communicator, std::span<const char>(message));
  if (own) std::rethrow_exception(own);
  for (std::size_t rank = 0; rank < all.size(); ++rank)
    VPR_REQUIRE(Error, all[rank].empty(), "process ", rank, " of ", all.size(), ": ", std::string_view(all[rank].data(), all[rank].size()));
}

/// A process's share of things that are numbered from 0: those from `begin` to before `end`.
struct Share {
  std::int64_t begin = 0, end = 0;

  std::int64_t size() const { return end - begin; }
};

/// The share of this process among `count` things: neighbours in their order, of which no process has more than one more than another.
template <Communicator C>
Share share_of(const C& communicator, std::int64_t count) {
  VPR_REQUIRE(ConfigError, count >= 0, "share_of: got ", count, " things, expected at least 0");
  const std::int64_t each = count / communicator.size(), more = count % communicator.size(), rank = communicator.rank();
  const auto begin = [&](std::int64_t r) { return r * each + (r < more ? r : more); };
  return {begin(rank), begin(rank + 1)};
}

}  // namespace vpr

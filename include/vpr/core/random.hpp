// SPDX-License-Identifier: MIT
/// @file
/// Seeded random numbers that are the same with every compiler and standard library.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace vpr {

/// A stream of random numbers fixed by its seed: SplitMix64 (Steele, Lea and Flood 2014). Not for secrets.
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// A stream of its own for each list of numbers, such as a run's seed, an epoch and a photo: whoever draws from it, in whatever order.
  static Random of(std::initializer_list<std::int64_t> numbers) {
    std::uint64_t state = 0;
    for (const std::int64_t number : numbers) state = Random(state ^ static_cast<std::uint64_t>(number))();
    return Random(state);
  }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  /// A number in [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// A whole number in [0, bound), each equally likely. `bound` is at least 1.
  std::int64_t below(std::int64_t bound) {
    const auto n = static_cast<std::uint64_t>(bound);
    const std::uint64_t surplus = (0 - n) % n;  // 2^64 mod n: the numbers below it are left out
    std::uint64_t number = (*this)();
    while (number < surplus) number = (*this)();
    return static_cast<std::int64_t>(number % n);
  }

 private:
  std::uint64_t state_;
};

/// Puts the items into random order, each as likely as any other (Fisher and Yates).
template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
}

}  // namespace vpr

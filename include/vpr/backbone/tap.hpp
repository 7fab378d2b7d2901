// SPDX-License-Identifier: MIT
/// @file
/// Where in a backbone features are taken.
#pragma once

#include <vpr/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace vpr {

/// What of a part of a backbone: its output, or one third of its attention's joint projection, as AnyLoc takes them.
enum class Facet { token, query, key, value };

/// Where features are taken: after part `block` (from 0), a transformer's block or a convolutional network's stage, or with -1 at the network's own
/// end.
struct Tap {
  std::int64_t block = -1;
  Facet facet = Facet::token;

  /// How many of `depth` parts there are before what it takes.
  std::int64_t parts_before(std::int64_t depth) const { return block < 0 ? depth : facet == Facet::token ? block + 1 : block; }
};

/// Calls `take(i, x)` for each of `taps` with what reaches it, in one pass to the deepest: x is what `next(part, x)` made of it part by part.
template <class State, class Next, class Take>
void for_each_tap(State x, std::int64_t depth, std::span<const Tap> taps, const Next& next, const Take& take) {
  for (std::int64_t done = 0;; ++done) {
    bool deeper = false;
    for (std::size_t i = 0; i < taps.size(); ++i) {
      const std::int64_t before = taps[i].parts_before(depth);
      if (before == done) take(i, x);
      deeper |= before > done;
    }
    if (!deeper) return;
    x = next(done, std::move(x));
  }
}

inline std::string_view text_of(Facet facet) {
  constexpr std::array<std::string_view, 4> names{"token", "query", "key", "value"};
  return names.at(static_cast<std::size_t>(facet));
}

/// The facet of that name. @throws ConfigError  for another
inline Facet find_facet(std::string_view name) {
  for (const Facet facet : {Facet::token, Facet::query, Facet::key, Facet::value}) {
    if (name == text_of(facet)) return facet;
  }
  fail<ConfigError>("there is no facet '", name, "'; there are token, query, key, value");
}

}  // namespace vpr

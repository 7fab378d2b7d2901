// SPDX-License-Identifier: MIT
/// @file
/// Where in a backbone features are taken.
#pragma once

#include <vpr/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vpr {

/// What of a part of a backbone: its output, or one third of its attention's joint projection, as AnyLoc takes them.
enum class Facet { token, query, key, value };

/// Where features are taken: after part `block` (from 0), a transformer's block or a convolutional network's stage, or with -1 at the network's own
/// end.
struct Tap {
  std::int64_t block = -1;
  Facet facet = Facet::token;
};

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

// SPDX-License-Identifier: MIT
/// @file
/// Checksums that tell contents apart. Needs the target `vpr::hash`.
#pragma once

#ifndef VPR_WITH_HASH
#error \
    "vpr/io/digest.hpp needs the component hash: link the CMake target vpr::hash, or, without CMake, compile with -DVPR_WITH_HASH (Debian: libxxhash-dev)"
#endif

#include <vpr/core/error.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/core/shape.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace vpr {

/// 128 bits that two different contents share by accident only; an adversary can make them share it.
struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  /// 32 digits of 0-9 and a-f.
  std::string hex() const {
    std::string text;
    for (const std::uint64_t half : {high, low}) {
      for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 15];
    }
    return text;
  }
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

/// XXH3 (128 bits) of bytes that come piece by piece; how they are cut does not matter.
class Digester {
 public:
  Digester() : state_(XXH3_createState(), XXH3_freeState) {
    VPR_REQUIRE(Error, state_ != nullptr, "xxHash has no memory");
    XXH3_128bits_reset(state_.get());
  }
  void add(std::span<const std::byte> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }

  Digest digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return {hash.high64, hash.low64};
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

inline Digest digest_of(std::span<const std::byte> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}
inline Digest digest_of(std::string_view text) { return digest_of(std::as_bytes(std::span(text))); }

/// The digest of a component's parameters: their names, shapes and values as float32. It says which network, trained how far, gave an output.
/// Needs the values of one parameter at a time, beside the component.
template <class Model>
Digest digest_of_parameters(Model& model) {
  Digester all;
  const auto add = [&](const std::string& name, Parameter auto& parameter) {
    const Shape shape = parameter.shape();
    const std::vector<float> values = parameter.to_vector();
    const std::uint64_t lengths[] = {name.size(), shape.rank()};
    all.add(std::as_bytes(std::span(lengths)));
    all.add(name);
    all.add(std::as_bytes(std::span(shape.begin(), shape.rank())));
    all.add(std::as_bytes(std::span(values)));
  };
  model.visit(add, std::string());
  return all.digest();
}

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// What `<vpr/vpr.hpp>` has in place of the components `io` and `hash` where those are not linked: their names, each of which says so when
/// it is used.
#pragma once

#include <vpr/core/missing_component.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/weight_source.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#ifndef VPR_WITH_IO
namespace vpr {
inline namespace without_io {

/// In place of a file of weights.
template <class... Arguments>
struct NeedsIo {
  static_assert(detail::component_linked<Arguments...>,
                "reading and writing weight files needs the component io: link the CMake target vpr::io, or, without CMake, compile with "
                "-DVPR_WITH_IO and link zlib (Debian: nlohmann-json3-dev zlib1g-dev)");
  std::string path() const;
  const std::vector<TensorInfo>& tensors() const;
  void read(std::size_t index, std::span<float> out) const;
};

struct WeightFile {
  template <class... Arguments>
  WeightFile(Arguments&&...) {
    NeedsIo<Arguments...>();
  }
};

struct DiskLocalStore {
  template <class... Arguments>
  static NeedsIo<Arguments...> create(Arguments&&...);
  template <class... Arguments>
  static NeedsIo<Arguments...> extend(Arguments&&...);
  template <class... Arguments>
  static NeedsIo<Arguments...> open(Arguments&&...);
};

template <class... Arguments>
NeedsIo<Arguments...> inspect(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> open_weights(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> read_npy(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> read_npz(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> read_onnx(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> read_safetensors(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> read_torch(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> save_npz(Arguments&&...);
template <class... Arguments>
NeedsIo<Arguments...> save_safetensors(Arguments&&...);
template <class Path, class... Arguments>
NeedsIo<Path, Arguments...> write_npy(const Path&, const Shape&, Arguments&&...);

}  // namespace without_io
}  // namespace vpr
#endif

#ifndef VPR_WITH_HASH
namespace vpr {
inline namespace without_hash {

/// In place of a checksum.
template <class... Arguments>
struct NeedsHash {
  static_assert(
      detail::component_linked<Arguments...>,
      "keeping features under their photo's checksum needs the component hash: link the CMake target vpr::hash, or, without CMake, "
      "compile with -DVPR_WITH_HASH (Debian: libxxhash-dev)");
};

template <class... Arguments>
NeedsHash<Arguments...> digest_of(Arguments&&...);
template <class... Arguments>
NeedsHash<Arguments...> digest_of_parameters(Arguments&&...);

}  // namespace without_hash
}  // namespace vpr
#endif

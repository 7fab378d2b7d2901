// SPDX-License-Identifier: MIT
/// @file
/// What a two-stage system asks of a local head.
#pragma once

#include <vpr/local/features.hpp>

#include <concepts>
#include <cstdint>
#include <string>

namespace vpr {

/// A class that turns the features of B images into local features: `head(features)` takes `Features` of C channels and gives
/// `LocalTokens`, each row of unit length, each image by itself; `channels(C)` is their D, known before any image; `backend` is what
/// it runs on; `visit(visitor, prefix)` shows its parameters, if it has any. It needs no base class.
template <class H>
concept LocalHead = requires(H head, const H constant, const Features<typename H::backend::tensor>& features, std::int64_t channels) {
  { constant(features) } -> std::same_as<LocalTokens<typename H::backend::tensor>>;
  { constant.channels(channels) } -> std::convertible_to<std::int64_t>;
  head.visit([](const std::string&, auto&) {}, std::string());
};

}  // namespace vpr

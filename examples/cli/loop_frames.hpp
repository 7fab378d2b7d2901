// SPDX-License-Identifier: MIT
/// @file
/// The frames of a sequence as `vpr loop` takes them.
#pragma once

#include "options.hpp"
#include "photo_reader.hpp"
#include "rerank.hpp"

#include <vpr/local/features.hpp>
#include <vpr/loop/decision.hpp>
#include <vpr/matcher/any.hpp>
#include <vpr/model/descriptors.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// Local features of frames, and what compares them.
struct FrameFeatures {
  std::function<vpr::LocalFeatures(std::int64_t frame)> of;  // empty: there are none
  vpr::AnyMatcher<> matcher;
  std::string name;  // what they are
};

/// Frames in their order, and what is known of them.
struct Frames {
  std::vector<std::string> names;
  std::vector<std::int64_t> ids;  // of a map's places; empty for others
  vpr::Descriptors descriptors;
  std::optional<vpr::DecisionRule> rule = {};  // that a map keeps
  FrameFeatures local = {};                    // with --rerank
};

/// The places of a map by id, of some sessions or all; the rows of a matrix that `vpr describe` wrote; or photos, which are described.
/// Local features borrow the reader.
/// @param preset  the system whose way photos are described in, as far as `model` says nothing else; empty: none
/// @throws vpr::ConfigError  for a session that a map has not, for photos without a model, and for a model without photos; with --rerank for
///   frames without local features
Frames read_frames(const std::vector<std::string>& sources, const std::vector<std::string>& sessions, const ModelOptions& model,
                   const std::string& preset, const RerankOptions& rerank, PhotoReader& reader);

}  // namespace cli

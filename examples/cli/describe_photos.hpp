// SPDX-License-Identifier: MIT
/// @file
/// From photo files to a matrix of descriptors.
#pragma once

#include "options.hpp"
#include "rerank.hpp"

#include <vpr/core/rows.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/any_pipeline.hpp>
#include <vpr/model/any_two_stage.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace cli {

/// One descriptor a photo, in the photos' order.
struct Descriptors {
  std::vector<float> values;
  std::int64_t dimensions = 0;

  vpr::Rows rows() const { return {values.data(), static_cast<std::int64_t>(values.size()) / dimensions, dimensions}; }
};

/// The model that the options ask for, with its weights. For +vlad without a vocabulary, words are found in `photos`.
vpr::AnyPipeline load_model(const ModelOptions& options, const std::vector<vpr::Photo>& photos, vpr::Timing& timing);
/// The same with the local features that `rerank` asks for.
vpr::AnyTwoStage load_two_stage(const ModelOptions& options, const RerankOptions& rerank, const std::vector<vpr::Photo>& photos, vpr::Timing& timing);

/// @throws vpr::Error naming the photo that cannot be read.
std::vector<vpr::Image> read_photos(std::span<const vpr::Photo> photos);

/// Calls `use(batch)` for the photos in turn and shows progress.
void for_each_batch(std::span<const vpr::Photo> photos, std::int64_t batch, const std::string& stage, const std::function<void(std::span<const vpr::Photo>)>& use);

/// @throws vpr::Error naming the photo that cannot be read.
Descriptors describe_photos(const vpr::AnyPipeline& model, const std::vector<vpr::Photo>& photos, const ModelOptions& options, const std::string& stage,
                            vpr::Timing& timing);

}  // namespace cli

// SPDX-License-Identifier: MIT
/// @file
/// From photo files to a matrix of descriptors.
#pragma once

#include "options.hpp"
#include "rerank.hpp"

#include <vpr/dataset/photo.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/image/image.hpp>
#include <vpr/index/pca.hpp>
#include <vpr/model/any_pipeline.hpp>
#include <vpr/model/any_two_stage.hpp>
#include <vpr/model/descriptors.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cli {

/// What is done to descriptors before they are compared: nothing, or a PCA.
class Projection {
 public:
  explicit Projection(const ModelOptions& options);

  /// How many numbers are left of so many.
  std::int64_t dimensions(std::int64_t before) const;
  vpr::Descriptors operator()(vpr::Descriptors descriptors) const;

 private:
  std::optional<vpr::Pca> pca_;
};

/// The model that the options ask for, with its weights. For +vlad without a vocabulary, words are found in `photos`.
vpr::AnyPipeline load_model(const ModelOptions& options, const std::vector<vpr::Photo>& photos, vpr::Timing& timing);
/// The same with the local features that `rerank` asks for.
vpr::AnyTwoStage load_two_stage(const ModelOptions& options, const RerankOptions& rerank, const std::vector<vpr::Photo>& photos,
                                vpr::Timing& timing);

/// @throws vpr::Error naming the photo that cannot be read.
std::vector<vpr::Image> read_photos(std::span<const vpr::Photo> photos);

/// Photos described together: the batch that was asked for, in whole blocks of those that belong together.
std::int64_t batch_size(const ModelOptions& options, std::int64_t block);

/// Calls `use(batch)` for the photos in turn and shows progress.
void for_each_batch(std::span<const vpr::Photo> photos, std::int64_t batch, const std::string& stage,
                    const std::function<void(std::span<const vpr::Photo>)>& use);

/// One descriptor a photo, projected.
/// @throws vpr::Error naming the photo that cannot be read.
vpr::Descriptors describe_photos(const vpr::AnyPipeline& model, const std::vector<vpr::Photo>& photos, const ModelOptions& options,
                                 const std::string& stage, vpr::Timing& timing);

}  // namespace cli

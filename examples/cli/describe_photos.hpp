// SPDX-License-Identifier: MIT
/// @file
/// From photo files to a matrix of descriptors.
#pragma once

#include "options.hpp"
#include "photo_reader.hpp"
#include "rerank.hpp"

#include <vpr/dataset/photo.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/index/pca.hpp>
#include <vpr/model/descriptors.hpp>
#include <vpr/model/loaded_model.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cli {

/// What is done to descriptors before they are compared: nothing, or a PCA.
class Projection {
 public:
  /// @param of          what the descriptors are made by
  /// @param dimensions  of them
  /// @throws vpr::ConfigError  for a PCA that was fitted to others, which names the difference
  Projection(const ModelOptions& options, const vpr::ModelRecord& of, std::int64_t dimensions);

  /// Whether descriptors are left as they are.
  bool is_none() const { return !pca_; }
  /// How many numbers are left of a descriptor.
  std::int64_t dimensions() const { return dimensions_; }
  vpr::Descriptors operator()(vpr::Descriptors descriptors) const;
  /// What projected descriptors are made by.
  const vpr::ModelRecord& record() const { return record_; }

 private:
  std::optional<vpr::Pca> pca_;
  vpr::ModelRecord record_;
  std::int64_t dimensions_;
};

/// Descriptors, and the indices of the photos that they are of: all that could be read.
struct Described {
  vpr::Descriptors descriptors;
  std::vector<std::size_t> photos;
};

/// The model that the options ask for, with its weights, and what is done to its descriptors.
class Describer {
 public:
  /// @param photos  for +vlad without a vocabulary, words are found in them
  /// @param of      what they are, such as "database"
  /// @param local   the local features that photos are described by as well; nothing: none
  Describer(const ModelOptions& options, const std::vector<vpr::Photo>& photos, const std::string& of, vpr::Timing& timing,
            PhotoReader& reader, const std::optional<LocalOptions>& local = std::nullopt);

  using Use = std::function<void(const vpr::Descriptors&, std::span<const vpr::LocalFeatures>, std::span<const std::size_t> indices)>;

  /// Calls `use` with the descriptors of a batch of readable photos at a time, their local features, and the photos' indices. @return the indices of
  /// all
  std::vector<std::size_t> for_each_batch(const std::vector<vpr::Photo>& photos, const std::string& of, const Use& use) const;
  /// One descriptor a readable photo. @throws vpr::FormatError where none is
  Described operator()(const std::vector<vpr::Photo>& photos, const std::string& of) const;
  /// What the descriptors are made by.
  const vpr::ModelRecord& record() const { return projection_.record(); }
  std::int64_t dimensions() const { return projection_.dimensions(); }
  const vpr::LoadedModel& model() const { return model_; }
  /// Whether descriptors are signs.
  bool is_binary() const { return projection_.is_none() && model_.pipeline().aggregator.is_binary(); }

 private:
  const ModelOptions& options_;
  vpr::Timing& timing_;
  PhotoReader& reader_;
  bool local_;
  vpr::LoadedModel model_;
  Projection projection_;
};

/// The same model with these local features.
/// @param of  what `photos` are, such as "database"
vpr::LoadedModel load_two_stage(const ModelOptions& options, const LocalOptions& local, const std::vector<vpr::Photo>& photos,
                                const std::string& of, vpr::Timing& timing, PhotoReader& reader);

/// The local features of a photo, which is read again; none, of so many channels, where it is gone since it was described.
vpr::LocalFeatures local_features_of(const vpr::AnySystem<>& model, const vpr::Photo& photo, const std::string& of, std::int64_t channels,
                                     PhotoReader& reader);

/// How many numbers a model learned.
std::int64_t parameters_of(const vpr::LoadedModel& model);

/// Photos described together: the batch that was asked for, in whole blocks of those that belong together.
std::int64_t batch_size(const ModelOptions& options, std::int64_t block);

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "describe_photos.hpp"

#include "progress_bar.hpp"

#include <vpr/aggregator/vocabulary_file.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/image/read.hpp>
#include <vpr/model/named.hpp>

#include <algorithm>

namespace cli {
namespace {

vpr::Vocabulary find_words(const vpr::PatchFeatures& features, const std::vector<vpr::Photo>& photos, const ModelOptions& options) {
  if (!options.vocabulary.empty()) return vpr::load_vocabulary(options.vocabulary);
  const auto count = std::min<std::int64_t>(options.vocabulary_photos, static_cast<std::int64_t>(photos.size()));
  vpr::require<vpr::ConfigError>(count > 0, "+vlad: there are no photos to find words in; give --vocabulary");
  vpr::VocabularySettings settings;
  settings.kmeans.clusters = options.words;
  settings.kmeans.seed = options.seed;
  vpr::VocabularyBuilder builder(features.channels, settings);
  const vpr::Progress progress = progress_bar();
  for (std::int64_t i = 0; i < count; ++i) {
    const vpr::Photo& photo = photos[static_cast<std::size_t>(i * static_cast<std::int64_t>(photos.size()) / count)];
    const std::vector<float> tokens = features.of(vpr::read_image(photo.path));
    builder.add(vpr::Rows(tokens.data(), static_cast<std::int64_t>(tokens.size()) / features.channels, features.channels));
    if (progress) progress("vocabulary", i + 1, count);
  }
  vpr::Vocabulary words = builder.build(options.model + " block " + std::to_string(options.block) + " " + options.facet + ", " + std::to_string(count) + " photos");
  if (!options.save_vocabulary.empty()) vpr::save_vocabulary(options.save_vocabulary, words);
  return words;
}

}  // namespace

vpr::AnyPipeline load_model(const ModelOptions& options, const std::vector<vpr::Photo>& photos, vpr::Timing& timing) {
  if (options.threads > 0) vpr::set_thread_count(options.threads);
  vpr::ModelRequest request;
  request.name = options.model;
  request.weights = options.weights;
  request.size = options.image_size();
  request.preprocess = options.preprocess;
  request.tap = options.tap();
  request.positions = options.positions();
  request.vocabulary = [&](const vpr::PatchFeatures& features) { return find_words(features, photos, options); };
  return timing.measure("load the model", 0, [&] { return vpr::load_model(request); });
}

Descriptors describe_photos(const vpr::AnyPipeline& model, const std::vector<vpr::Photo>& photos, const ModelOptions& options, const std::string& stage,
                            vpr::Timing& timing) {
  const vpr::Progress progress = progress_bar();
  const auto total = static_cast<std::int64_t>(photos.size());
  return timing.measure("describe " + stage, total, [&] {
    Descriptors descriptors{{}, model.dimensions()};
    descriptors.values.reserve(photos.size() * static_cast<std::size_t>(model.dimensions()));
    for (std::int64_t begin = 0; begin < total; begin += options.batch) {
      std::vector<vpr::Image> images(static_cast<std::size_t>(std::min(options.batch, total - begin)));
      vpr::parallel_for(static_cast<std::int64_t>(images.size()),
                        [&](std::int64_t i) { images[static_cast<std::size_t>(i)] = vpr::read_image(photos[static_cast<std::size_t>(begin + i)].path); });
      const std::vector<float> rows = model.describe(std::vector<vpr::ImageView>(images.begin(), images.end()));
      descriptors.values.insert(descriptors.values.end(), rows.begin(), rows.end());
      if (progress) progress(stage, begin + static_cast<std::int64_t>(images.size()), total);
    }
    return descriptors;
  });
}

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "describe_photos.hpp"

#include "progress_bar.hpp"

#include <vpr/aggregator/vocabulary_file.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/image/read.hpp>
#include <vpr/index/pca_file.hpp>
#include <vpr/model/named.hpp>

#include <algorithm>

namespace cli {
namespace {

vpr::Vocabulary find_words(const vpr::PatchFeatures& features, const std::vector<vpr::Photo>& photos, const ModelOptions& options) {
  if (!options.vocabulary.empty()) return vpr::load_vocabulary(options.vocabulary);
  const auto count = std::min<std::int64_t>(options.vocabulary_photos, static_cast<std::int64_t>(photos.size()));
  VPR_REQUIRE(vpr::ConfigError, count > 0, "+vlad: there are no photos to find words in; give --vocabulary");
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
  vpr::Vocabulary words = builder.build(options.model + " block " + std::to_string(options.block) + " " + options.facet + ", " +
                                        std::to_string(count) + " photos");
  if (!options.save_vocabulary.empty()) vpr::save_vocabulary(options.save_vocabulary, words);
  return words;
}

/// The request that the options make, and the photos that it refers to.
struct Request {
  vpr::ModelRequest model;
  std::vector<vpr::Image> companions;

  Request(const ModelOptions& options, const std::vector<vpr::Photo>& photos) {
    if (options.threads > 0) vpr::set_thread_count(options.threads);
    model.name = options.model;
    model.weights = options.weights;
    model.size = options.image_size();
    model.preprocess = options.preprocess;
    if (options.block >= 0) model.tap = options.tap();
    model.positions = options.positions();
    model.vocabulary = [&](const vpr::PatchFeatures& features) { return find_words(features, photos, options); };
    model.block = options.company_block();
    if (const std::string list = options.companions(); !list.empty()) {
      companions = read_photos(vpr::read_photos(list));
      model.companions.assign(companions.begin(), companions.end());
    }
  }
};

}  // namespace

Projection::Projection(const ModelOptions& options) {
  if (!options.pca.empty()) pca_.emplace(vpr::load_pca(options.pca));
}

std::int64_t Projection::dimensions(std::int64_t before) const { return pca_ ? pca_->output_dim() : before; }

vpr::Descriptors Projection::operator()(vpr::Descriptors descriptors) const {
  if (!pca_) return descriptors;
  const vpr::Matrix<float> projected = (*pca_)(descriptors.rows());
  return {{projected.data(), projected.data() + projected.size()}, projected.cols(), std::move(descriptors.record)};
}

vpr::AnyPipeline load_model(const ModelOptions& options, const std::vector<vpr::Photo>& photos, vpr::Timing& timing) {
  return timing.measure("load the model", 0, [&] { return vpr::load_model(Request(options, photos).model); });
}

vpr::AnyTwoStage load_two_stage(const ModelOptions& options, const RerankOptions& rerank, const std::vector<vpr::Photo>& photos,
                                vpr::Timing& timing) {
  return timing.measure("load the model", 0, [&] {
    Request request(options, photos);
    if (!rerank.local.empty()) request.model.local = rerank.local == "head" ? vpr::LocalKind::head : vpr::LocalKind::patches;
    request.model.local_tap = rerank.tap();
    return vpr::load_two_stage(request.model);
  });
}

std::vector<vpr::Image> read_photos(std::span<const vpr::Photo> photos) {
  std::vector<vpr::Image> images(photos.size());
  vpr::parallel_for(static_cast<std::int64_t>(images.size()), [&](std::int64_t i) {
    images[static_cast<std::size_t>(i)] = vpr::read_image(photos[static_cast<std::size_t>(i)].path);
  });
  return images;
}

void for_each_batch(std::span<const vpr::Photo> photos, std::int64_t batch, const std::string& stage,
                    const std::function<void(std::span<const vpr::Photo>)>& use) {
  const vpr::Progress progress = progress_bar();
  for (std::size_t begin = 0; begin < photos.size();) {
    const std::size_t count = std::min(static_cast<std::size_t>(batch), photos.size() - begin);
    use(photos.subspan(begin, count));
    begin += count;
    if (progress) progress(stage, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(photos.size()));
  }
}

std::int64_t batch_size(const ModelOptions& options, std::int64_t block) { return (options.batch + block - 1) / block * block; }

vpr::Descriptors describe_photos(const vpr::AnyPipeline& model, const std::vector<vpr::Photo>& photos, const ModelOptions& options,
                                 const std::string& stage, vpr::Timing& timing) {
  return timing.measure("describe " + stage, static_cast<std::int64_t>(photos.size()), [&] {
    const Projection projection(options);
    vpr::Descriptors descriptors{{}, projection.dimensions(model.dimensions()), model.record()};
    descriptors.values.reserve(photos.size() * static_cast<std::size_t>(descriptors.dimensions));
    for_each_batch(photos, batch_size(options, model.block()), stage, [&](std::span<const vpr::Photo> batch) {
      const std::vector<vpr::Image> images = read_photos(batch);
      const vpr::Descriptors part =
          projection({model.describe(std::vector<vpr::ImageView>(images.begin(), images.end())), model.dimensions(), model.record()});
      descriptors.values.insert(descriptors.values.end(), part.values.begin(), part.values.end());
    });
    return descriptors;
  });
}

}  // namespace cli

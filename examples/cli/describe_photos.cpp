// SPDX-License-Identifier: MIT
#include "describe_photos.hpp"

#include "file_hash.hpp"
#include "load_models.hpp"
#include "progress_bar.hpp"

#include <vpr/aggregator/vocabulary_file.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/index/pca_file.hpp>

#include <algorithm>
#include <iostream>
#include <limits>
#include <string_view>
#include <utility>

namespace cli {
namespace {

void note(const std::string& sentence) { std::cerr << "vpr: " << vpr::printable(sentence) << '\n'; }

/// One hash of photos in their order.
std::string hash_of_pixels(const std::vector<vpr::Image>& photos) {
  std::string hashes;
  for (const vpr::Image& photo : photos)
    hashes += hash_of(std::as_bytes(std::span(photo.row(0), static_cast<std::size_t>(photo.height() * photo.width() * 3))));
  return hash_of(std::as_bytes(std::span(hashes)));
}

/// The request that the options make, the photos that it refers to, and what its record needs beside what the library knows.
class Request {
 public:
  vpr::ModelRequest model;

  /// @param of  what `photos` are
  Request(const ModelOptions& options, const std::vector<vpr::Photo>& photos, std::string of, PhotoReader& reader)
      : options_(options), photos_(photos), of_(std::move(of)), reader_(reader) {
    if (options.threads > 0) vpr::set_thread_count(options.threads);
    model.name = options.model;
    model.weights = options.weights;
    model.weights_root = options.weights_root;
    model.strict = !options.lenient;
    model.size = options.image_size();
    model.preprocess = options.preprocess;
    model.tap = options.tap();
    model.positions = options.positions();
    model.tokens = options.tokens;
    model.precision = options.precisions();
    model.save_weights = options.save_weights;
    model.vocabulary = [this](const vpr::PatchFeatures& features) { return words(features); };
    model.on_message = note;
    block_ = options.context_block();  // before anything is read: a wrong option is refused at once
    const std::string list = options.context_list();
    calibration_ = options.calibrate.empty() ? std::vector<vpr::Image>()
                                             : read_some("--calibrate", options.calibrate, most_calibrated_on, "calibration");
    model.calibration.assign(calibration_.begin(), calibration_.end());
    weights_hash_ = options.weights.empty() || vpr::seed_of(options.weights) ? "not hashed" : hash_of_file(options.weights);
    if (!list.empty()) {
      context_photos_ = read_some("--batch-context", list, std::numeric_limits<std::int32_t>::max(), "batch context");
    }
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Chooses a loaded model's batch context, and adds to its record what the library cannot know.
  void complete(vpr::LoadedModel& loaded) const {
    using BatchContext = vpr::BatchContext<vpr::AnySystem<>::X>;
    if (block_ > 0) loaded.describe_in(BatchContext::blocks(block_));
    if (!context_photos_.empty()) {
      const std::vector<vpr::ImageView> photos(context_photos_.begin(), context_photos_.end());
      loaded.describe_in(BatchContext::with(vpr::context_regions(loaded.pipeline(), photos)));
    }
    complete(loaded.record);
  }
  void complete(vpr::ModelRecord& record) const {
    record.weights_hash = weights_hash_;
    if (!words_hash_.empty()) record.vocabulary = words_hash_;
    if (!calibration_.empty()) record.calibration += ", " + hash_of_pixels(calibration_);
    record.upright = options_.photos.upright ? "yes" : "no";
    record.accept_damaged = options_.photos.accept_damaged ? "yes" : "no";
  }

  /// Refuses options for words where the model asked for none.
  void require_words_used() const {
    if (!words_hash_.empty()) return;
    refuse({{"--vocabulary", !options_.vocabulary.empty()}}, "is for +vlad and anyloc");
    refuse({{"--save-vocabulary", !options_.save_vocabulary.empty()},
            {"--words", options_.words.has_value()},
            {"--vocabulary-photos", options_.vocabulary_photos.has_value()},
            {"--seed", options_.seed.has_value()}},
           "is of words that are found in photos, for +vlad and anyloc");
  }

 private:
  /// Of the photos of a list those that can be read, of at most `most` evenly spread.
  std::vector<vpr::Image> read_some(std::string_view option, const std::string& list, std::int64_t most, const std::string& of) {
    std::vector<vpr::Photo> photos = vpr::read_photos(list);
    const std::int64_t all = std::ssize(photos), count = std::min(most, all);
    for (std::int64_t i = 0; i < count; ++i) photos[static_cast<std::size_t>(i)] = photos[static_cast<std::size_t>(i * all / count)];
    photos.resize(static_cast<std::size_t>(count));
    std::vector<vpr::Image> images;
    for (std::optional<vpr::Image>& image : reader_.read(photos, of)) {
      if (image) images.push_back(std::move(*image));
    }
    VPR_REQUIRE(vpr::FormatError, !images.empty(), option, ": none of the photos of ", list,
                " can be read; the first: ", reader_.left_out().first_reason(of));
    return images;
  }

  vpr::Vocabulary words(const vpr::PatchFeatures& features) {
    vpr::ModelRecord record = features.record;
    complete(record);
    vpr::Vocabulary found =
        options_.vocabulary.empty() ? find_words(features, record) : vpr::load_vocabulary(options_.vocabulary, features.channels);
    if (const auto of_words = vpr::record_in(found.provenance)) {
      vpr::require_same(record, *of_words, "features and the vocabulary " + options_.vocabulary,
                        {"size", "preprocess", "vocabulary", "pca", "batch_context", "upright", "accept_damaged"});
    } else {
      note(options_.vocabulary + " holds no record of what its words were found in: that they fit is not checked");
    }
    words_hash_ = hash_of(std::as_bytes(std::span(found.centres)));
    return found;
  }

  vpr::Vocabulary find_words(const vpr::PatchFeatures& features, const vpr::ModelRecord& record) {
    const auto count = std::min<std::int64_t>(options_.vocabulary_photos.value_or(80), std::ssize(photos_));
    VPR_REQUIRE(vpr::ConfigError, count > 0, "there are no photos to find VLAD's words in; give --vocabulary");
    vpr::VocabularySettings settings;
    settings.kmeans.clusters = options_.words.value_or(32);
    settings.kmeans.seed = options_.seed.value_or(0);
    vpr::VocabularyBuilder builder(features.channels, settings);
    const vpr::Progress progress = progress_bar();
    for (std::int64_t i = 0; i < count; ++i) {
      const vpr::Photo& photo = photos_[static_cast<std::size_t>(i * std::ssize(photos_) / count)];
      if (const std::optional<vpr::Image> image = reader_.read(std::span(&photo, 1), of_, features.input_size)[0]) {
        const std::vector<float> tokens = features.of(*image);
        builder.add(vpr::Rows(tokens.data(), std::ssize(tokens) / features.channels, features.channels));
      }
      if (progress) progress("vocabulary", i + 1, count);
    }
    vpr::Vocabulary found =
        builder.build(options_.model + " block " + record.block + " " + record.facet + ", " + std::to_string(count) + " photos");
    found.provenance.merge(vpr::metadata_of(record));
    if (!options_.save_vocabulary.empty()) vpr::save_vocabulary(options_.save_vocabulary, found);
    return found;
  }

  const ModelOptions& options_;
  const std::vector<vpr::Photo>& photos_;
  std::string of_;
  PhotoReader& reader_;
  std::vector<vpr::Image> context_photos_, calibration_;
  std::string weights_hash_, words_hash_;
  std::int64_t block_ = 0;  // of photos described together
};

vpr::LoadedModel load_one_stage(const ModelOptions& options, const std::vector<vpr::Photo>& photos, const std::string& of,
                                vpr::Timing& timing, PhotoReader& reader) {
  return timing.measure("load the model", 0, [&] {
    const Request request(options, photos, of, reader);
    vpr::LoadedModel model = load_model(request.model);
    request.require_words_used();
    request.complete(model);
    return model;
  });
}

}  // namespace

Projection::Projection(const ModelOptions& options, const vpr::ModelRecord& of, std::int64_t dimensions)
    : record_(of), dimensions_(dimensions) {
  if (options.pca.empty()) return;
  pca_.emplace(vpr::load_pca(options.pca));
  const vpr::WeightFile pca = vpr::read_safetensors(options.pca);
  if (const auto fitted = vpr::record_in(pca.metadata())) {
    vpr::require_same(of, *fitted, "descriptors and those that " + options.pca + " was fitted to", {"accept_damaged"});
  } else {
    note(options.pca + " holds no record of what it was fitted to: that it fits is not checked");
  }
  VPR_REQUIRE(vpr::ConfigError, pca_->input_dim() == dimensions, options.pca, ": it projects descriptors of ", pca_->input_dim(),
              " dimensions, those of ", of.model, " have ", dimensions, ": fit a PCA to these (vpr pca)");
  dimensions_ = pca_->output_dim();
  record_.pca = hash_of_file(options.pca);
}

vpr::Descriptors Projection::operator()(vpr::Descriptors descriptors) const {
  descriptors.record = record_;
  if (!pca_) return descriptors;
  const vpr::Matrix<float> projected = (*pca_)(descriptors.rows());
  return {{projected.data(), projected.data() + projected.size()}, projected.cols(), record_};
}

vpr::LoadedModel load_two_stage(const ModelOptions& options, const LocalOptions& local, const std::vector<vpr::Photo>& photos,
                                const std::string& of, vpr::Timing& timing, PhotoReader& reader) {
  return timing.measure("load the model", 0, [&] {
    Request request(options, photos, of, reader);
    if (!local.kind.empty()) request.model.local = local.kind == "head" ? vpr::LocalKind::head : vpr::LocalKind::patches;
    request.model.local_tap = local.tap();
    vpr::LoadedModel model = load_two_stage(request.model);
    request.require_words_used();
    request.complete(model);
    return model;
  });
}

vpr::LocalFeatures local_features_of(const vpr::AnySystem<>& model, const vpr::Photo& photo, const std::string& of, std::int64_t channels,
                                     PhotoReader& reader) {
  const auto check = [&](vpr::ImageSize size) { model.pipeline.input_size(size); };
  const std::vector<std::optional<vpr::Image>> image = reader.read(std::span(&photo, 1), of, check);
  if (!image[0]) return {.grid = {0, 0}, .channels = channels};
  const vpr::ImageView view = *image[0];
  return model.describe_both(std::span(&view, 1)).local[0];
}

std::int64_t batch_size(const ModelOptions& options, std::int64_t block) { return (options.batch + block - 1) / block * block; }

std::int64_t parameters_of(const vpr::LoadedModel& model) {
  std::int64_t count = 0;
  vpr::visit_const(model.system, [&](const std::string&, const auto& parameter) { count += parameter.shape().elements(); });
  return count;
}

Describer::Describer(const ModelOptions& options, const std::vector<vpr::Photo>& photos, const std::string& of, vpr::Timing& timing,
                     PhotoReader& reader, const std::optional<LocalOptions>& local)
    : options_(options),
      timing_(timing),
      reader_(reader),
      local_(local.has_value()),
      model_(local ? load_two_stage(options, *local, photos, of, timing, reader) : load_one_stage(options, photos, of, timing, reader)),
      projection_(options, model_.record, model_.pipeline().dimensions()) {}

std::vector<std::size_t> Describer::for_each_batch(const std::vector<vpr::Photo>& photos, const std::string& of, const Use& use) const {
  const vpr::AnyPipeline<>& pipeline = model_.pipeline();
  const auto check = [&](vpr::ImageSize size) { pipeline.input_size(size); };
  return reader_.for_each_batch(photos, batch_size(options_, pipeline.block()), of, check, [&](const auto& batch, auto indices) {
    vpr::TwoStageDescription described;
    const vpr::Descriptors descriptors = timing_.measure("describe " + of, std::ssize(batch), [&] {
      if (local_) {
        described = model_.system.describe_both(batch);
      } else {
        described.descriptors = pipeline.describe(batch);
      }
      return projection_({std::move(described.descriptors), pipeline.dimensions(), {}});
    });
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const std::string what = vpr::text_of(photos[indices[i]].path.string(), " by ", model_.record.weights, ": descriptor");
      vpr::require_finite(descriptors.rows().slice(static_cast<std::int64_t>(i), 1), descriptors.dimensions, what.c_str());
    }
    use(descriptors, described.local, indices);
  });
}

Described Describer::operator()(const std::vector<vpr::Photo>& photos, const std::string& of) const {
  Described described{{{}, dimensions(), record()}, {}};
  std::vector<float>& values = described.descriptors.values;
  described.photos = for_each_batch(
      photos, of, [&](const vpr::Descriptors& part, auto, auto) { values.insert(values.end(), part.values.begin(), part.values.end()); });
  reader_.require_some(described.photos, photos.size(), of);
  return described;
}

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "loop_frames.hpp"

#include "decision.hpp"
#include "describe_photos.hpp"
#include "known_database.hpp"

#ifdef VPR_WITH_MAP
#include "map_model.hpp"

#include <vpr/map/place_map.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>

namespace cli {
namespace {

#ifdef VPR_WITH_MAP
/// What compares the local features that a map keeps: mutual nearest neighbours, or what its model has in their place.
/// @param given  of which the weights may be named
vpr::AnyMatcher<> matcher_of(const vpr::MapSnapshot& map, const std::string& path, const std::optional<MapLocal>& local,
                             const ModelOptions& given, PhotoReader& reader) {
  const vpr::AnyMatcher<> nearest = vpr::MutualNearest<>();
  if (!local || local->score_name == nearest.score_name()) {
    refuse({{"--weights", !given.weights.empty()}}, "is of a model, which " + path + "'s local features are compared without");
    return nearest;
  }
  vpr::Timing timing;
  return load_two_stage(model_of(map, path, given), local->options, {}, "frames", timing, reader).system.matcher;
}

/// The local features that a map keeps.
FrameFeatures features_in(const vpr::MapSnapshot& map, const std::vector<std::int64_t>& ids, const std::string& path,
                          const RerankOptions& rerank, const ModelOptions& given, PhotoReader& reader) {
  RerankOptions as_they_are;
  as_they_are.first = rerank.first;
  VPR_REQUIRE(vpr::ConfigError, rerank == as_they_are, path,
              ": a map's local features are compared as it keeps them: leave out --local and the options that begin with it");
  for (const std::int64_t id : ids)
    VPR_REQUIRE(vpr::ConfigError, map.stored_features(id).has_value(), path, ": place ", id,
                " has no local features, which --rerank compares: give the photos in place of the map");
  const std::optional<MapLocal> local = local_of(map, path);
  return {[map, ids](std::int64_t frame) { return map.features(ids[static_cast<std::size_t>(frame)]); },
          matcher_of(map, path, local, given, reader), local ? local->name : "those of the map"};
}

Frames frames_of_map(const std::string& path, const std::vector<std::string>& sessions, const RerankOptions& rerank,
                     const ModelOptions& given, PhotoReader& reader) {
  const vpr::MapSnapshot map = vpr::PlaceMap::open(path).snapshot();
  // Signs at unit length, so that scores are cosines.
  const auto scale = static_cast<float>(map.precision() == vpr::MapPrecision::binary ? 1 / std::sqrt(static_cast<double>(map.dim())) : 1);
  std::vector<std::string> wanted;
  for (const std::string& session : sessions) wanted.push_back(session_of(map.sessions(), session, path));
  Frames frames{.names = {}, .ids = {}, .descriptors = {{}, map.dim(), map.record()}};
  map.each([&](vpr::Place place) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), place.session) == wanted.end()) return;
    for (const float value : map.descriptor(place.id)) frames.descriptors.values.push_back(scale * value);
    frames.ids.push_back(place.id);
    frames.names.push_back(std::move(place.name));
  });
  frames.rule = rule_in(map, path);
  if (rerank.first > 0) frames.local = features_in(map, frames.ids, path, rerank, given, reader);
  return frames;
}
#endif

Frames frames_of_matrix(const std::string& path) {
  KnownMatrix matrix = read_matrix(path);
  Frames frames{.names = {}, .ids = {}, .descriptors = std::move(matrix.descriptors)};
  for (vpr::Photo& photo : matrix.photos) frames.names.push_back(std::move(photo.name));
  return frames;
}

/// SALAD as a preset's system uses it, as far as nothing else is asked for; another model is used as it is everywhere.
ModelOptions with_preset(ModelOptions model, const std::string& preset) {
  if (preset.empty() || (!model.model.empty() && model.model != "salad")) return model;
  model.model = "salad";
  if (model.size.empty()) model.size = preset == "vggt-slam" ? "224x224" : "336x336";
  if (model.preprocess.empty()) model.preprocess = "resize-8-bit-then-normalise";
  return model;
}

/// Photos, of which frames are described again.
struct TwoStageFrames {
  std::vector<vpr::Photo> photos;
  vpr::LoadedModel model;
  std::vector<std::size_t> used = {};  // photos, of each frame
  std::int64_t channels = 0;           // of the features that were computed last
};

Frames frames_in_two_stages(std::vector<vpr::Photo> photos, const ModelOptions& options, const RerankOptions& rerank, PhotoReader& reader) {
  rerank.require_store();
  vpr::Timing timing;
  vpr::LoadedModel loaded = load_two_stage(options, rerank.local, photos, "photos", timing, reader);
  const auto all = std::make_shared<TwoStageFrames>(TwoStageFrames{std::move(photos), std::move(loaded)});
  const vpr::AnySystem<>& system = all->model.system;
  const auto store = std::make_shared<LocalStore>(make_store(rerank, std::ssize(all->photos), [all, &reader](std::int64_t frame) {
    const vpr::Photo& photo = all->photos[all->used[static_cast<std::size_t>(frame)]];
    vpr::LocalFeatures features = local_features_of(all->model.system, photo, "photos", all->channels, reader);
    all->channels = features.channels;
    return features;
  }));
  const Projection projection(options, all->model.record, system.dimensions());
  Frames frames{.names = {}, .ids = {}, .descriptors = {{}, projection.dimensions(), projection.record()}};
  const auto check = [&](vpr::ImageSize size) { system.pipeline.input_size(size); };
  all->used =
      reader.for_each_batch(all->photos, batch_size(options, system.pipeline.block()), "photos", check, [&](const auto& some, auto) {
        vpr::TwoStageDescription described =
            rerank.store == "none" ? vpr::TwoStageDescription{system.describe(some), {}} : system.describe_both(some);
        const vpr::Descriptors part = projection({std::move(described.descriptors), system.dimensions(), {}});
        frames.descriptors.values.insert(frames.descriptors.values.end(), part.values.begin(), part.values.end());
        for (const vpr::LocalFeatures& features : described.local) add_to(*store, features);
      });
  reader.require_some(all->used, all->photos.size(), "photos");
  for (const std::size_t i : all->used) frames.names.push_back(all->photos[i].name);
  frames.local = {[store](std::int64_t frame) { return std::visit([&](const auto& kept) { return kept.features(frame); }, *store); },
                  system.matcher, all->model.local};
  return frames;
}

Frames frames_of_photos(const std::vector<std::string>& sources, const ModelOptions& model, const RerankOptions& rerank,
                        PhotoReader& reader) {
  VPR_REQUIRE(vpr::ConfigError, model.has_model(),
              "photos are described first: give --model and --weights (a preset brings its model), or a map, or a .npy file that `vpr "
              "describe` wrote");
  std::vector<vpr::Photo> photos = reader.find(sources);
  if (rerank.first > 0) return frames_in_two_stages(std::move(photos), model, rerank, reader);
  vpr::Timing timing;
  const Describer describe(model, photos, "photos", timing, reader);
  Described described = describe(photos, "photos");
  Frames frames{.names = {}, .ids = {}, .descriptors = std::move(described.descriptors)};
  for (const std::size_t i : described.photos) frames.names.push_back(photos[i].name);
  return frames;
}

}  // namespace

Frames read_frames(const std::vector<std::string>& sources, const std::vector<std::string>& sessions, const ModelOptions& model,
                   const std::string& preset, const RerankOptions& rerank, PhotoReader& reader) {
  std::error_code ignored;
  const bool file = sources.size() == 1 && std::filesystem::is_regular_file(sources[0], ignored), map = file && is_map(sources[0]);
  const bool matrix = file && std::filesystem::path(sources[0]).extension() == ".npy";
  VPR_REQUIRE(vpr::ConfigError, map || sessions.empty(), "--session is of a map's places");
  ModelOptions decides = model;
  if (map && rerank.first > 0) decides.weights.clear();  // a learned matcher may need them
  VPR_REQUIRE(vpr::ConfigError, !(map || matrix) || !decides.decides_descriptors(), sources[0],
              ": holds descriptors already: leave out --model and the options that go with it");
  if (map) {
#ifdef VPR_WITH_MAP
    return frames_of_map(sources[0], sessions, rerank, model, reader);
#else
    refuse_map(sources[0]);
#endif
  }
  if (matrix) {
    VPR_REQUIRE(vpr::ConfigError, rerank.first == 0, "--rerank compares photos: give them in place of their descriptors");
    return frames_of_matrix(sources[0]);
  }
  return frames_of_photos(sources, with_preset(model, preset), rerank, reader);
}

}  // namespace cli

// SPDX-License-Identifier: MIT
#include "loop_frames.hpp"

#include "decision.hpp"
#include "describe_photos.hpp"
#include "known_database.hpp"

#ifdef VPR_WITH_MAP
#include <vpr/map/place_map.hpp>
#endif

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace cli {
namespace {

#ifdef VPR_WITH_MAP
Frames frames_of_map(const std::string& path, const std::vector<std::string>& sessions) {
  const vpr::MapSnapshot map = vpr::PlaceMap::open(path).snapshot();
  VPR_REQUIRE(vpr::ConfigError, map.precision() != vpr::MapPrecision::binary, path,
              ": keeps the signs of descriptors only, which loops are not found by");
  for (const std::string& session : sessions) require_session(map.sessions(), session, path);
  Frames frames{.names = {}, .ids = {}, .descriptors = {{}, map.dim(), map.record()}, .rule = {}};
  map.each([&](vpr::Place place) {
    if (!sessions.empty() && std::find(sessions.begin(), sessions.end(), place.session) == sessions.end()) return;
    const std::vector<float> row = map.descriptor(place.id);
    frames.descriptors.values.insert(frames.descriptors.values.end(), row.begin(), row.end());
    frames.ids.push_back(place.id);
    frames.names.push_back(std::move(place.name));
  });
  frames.rule = rule_in(map, path);
  return frames;
}
#endif

Frames frames_of_matrix(const std::string& path) {
  KnownMatrix matrix = read_matrix(path);
  Frames frames{.names = {}, .ids = {}, .descriptors = std::move(matrix.descriptors), .rule = {}};
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

Frames frames_of_photos(const std::vector<std::string>& sources, const ModelOptions& model, PhotoReader& reader) {
  VPR_REQUIRE(vpr::ConfigError, !model.model.empty() && !model.weights.empty(),
              "photos are described first: give --model and --weights (a preset brings its model), or a map, or a .npy file that `vpr "
              "describe` wrote");
  const std::vector<vpr::Photo> photos = reader.find(sources);
  vpr::Timing timing;
  const Describer describe(model, photos, "photos", timing, reader);
  Described described = describe(photos, "photos");
  Frames frames{.names = {}, .ids = {}, .descriptors = std::move(described.descriptors), .rule = {}};
  for (const std::size_t i : described.photos) frames.names.push_back(photos[i].name);
  return frames;
}

}  // namespace

Frames read_frames(const std::vector<std::string>& sources, const std::vector<std::string>& sessions, const ModelOptions& model,
                   const std::string& preset, PhotoReader& reader) {
  std::error_code ignored;
  const bool file = sources.size() == 1 && std::filesystem::is_regular_file(sources[0], ignored), map = file && is_map(sources[0]);
  const bool matrix = file && std::filesystem::path(sources[0]).extension() == ".npy";
  VPR_REQUIRE(vpr::ConfigError, map || sessions.empty(), "--session is of a map's places");
  VPR_REQUIRE(vpr::ConfigError, !(map || matrix) || !model.decides_descriptors(), sources[0],
              ": holds descriptors already: leave out --model and the options that go with it");
  if (map) {
#ifdef VPR_WITH_MAP
    return frames_of_map(sources[0], sessions);
#else
    refuse_map(sources[0]);
#endif
  }
  if (matrix) return frames_of_matrix(sources[0]);
  return frames_of_photos(sources, with_preset(model, preset), reader);
}

}  // namespace cli

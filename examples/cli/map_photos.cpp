// SPDX-License-Identifier: MIT
#include "map_photos.hpp"

#ifdef VPR_WITH_MAP
#include "describe_photos.hpp"
#include "load_models.hpp"
#include "map_model.hpp"
#include "memory_file.hpp"
#include "outputs.hpp"

#include <vpr/dataset/position_unit.hpp>
#include <vpr/map/place_map.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cli {
namespace {

struct AddOptions {
  std::string map, session, positions = "automatic";
  std::string descriptors;  // how a new map keeps them; empty: see `precision_of`
  ModelOptions model;
  LocalOptions local;  // of a new map; no kind: none
  std::vector<std::string> sources;
};

/// The local features that photos of a map are described by, where it keeps any.
std::optional<LocalOptions> options_of(const std::optional<MapLocal>& local) {
  return local ? std::optional(local->options) : std::nullopt;
}

std::vector<vpr::Photo> find_photos(const AddOptions& options, PhotoReader& reader) {
  std::vector<vpr::Photo> photos = reader.find(options.sources);
  const vpr::PositionUnit declared = vpr::position_unit(options.positions);
  require_positions(declared, vpr::settle_positions(declared, photos).unit);
  return photos;
}

/// Those that are not among `known`, the names of a session's photos; a photo that is listed twice once.
/// @throws vpr::ConfigError  for two photos of one name
std::vector<vpr::Photo> without(std::unordered_map<std::string, std::filesystem::path> known, std::vector<vpr::Photo> photos) {
  std::vector<vpr::Photo> left;
  for (vpr::Photo& photo : photos) {
    const auto [at, fresh] = known.emplace(photo.name, photo.path);
    const std::filesystem::path& other = at->second;
    VPR_REQUIRE(vpr::ConfigError, fresh || other.empty() || other == photo.path, other.string(), " and ", photo.path.string(),
                " would both be called ", photo.name,
                ", by which the photos of a session are identified: add them to two sessions (--session)");
    if (fresh) left.push_back(std::move(photo));
  }
  return left;
}

std::unordered_map<std::string, std::filesystem::path> names_in(const vpr::MapSnapshot& map, const std::string& session) {
  std::unordered_map<std::string, std::filesystem::path> names;
  map.each([&](vpr::Place place) {
    if (place.session == session) names.emplace(std::move(place.name), std::filesystem::path());
  });
  return names;
}

/// How a new map keeps its descriptors: as asked for; by default as they are, bits as bits.
/// @throws vpr::ConfigError  where bits are to be kept as numbers, of which equal distances would be rounded apart
vpr::MapPrecision precision_of(const AddOptions& options, const Describer& describe) {
  if (options.descriptors.empty()) return describe.is_binary() ? vpr::MapPrecision::binary : vpr::MapPrecision::float32;
  const vpr::MapPrecision precision = vpr::map_precision(options.descriptors);
  refuse({{"--descriptors", describe.is_binary() && precision != vpr::MapPrecision::binary}},
         options.descriptors + " is of numbers, and the descriptors of " + describe.record().model + " are bits: leave it out");
  return precision;
}

/// Adds photos, a commit a batch; warns where codes of signs are all the same.
/// @param map     gives the map, once a batch is described
/// @param binary  whether it keeps codes
/// @return the indices of those that could be read
std::vector<std::size_t> add_to(const std::function<vpr::PlaceMap&()>& map, bool binary, const std::string& session,
                                const std::vector<vpr::Photo>& photos, const Describer& describe, vpr::LocalPrecision precision) {
  bool one_sign = binary;
  const std::vector<std::size_t> added =
      describe.for_each_batch(photos, "photos", [&](const vpr::Descriptors& descriptors, auto local, auto indices) {
        one_sign = one_sign && std::all_of(descriptors.values.begin(), descriptors.values.end(), [](float value) { return value > 0; });
        std::vector<vpr::Place> places;
        for (const std::size_t i : indices) places.push_back({.name = photos[i].name, .session = session, .position = photos[i].position});
        map().add(places, descriptors.rows(), local, precision);
      });
  if (one_sign && !added.empty())
    std::cerr << "vpr: all values of these descriptors are above 0, as GeM's are, so their binary codes are all equal: no place is found "
                 "by them\n";
  return added;
}

/// Makes the map, in place of a file that may be overwritten.
vpr::PlaceMap new_map(const AddOptions& options, vpr::MapPrecision precision, const Describer& describe) {
  const std::string path = vpr::detail::link_target(options.map);
  std::error_code ignored;                                // PlaceMap says why there is a file still
  if (std::filesystem::is_regular_file(path, ignored)) {  // as was checked
    std::filesystem::remove(path, ignored);
    std::filesystem::remove(path + "-lock", ignored);
  }
  return vpr::PlaceMap::build(path, {describe.dimensions(), precision, describe.record()}, [&](const auto& commit) {
    commit([&](auto& editor) {
      for (const auto& [name, content] : attachments_of(options.model)) editor.put_attachment(name, content);
      if (options.local.kind.empty()) return;
      const vpr::LoadedModel& model = describe.model();
      const auto [name, content] = attachment_of({options.local, model.local, std::string(model.system.matcher.score_name())});
      editor.put_attachment(name, content);
    });
  });
}

void create(AddOptions options) {
  refuse({{"--session", options.sources.empty() && !options.session.empty()},
          {"--positions", options.sources.empty() && options.positions != "automatic"}},
         "is of photos, and none are given");
  std::vector<std::string> inputs = options.model.inputs();
  inputs.insert(inputs.end(), options.sources.begin(), options.sources.end());
  check_outputs({options.map, options.model.save_vocabulary, options.model.save_weights}, inputs, options.model.force);
  PhotoReader reader(options.model.photos);
  const std::vector<vpr::Photo> photos = without({}, find_photos(options, reader));
  const bool finds_words = needs_vocabulary(options.model.model) && options.model.vocabulary.empty();
  if (finds_words && options.model.save_vocabulary.empty()) options.model.save_vocabulary = memory_file();
  vpr::Timing timing;
  options.local.precision = options.local.precision_name();  // that given by default is no other
  const Describer describe(options.model, photos, "photos", timing, reader,
                           options.local.kind.empty() ? std::nullopt : std::optional(options.local));
  const vpr::MapPrecision precision = precision_of(options, describe);
  std::optional<vpr::PlaceMap> made;
  const auto map = [&]() -> vpr::PlaceMap& {
    if (!made) made = new_map(options, precision, describe);
    return *made;
  };
  const std::vector<std::size_t> added =
      add_to(map, precision == vpr::MapPrecision::binary, options.session, photos, describe, options.local.kept_as());
  reader.require_some(added, photos.size(), "photos");
  map();
  std::cout << vpr::escaped(options.map) << ": " << added.size() << " places of " << describe.dimensions() << " dimensions\n";
  reader.left_out().finish();
}

void add(const AddOptions& options) {
  vpr::PlaceMap map = vpr::PlaceMap::open(options.map, vpr::MapAccess::write);
  ModelOptions model;
  vpr::ModelRecord record;
  std::optional<MapLocal> local;
  bool binary = false;
  std::vector<vpr::Photo> places;
  std::unordered_map<std::string, std::filesystem::path> known;
  {  // as long as a snapshot lives the file cannot reuse its room
    const vpr::MapSnapshot before = map.snapshot();
    model = model_of(before, options.map, options.model);
    record = before.record();
    local = local_of(before, options.map);
    binary = before.precision() == vpr::MapPrecision::binary;
    known = names_in(before, options.session);
    places = positioned_places(before, options.map);
  }
  PhotoReader reader(model.photos);
  const std::vector<vpr::Photo> all = find_photos(options, reader), photos = without(std::move(known), all);
  require_comparable_positions(std::move(places), photos);
  const std::size_t skipped = all.size() - photos.size();
  std::vector<std::size_t> added;
  if (!photos.empty()) {
    vpr::Timing timing;
    const Describer describe(model, photos, "photos", timing, reader, options_of(local));
    vpr::require_same(record, describe.record(), vpr::text_of("descriptors of ", options.map, " and of these photos"));
    added = add_to([&map]() -> vpr::PlaceMap& { return map; }, binary, options.session, photos, describe,
                   options_of(local).value_or(LocalOptions()).kept_as());
  }
  if (skipped == 0) reader.require_some(added, photos.size(), "photos");
  std::cout << vpr::escaped(options.map) << ": " << added.size() << " places added, " << skipped
            << " skipped that were there already, by session and name; " << map.size() << " places now\n";
  reader.left_out().finish();
}

/// What photos of a new or an old map are added by.
void add_photo_sources(CLI::App& command, AddOptions& options) {
  command.add_option("map", options.map, "the map, a file")->required()->check(file_name());
  command.add_option("--session", options.session, "the drive or run that the photos are of; default: none");
  command.add_option("--positions", options.positions, "what the positions of photos are, as in `vpr localize`")
      ->check(CLI::IsMember({"automatic", "metres", "degrees"}))
      ->capture_default_str();
}

}  // namespace

void add_map_model_options(CLI::App& command, ModelOptions& options) {
  command.add_option("--weights", options.weights, "the weights that the map was made with; default: where they were then");
  add_speed_options(command, options);
  add_photo_limits(command, options.photos);
}

std::vector<vpr::Photo> positioned_places(const vpr::MapSnapshot& map, const std::string& path) {
  std::vector<vpr::Photo> places;
  map.each([&](const vpr::Place& place) {
    if (place.position && place.position->unit != vpr::PositionUnit::automatic)
      places.push_back({{}, place.name + " in " + path, place.position, {}});
  });
  return places;
}

void require_comparable_positions(std::vector<vpr::Photo> a, std::vector<vpr::Photo> b) {
  const auto none = [](const std::vector<vpr::Photo>& photos) {
    return std::none_of(photos.begin(), photos.end(), [](const vpr::Photo& photo) { return photo.position.has_value(); });
  };
  if (!none(a) && !none(b)) vpr::settle_positions(vpr::PositionUnit::automatic, a, b);
}

void add_map_create(CLI::App& map) {
  auto options = std::make_shared<AddOptions>();
  CLI::App* command = map.add_subcommand("create", "Makes a map, and adds photos to it");
  add_photo_sources(*command, *options);
  add_model_options(*command, options->model);
  command
      ->add_option("--descriptors", options->descriptors,
                   "how descriptors are kept: float32; bf16, half of that; int8, a quarter; binary, 1/32, their signs by Hamming distance; "
                   "default: float32, and binary where a model's descriptors are bits")
      ->check(CLI::IsMember({"float32", "bf16", "int8", "binary"}));
  CLI::Option* local = command
                           ->add_option("--local", options->local.kind,
                                        "keep local features of each photo, to re-rank by: the backbone's patches, or the model's own head")
                           ->check(CLI::IsMember({"patches", "head"}));
  add_local_options(*command, options->local, local);
  command->add_option("photos", options->sources, sources_text);
  command->callback([options] { create(*options); });
}

void add_map_add(CLI::App& map) {
  auto options = std::make_shared<AddOptions>();
  CLI::App* command =
      map.add_subcommand("add", "Adds photos, a commit a batch; those that the map has in that session by their names are skipped");
  add_photo_sources(*command, *options);
  add_map_model_options(*command, options->model);
  command->add_option("photos", options->sources, sources_text)->required();
  command->callback([options] { add(*options); });
}

}  // namespace cli
#endif

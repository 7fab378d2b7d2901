// SPDX-License-Identifier: MIT
#include "known_database.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/model/descriptors_file.hpp>
#ifdef VPR_WITH_MAP
#include "decision.hpp"
#include "map_model.hpp"

#include <vpr/map/place_map.hpp>
#endif

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string_view>
#include <utility>

namespace cli {
namespace {

KnownDatabase open_map([[maybe_unused]] const std::string& path, [[maybe_unused]] const ModelOptions& given) {
#ifdef VPR_WITH_MAP
  const vpr::MapSnapshot map = vpr::PlaceMap::open(path).snapshot();
  VPR_REQUIRE(vpr::ConfigError, map.size() > 0, path, ": holds no place");
  KnownDatabase known{.photos = {}, .record = map.record(), .model = given, .search = {}};
  known.rule = rule_in(map, path);
  known.score = score_of(map);
  if (given.model.empty()) {
    ModelOptions without_weights = given;
    without_weights.weights.clear();
    VPR_REQUIRE(vpr::ConfigError, !without_weights.decides_descriptors(), path,
                ": queries are described as the map's photos; other options go with --model");
    known.model = model_of(map, path, given);
  }
  std::vector<std::int64_t> ids;
  map.each([&](vpr::Place place) {
    ids.push_back(place.id);
    known.photos.push_back({std::move(place.name), {}, place.position, {}});
  });
  known.search = [map, ids](vpr::Rows queries, std::int64_t k) {
    std::vector<vpr::Matches> found = map.search(queries, k);
    for (vpr::Matches& matches : found) {
      for (vpr::Match& match : matches) match.id = std::lower_bound(ids.begin(), ids.end(), match.id) - ids.begin();
    }
    return found;
  };
  return known;
#else
  refuse_map(path);
#endif
}

KnownDatabase open_matrix(const std::string& path, const ModelOptions& given) {
  KnownMatrix matrix = read_matrix(path);
  VPR_REQUIRE(vpr::FormatError, !matrix.photos.empty(), path, ": holds no descriptors");
  warn_of_no_record(path, matrix.descriptors.record);
  return {.photos = std::move(matrix.photos),
          .record = matrix.descriptors.record,
          .model = given,
          .descriptors = std::move(matrix.descriptors),
          .search = {}};
}

}  // namespace

bool is_map(const std::string& path) {
  constexpr std::string_view number = "\xDE\xC0\xEF\xBE";
  std::array<char, 20> begin{};
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), std::ssize(begin)) && std::string_view(begin.data() + 16, 4) == number;
}

void refuse_map(const std::string& path) {
  vpr::fail<vpr::ConfigError>(path,
                              ": is a map, and this program was built without maps of places: build it where LMDB and xxHash are "
                              "installed (Debian: liblmdb-dev libxxhash-dev)");
}

std::string session_of(const std::vector<std::string>& sessions, const std::string& given, const std::string& map) {
  for (const std::string& session : {given, vpr::unescaped(given)}) {
    if (std::find(sessions.begin(), sessions.end(), session) != sessions.end()) return session;
  }
  vpr::fail<vpr::ConfigError>(map, ": has no session '", given, "'; `vpr map info` names those that it has");
}

void warn_of_no_record(const std::string& path, const vpr::ModelRecord& record) {
  if (record == vpr::ModelRecord())
    std::cerr << "vpr: warning: " << vpr::escaped(path) << ": nothing tells what made these descriptors, as there is no record "
              << vpr::escaped(vpr::record_path(path)) << ": those of another model would not be noticed\n";
}

KnownMatrix read_matrix(const std::string& path) {
  KnownMatrix matrix{vpr::load_descriptors(path), {}};
  const std::filesystem::path names_path = std::filesystem::path(path).replace_extension(".names.txt");
  const std::string text = vpr::detail::read_text(names_path);
  for (const std::string_view line : vpr::detail::lines_of(text)) {
    std::string name = vpr::unescaped(line);
    matrix.photos.push_back(vpr::named_photo(name, name));
  }
  VPR_REQUIRE(vpr::FormatError, std::cmp_equal(matrix.photos.size(), matrix.descriptors.size()), path, ": holds ",
              matrix.descriptors.size(), " descriptors, ", names_path.string(), " names ", matrix.photos.size(), " photos");
  return matrix;
}

std::optional<KnownDatabase> open_database(const std::string& source, const ModelOptions& given) {
  std::error_code ignored;
  const bool file = std::filesystem::is_regular_file(source, ignored);
  const bool map = file && is_map(source);
  VPR_REQUIRE(vpr::ConfigError, map || !given.model.empty(),
              "--model and --weights are required, unless --database is a map that `vpr map` made");
  if (map) return open_map(source, given);
  if (file && std::filesystem::path(source).extension() == ".npy") return open_matrix(source, given);
  return std::nullopt;
}

vpr::Dataset load_dataset(const vpr::DatasetSettings& settings, const std::optional<KnownDatabase>& known) {
  vpr::Dataset dataset = known ? vpr::Dataset::load(settings, known->photos) : vpr::Dataset::load(settings);
  require_positions(settings.positions, dataset.unit);
  return dataset;
}

}  // namespace cli

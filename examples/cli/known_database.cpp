// SPDX-License-Identifier: MIT
#include "known_database.hpp"

#include <vpr/index/flat.hpp>
#include <vpr/model/descriptors_file.hpp>
#ifdef VPR_WITH_MAP
#include "map_model.hpp"

#include <vpr/map/place_map.hpp>
#endif

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>

namespace cli {
namespace {

/// Whether a file begins as an LMDB file does, by the number in its first page.
bool is_map(const std::string& path) {
  constexpr std::string_view number = "\xDE\xC0\xEF\xBE";
  std::array<char, 20> begin{};
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), std::ssize(begin)) && std::string_view(begin.data() + 16, 4) == number;
}

KnownDatabase open_map([[maybe_unused]] const std::string& path, [[maybe_unused]] const ModelOptions& given) {
#ifdef VPR_WITH_MAP
  const vpr::MapSnapshot map = vpr::PlaceMap::open(path).snapshot();
  VPR_REQUIRE(vpr::ConfigError, map.size() > 0, path, ": holds no place");
  KnownDatabase known{.photos = {}, .record = map.record(), .model = given, .search = {}};
  if (map.precision() == vpr::MapPrecision::binary) known.score = "Hamming distance";
  if (given.model.empty()) {
    VPR_REQUIRE(vpr::ConfigError, !chooses_model(given), path,
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
  vpr::fail<vpr::ConfigError>(path,
                              ": is a map, and this program was built without maps of places: build it where LMDB and xxHash are "
                              "installed (Debian: liblmdb-dev libxxhash-dev)");
#endif
}

KnownDatabase open_matrix(const std::string& path, const ModelOptions& given) {
  const vpr::Descriptors descriptors = vpr::load_descriptors(path);
  const std::filesystem::path names_path = std::filesystem::path(path).replace_extension(".names.txt");
  const std::string text = vpr::detail::read_text(names_path);
  KnownDatabase known{.photos = {}, .record = descriptors.record, .model = given, .search = {}};
  for (const std::string_view line : vpr::detail::lines_of(text)) {
    std::string name = vpr::unescaped(line);
    known.photos.push_back(vpr::named_photo(name, name));
  }
  VPR_REQUIRE(vpr::FormatError, std::cmp_equal(known.photos.size(), descriptors.size()) && !known.photos.empty(), path, ": holds ",
              descriptors.size(), " descriptors, ", names_path.string(), " names ", known.photos.size(), " photos");
  const auto index = std::make_shared<vpr::FlatIndex<>>(descriptors.dimensions);
  index->add(descriptors.rows());
  known.search = [index](vpr::Rows queries, std::int64_t k) { return index->search(queries, k); };
  return known;
}

}  // namespace

std::optional<KnownDatabase> open_database(const std::string& source, const ModelOptions& given) {
  std::error_code ignored;
  const bool file = std::filesystem::is_regular_file(source, ignored);
  const bool map = file && is_map(source);
  VPR_REQUIRE(vpr::ConfigError, given.model.empty() ? map : !given.weights.empty(),
              "--model and --weights are required, unless --database is a map that `vpr map` made");
  if (map) return open_map(source, given);
  if (file && std::filesystem::path(source).extension() == ".npy") return open_matrix(source, given);
  return std::nullopt;
}

vpr::Dataset load_dataset(const vpr::DatasetSettings& settings, const std::optional<KnownDatabase>& known) {
  return known ? vpr::Dataset::load(settings, known->photos) : vpr::Dataset::load(settings);
}

}  // namespace cli

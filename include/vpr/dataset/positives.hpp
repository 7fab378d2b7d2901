// SPDX-License-Identifier: MIT
/// @file
/// Which database photos are right answers for each query: by distance, by place id, or from a list of pairs.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace vpr {

/// The right answers of each query: indices of database photos, ascending, each once. A query may have none.
using Positives = std::vector<std::vector<std::int64_t>>;

/// Database photos at most `radius` metres from each query; at exactly the radius is inside (the field's rule, at 25 m).
/// @throws ConfigError  for a radius that is negative or not finite
inline Positives radius_positives(std::span<const Position> queries, std::span<const Position> database, double radius) {
  VPR_REQUIRE(ConfigError, std::isfinite(radius) && radius >= 0, "got a radius of ", radius, " metres, expected 0 or more");
  std::vector<std::int64_t> by_east(database.size());
  std::iota(by_east.begin(), by_east.end(), 0);
  std::sort(by_east.begin(), by_east.end(), [&](auto a, auto b) { return database[a].east < database[b].east; });

  Positives positives(queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const double reach = radius * (1 + 1e-9) + 1e-3;  // wider than the rounding of the test below
    const auto west_of = [&](std::int64_t i, double east) { return database[i].east < east; };
    auto candidate = std::lower_bound(by_east.begin(), by_east.end(), queries[q].east - reach, west_of);
    for (; candidate != by_east.end() && database[*candidate].east <= queries[q].east + reach; ++candidate) {
      if (squared_distance(queries[q], database[*candidate]) <= radius * radius) positives[q].push_back(*candidate);
    }
    std::sort(positives[q].begin(), positives[q].end());
  }
  return positives;
}

/// `radius_positives` of photos.
/// @throws ConfigError  naming the first photo whose position is not known
inline Positives radius_positives(std::span<const Photo> queries, std::span<const Photo> database, double radius) {
  const auto positions = [](std::span<const Photo> photos) {
    std::vector<Position> all;
    for (const Photo& photo : photos) {
      VPR_REQUIRE(ConfigError, photo.position.has_value(), photo.path.string(),
                  ": its position is not known, so a radius says nothing; "
                  "expected a name @utm_east@utm_north@...@.jpg, a CSV with positions, or a list of positive pairs");
      all.push_back(*photo.position);
    }
    return all;
  };
  return radius_positives(positions(queries), positions(database), radius);
}

/// Database photos with the query's place id. A query whose place is not known has none.
inline Positives place_positives(std::span<const Photo> queries, std::span<const Photo> database) {
  std::unordered_map<std::string, std::vector<std::int64_t>> photos_of;
  for (std::size_t i = 0; i < database.size(); ++i) photos_of[database[i].place].push_back(static_cast<std::int64_t>(i));
  Positives positives;
  for (const Photo& query : queries) {
    const auto found = photos_of.find(query.place);
    positives.push_back(query.place.empty() || found == photos_of.end() ? std::vector<std::int64_t>{} : found->second);
  }
  return positives;
}

namespace detail {

/// Finds photos by the names and paths that pairs may use.
class PhotoIndex {
 public:
  PhotoIndex(std::span<const Photo> photos, const char* role) : role_(role) {
    for (std::size_t i = 0; i < photos.size(); ++i) {
      const std::string name = std::filesystem::path(photos[i].name).lexically_normal().generic_string(), file = absolute(photos[i].path);
      indices_[name].push_back(static_cast<std::int64_t>(i));
      if (file != name) indices_[file].push_back(static_cast<std::int64_t>(i));
    }
    if (photos.empty()) return;
    const std::string path = photos[0].path.generic_string();
    if (path.ends_with(photos[0].name)) folder_ = path.substr(0, path.size() - photos[0].name.size());
  }

  /// The photos that a row names; none where the row is about a photo that exists but is not one of these.
  const std::vector<std::int64_t>& find(const CsvTable& table, const CsvRow& row, std::size_t column) const {
    const std::filesystem::path name{std::string(trimmed(row.fields[column]))}, beside = table.path.parent_path() / name;
    for (const std::string& key : {name.lexically_normal().generic_string(), absolute(beside)}) {
      if (const auto found = indices_.find(key); found != indices_.end()) return found->second;
    }
    std::error_code ignored;
    const bool exists = std::filesystem::is_regular_file(beside, ignored) || std::filesystem::is_regular_file(folder_ / name, ignored);
    VPR_REQUIRE(FormatError, exists, table.place(row), ": ", role_, " photo '", name.string(), "' is not among the ", role_,
                " photos, nor on disk");
    return none_;
  }

 private:
  static std::string absolute(const std::filesystem::path& file) {
    return std::filesystem::absolute(file).lexically_normal().generic_string();
  }

  const char* role_;
  std::filesystem::path folder_;
  std::unordered_map<std::string, std::vector<std::int64_t>> indices_;
  std::vector<std::int64_t> none_;
};

}  // namespace detail

/// The right answers that a CSV file lists: a query's and a database photo's name a row, under the header `query,database` or, without
/// a header, in this order.
///
/// Names are those of the lists; a path relative to the CSV file's folder, or an absolute one, fits as well. Pairs about other photos that
/// exist, next to the lists or the CSV, are left out, so that one file serves every part of a data set.
/// @throws FormatError  naming file and line: a photo that is neither in the lists nor on disk, a row that is no pair; or where no pair fits
inline Positives pair_positives(const std::filesystem::path& path, std::span<const Photo> queries, std::span<const Photo> database) {
  const CsvTable table = read_csv(path);
  VPR_REQUIRE(FormatError, !table.rows.empty(), path.string(), ": holds no pair; expected `query,database` rows");
  VPR_REQUIRE(FormatError, table.rows[0].fields.size() >= 2, table.place(table.rows[0]), ": found one field, expected `query,database`");
  const auto query_column = table.column({"query"}), database_column = table.column({"database"});
  const bool header = query_column && database_column;

  const detail::PhotoIndex query_index(queries, "query"), database_index(database, "database");
  bool any = false;
  Positives positives(queries.size());
  for (std::size_t i = header ? 1 : 0; i < table.rows.size(); ++i) {
    const auto& of_query = query_index.find(table, table.rows[i], header ? *query_column : 0);
    const auto& of_database = database_index.find(table, table.rows[i], header ? *database_column : 1);
    any = any || (!of_query.empty() && !of_database.empty());
    for (const std::int64_t query : of_query) positives[query].insert(positives[query].end(), of_database.begin(), of_database.end());
  }
  VPR_REQUIRE(FormatError, any, path.string(), ": no pair is about these queries and this database");
  for (auto& of_query : positives) {
    std::sort(of_query.begin(), of_query.end());
    of_query.erase(std::unique(of_query.begin(), of_query.end()), of_query.end());
  }
  return positives;
}

}  // namespace vpr

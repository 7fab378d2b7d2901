// SPDX-License-Identifier: MIT
/// @file
/// The right answers that a file of pairs lists.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/printable.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/positives.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

inline std::filesystem::path absolute_path(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(file, error);
  return (error ? file : absolute).lexically_normal();
}

/// The folder that the photos' names are relative to; empty where that is none.
inline std::filesystem::path folder_of(std::span<const Photo> photos) {
  if (photos.empty()) return {};
  const std::string path = photos[0].path.generic_string();
  return path.ends_with(photos[0].name) ? path.substr(0, path.size() - photos[0].name.size()) : std::string();
}

/// The deepest folder that both are in.
inline std::filesystem::path common_folder(const std::filesystem::path& a, const std::filesystem::path& b) {
  const std::filesystem::path first = absolute_path(a), second = absolute_path(b);
  std::filesystem::path common;
  auto other = second.begin();
  for (auto part = first.begin(); part != first.end() && other != second.end() && *part == *other; ++part, ++other) common /= *part;
  return common;
}

/// Finds photos by the names and paths that pairs may use.
class PhotoIndex {
 public:
  /// @param folders  that a name may be relative to, beside being one of the photos' own
  PhotoIndex(std::span<const Photo> photos, std::string role, std::vector<std::filesystem::path> folders)
      : role_(std::move(role)), folders_(std::move(folders)) {
    for (std::size_t i = 0; i < photos.size(); ++i) {
      const std::string name = std::filesystem::path(photos[i].name).lexically_normal().generic_string(),
                        file = absolute_path(photos[i].path).generic_string();
      indices_[name].push_back(static_cast<std::int64_t>(i));
      if (file != name) indices_[file].push_back(static_cast<std::int64_t>(i));
    }
  }

  struct Found {
    const std::vector<std::int64_t>* photos = nullptr;  ///< null where the name is of none of these photos
    bool exists = false;                                ///< whether there is a photo of that name, here or on disk
  };

  Found find(std::string_view field) const {
    std::string slashes(trimmed(field));
    std::replace(slashes.begin(), slashes.end(), '\\', '/');
    bool exists = false;
    for (const std::string& name : {std::string(trimmed(field)), std::string(field), unescaped(trimmed(field)), slashes}) {
      if (name.empty() || name.find('\0') != name.npos) continue;
      if (const auto found = indices_.find(std::filesystem::path(name).lexically_normal().generic_string()); found != indices_.end())
        return {&found->second, true};
      for (const std::filesystem::path& folder : folders_) {
        const auto found = indices_.find(absolute_path(folder / name).generic_string());
        if (found != indices_.end()) return {&found->second, true};
        std::error_code ignored;
        exists = exists || std::filesystem::is_regular_file(folder / name, ignored);
      }
    }
    return {nullptr, exists};
  }

  /// The photos that a row names; none where the row is about a photo that exists but is not one of these.
  std::vector<std::int64_t> find(const CsvTable& table, const CsvRow& row, std::size_t column) const {
    const Found found = find(row.fields[column]);
    VPR_REQUIRE(FormatError, found.exists, table.place(row), ": ", role_, " photo '", trimmed(row.fields[column]), "' is not among the ",
                role_, " photos, nor on disk");
    return found.photos != nullptr ? *found.photos : std::vector<std::int64_t>{};
  }

 private:
  std::string role_;
  std::vector<std::filesystem::path> folders_;
  std::unordered_map<std::string, std::vector<std::int64_t>> indices_;
};

/// `query database` a line, with blanks between, as hloc writes: cut where both are photos if names hold blanks themselves.
inline CsvTable pairs_by_blanks(const std::filesystem::path& path, std::string_view text, const PhotoIndex& queries,
                                const PhotoIndex& database) {
  constexpr std::size_t longest_path = 4096;  // bytes, of any system
  CsvTable table{path, {}};
  std::int64_t line = 0;
  for (const std::string_view whole : lines_of(text)) {
    ++line;
    const std::string_view pair = trimmed(whole);
    if (pair.empty()) continue;
    auto [query, rest] = first_word(pair);
    VPR_REQUIRE(FormatError, !rest.empty(), path.string(), ":", line, ": found one field, expected `query,database` or `query database`");
    while (rest.find_first_of(" \t") != rest.npos && query.size() < longest_path &&
           !(queries.find(query).exists && database.find(rest).exists)) {
      const std::string_view next = first_word(rest).first;
      query = pair.substr(0, static_cast<std::size_t>(next.data() + next.size() - pair.data()));
      rest = trimmed(pair.substr(query.size()));
    }
    VPR_REQUIRE(FormatError,
                first_word(pair).second.find_first_of(" \t") == rest.npos || (queries.find(query).exists && database.find(rest).exists),
                path.string(), ":", line,
                ": found more than two words, and no query photo followed by a database photo among them; "
                "expected `query database`");
    table.rows.push_back({line, {std::string(query), std::string(rest)}});
  }
  return table;
}

/// `text` with the lines that begin with `#` emptied.
inline std::string without_comments(std::string_view text) {
  std::string kept;
  for (const std::string_view line : lines_of(text)) kept.append(line.starts_with('#') ? std::string_view() : line).append("\n");
  return kept;
}

}  // namespace detail

/// The right answers that a table lists: a query's and a database photo's name a row, under the header `query,database` or, without
/// a header, in this order. Between them is a comma, a semicolon or a tab as `read_csv` has it; or, in a file whose first line has none of these,
/// blanks, as in hloc's pairs. Lines that begin with `#` are left out, unless a photo's name begins so.
///
/// Further columns are left alone under a header, whatever they say; without one they are an error, as they may be further answers.
///
/// Names are those of the lists; a path relative to the table's folder, to the photos' own or to the folder that holds queries and database, or an
/// absolute one, fits as well, and so does a name as `escaped` writes it or with backslashes. Pairs about other photos that
/// exist, next to the lists or the table, are left out, so that one file serves every part of a data set.
/// @throws FormatError  naming file and line: a photo that is neither in the lists nor on disk, a row that is no pair; or where no pair fits
inline Positives pair_positives(const std::filesystem::path& path, std::span<const Photo> queries, std::span<const Photo> database) {
  const std::filesystem::path of_queries = detail::folder_of(queries), of_database = detail::folder_of(database),
                              common = detail::common_folder(of_queries, of_database);
  const detail::PhotoIndex query_index(queries, "query", {path.parent_path(), of_queries, common}),
      database_index(database, "database", {path.parent_path(), of_database, common});

  std::string text = detail::read_text(path);
  const auto begins_so = [](const Photo& photo) { return photo.name.starts_with('#'); };
  if (std::none_of(queries.begin(), queries.end(), begins_so)) text = detail::without_comments(text);
  const std::string_view first_line = detail::trimmed(text).substr(0, detail::trimmed(text).find('\n'));
  const CsvTable table = first_line.find_first_of(",;\t") == first_line.npos
                             ? detail::pairs_by_blanks(path, text, query_index, database_index)
                             : detail::parse_csv(path, text);
  VPR_REQUIRE(FormatError, !table.rows.empty(), path.string(), ": holds no pair; expected `query,database` rows");
  const auto query_column = table.column({"query"}), database_column = table.column({"database"});
  const bool header = query_column && database_column;

  bool any = false;
  Positives positives(queries.size());
  for (std::size_t i = header ? 1 : 0; i < table.rows.size(); ++i) {
    const std::vector<std::string>& fields = table.rows[i].fields;
    const auto is_empty = [](const std::string& field) { return detail::trimmed(field).empty(); };
    VPR_REQUIRE(FormatError, header || fields.size() <= 2 || std::all_of(fields.begin() + 2, fields.end(), is_empty),
                table.place(table.rows[i]), ": found ", fields.size(),
                " fields, expected `query,database`; further columns need the header `query,database,...`, and are then left alone");
    const auto of_query = query_index.find(table, table.rows[i], header ? *query_column : 0);
    const auto of_pair = database_index.find(table, table.rows[i], header ? *database_column : 1);
    any = any || (!of_query.empty() && !of_pair.empty());
    for (const std::int64_t query : of_query)
      positives[static_cast<std::size_t>(query)].insert(positives[static_cast<std::size_t>(query)].end(), of_pair.begin(), of_pair.end());
  }
  VPR_REQUIRE(FormatError, any, path.string(), ": no pair is about these queries and this database");
  for (auto& of_query : positives) {
    std::sort(of_query.begin(), of_query.end());
    of_query.erase(std::unique(of_query.begin(), of_query.end()), of_query.end());
  }
  return positives;
}

}  // namespace vpr

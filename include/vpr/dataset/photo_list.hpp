// SPDX-License-Identifier: MIT
/// @file
/// The photos that a text file lists.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/printable.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_folder.hpp>
#include <vpr/dataset/text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {
namespace detail {

/// A name in a list or table, as it is to be read, and the file that it means.
struct NamedFile {
  std::string name;
  std::filesystem::path path;
};

/// The file that a name in `folder` means: the one of just that name, or else of the name that `escaped` wrote so, or else with slashes for
/// backslashes. Nothing where there is none.
inline std::optional<NamedFile> find_named(const std::filesystem::path& folder, std::string_view name) {
  std::string slashes(name);
  std::replace(slashes.begin(), slashes.end(), '\\', '/');
  for (const std::string& spelled : {std::string(name), unescaped(name), slashes}) {
    if (spelled.find('\0') != spelled.npos) continue;
    std::error_code ignored;
    std::filesystem::path path = folder / spelled;
    if (std::filesystem::is_regular_file(path, ignored)) return NamedFile{spelled, std::move(path)};
  }
  return std::nullopt;
}

/// COLMAP's camera models, which hloc's query lists name.
inline bool is_camera_model(std::string_view word) {
  constexpr std::array<std::string_view, 13> models{"SIMPLE_PINHOLE",
                                                    "PINHOLE",
                                                    "SIMPLE_RADIAL",
                                                    "RADIAL",
                                                    "OPENCV",
                                                    "OPENCV_FISHEYE",
                                                    "FULL_OPENCV",
                                                    "FOV",
                                                    "RAD_TAN_THIN_PRISM_FISHEYE",
                                                    "SIMPLE_RADIAL_FISHEYE",
                                                    "RADIAL_FISHEYE",
                                                    "THIN_PRISM_FISHEYE",
                                                    "SIMPLE_DIVISION"};
  return std::find(models.begin(), models.end(), word) != models.end();
}

/// The photo that a line of a list means, see `photos_in_list`; nothing where there is none.
inline std::optional<NamedFile> photo_of_line(const std::filesystem::path& folder, std::string_view line) {
  for (const std::string_view name : {trimmed(line), line}) {
    if (auto found = find_named(folder, name)) return found;
  }
  const auto [word, rest] = first_word(line);
  if (is_camera_model(first_word(rest).first)) return find_named(folder, word);
  if (!parse_number(word)) return std::nullopt;
  const auto found = find_named(folder, rest);
  return found ? found : find_named(folder, first_word(rest).first);
}

}  // namespace detail

/// The photos that a text file lists, in its order: one a line, relative to the list's folder or absolute.
///
/// A line is the photo's name, with blanks around it or not. A name that is not there as it stands is tried as `escaped` writes names, and with
/// slashes for backslashes; then the line as hloc's query lists (`name CAMERA_MODEL width height ...`) and as TUM's `rgb.txt` and associations
/// (`timestamp name`, and what follows).
/// Blank lines, lines that begin with `#` and name no photo, and a byte order mark are left out. Lines end in LF, CRLF or (all of them) CR.
/// @throws IoError      where the list cannot be read, or naming list and line of each photo (the first ten) that is not there
/// @throws FormatError  where the list is no text or names no photo
inline std::vector<Photo> photos_in_list(const std::filesystem::path& list) {
  const std::string text = detail::read_text(list);
  const std::vector<std::string_view> lines = detail::lines_of(text);
  std::vector<Photo> photos;
  std::string missing;
  std::size_t missing_count = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view name = detail::trimmed(lines[i]);
    if (name.empty()) continue;
    if (auto found = detail::photo_of_line(list.parent_path(), lines[i])) {
      photos.push_back(named_photo(std::move(found->name), std::move(found->path)));
    } else if (!name.starts_with('#') && ++missing_count <= 10) {
      missing += text_of(list.string(), ":", std::to_string(i + 1), ": no photo at ", (list.parent_path() / name).string());
      if (name.find_first_of(",;\t") != name.npos) missing += "; a list has one photo a line: name a table with several fields .csv";
      missing += '\n';
    }
  }
  VPR_REQUIRE(IoError, missing_count == 0, missing, missing_count, " of ", photos.size() + missing_count,
              " photos are missing; names are relative to the list's folder");
  VPR_REQUIRE(FormatError, !photos.empty(), list.string(), ": names no photo; expected one path a line");
  return photos;
}

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// The photos of a folder, or of a text list.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/text.hpp>
#include <vpr/dataset/utm_name.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// Whether a file's name ends as a photo's: .jpg, .jpeg, .png, .ppm or .pgm, in any case.
inline bool is_photo_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".ppm" || extension == ".pgm";
}

/// A photo under the name that its list gives it, with the position that the name carries, if any.
inline Photo named_photo(std::string name, std::filesystem::path path) {
  const std::string file_name = path.filename().string();
  return {std::move(name), std::move(path), position_from_name(file_name), {}};
}

namespace detail {

/// Whether a symbolic link leads to a folder above it.
inline bool leads_up(const std::filesystem::path& link) {
  std::filesystem::path above = std::filesystem::absolute(link);
  do {
    above = above.parent_path();
    if (std::filesystem::equivalent(above, link)) return true;
  } while (above.has_relative_path());
  return false;
}

}  // namespace detail

/// All photos below a folder, however deep, named by their path in it.
///
/// They are sorted by that whole name in the order of its bytes, as Python's `sorted(glob("**/*"))` does: "a-b/1.jpg" comes before "a/1.jpg".
/// Files and folders whose name begins with a dot are left out. Symbolic links are followed, but for those that lead back up.
/// @throws IoError      where a folder cannot be read
/// @throws FormatError  where there is no photo
inline std::vector<Photo> photos_in_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<Photo> photos;
  try {
    for (fs::recursive_directory_iterator entry(folder, fs::directory_options::follow_directory_symlink), end; entry != end; ++entry) {
      if (entry->path().filename().string().starts_with('.') ||
          (entry->is_symlink() && entry->is_directory() && detail::leads_up(entry->path()))) {
        entry.disable_recursion_pending();
      } else if (is_photo_name(entry->path()) && entry->is_regular_file()) {
        photos.push_back(named_photo(entry->path().lexically_relative(folder).generic_string(), entry->path()));
      }
    }
  } catch (const fs::filesystem_error& error) {
    fail<IoError>(error.path1().string(), ": cannot be read: ", error.code().message());
  }
  VPR_REQUIRE(FormatError, !photos.empty(), folder.string(), ": holds no photo (.jpg, .jpeg, .png, .ppm or .pgm)");
  std::sort(photos.begin(), photos.end(), [](const Photo& a, const Photo& b) { return a.name < b.name; });
  return photos;
}

/// The photos that a text file lists, in its order: one a line, relative to the list's folder or absolute.
///
/// Blank lines and lines that begin with `#` are left out, and so are blanks around a name, CR before LF, and a UTF-8 byte order mark.
/// @throws IoError      where the list cannot be read, or naming list and line of each photo (the first ten) that is not there
/// @throws FormatError  where the list is no text or names no photo
inline std::vector<Photo> photos_in_list(const std::filesystem::path& list) {
  const std::string text = detail::read_text(list);
  std::vector<Photo> photos;
  std::string missing;
  std::int64_t line = 0, missing_count = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string name{detail::trimmed(std::string_view(text).substr(begin, end - begin))};
    begin = end + 1;
    ++line;
    if (name.empty() || name[0] == '#') continue;
    photos.push_back(named_photo(name, list.parent_path() / name));
    std::error_code ignored;
    if (std::filesystem::is_regular_file(photos.back().path, ignored)) continue;
    if (++missing_count <= 10)
      missing += list.string() + ":" + std::to_string(line) + ": no photo at " + photos.back().path.string() + "\n";
  }
  VPR_REQUIRE(IoError, missing_count == 0, missing, missing_count, " of ", photos.size(),
              " photos are missing; names are relative to the list's folder");
  VPR_REQUIRE(FormatError, !photos.empty(), list.string(), ": names no photo; expected one path a line");
  return photos;
}

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// The photos of a folder, and the files in it that are none.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/text.hpp>
#include <vpr/dataset/utm_name.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace vpr {
namespace detail {

inline bool ends_as(const std::filesystem::path& path, std::initializer_list<std::string_view> extensions) {
  return std::find(extensions.begin(), extensions.end(), lower_case(path.extension().string())) != extensions.end();
}

}  // namespace detail

/// Whether a file's name ends as a photo's, in any case. Whether such a file can be read is seen when it is: some need an optional component.
inline bool is_photo_name(const std::filesystem::path& path) {
  return detail::ends_as(path, {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".pnm", ".webp", ".bmp", ".tif", ".tiff",
                                ".gif", ".heic", ".heif", ".avif"});
}

/// Whether a file's name ends as that of a picture or video of a format that is never read, in any case.
inline bool is_unreadable_picture_name(const std::filesystem::path& path) {
  return detail::ends_as(path,
                         {".jp2", ".j2k", ".jpf", ".jpx", ".jxl", ".jxr",  ".pam", ".pfm",  ".tga", ".pcx", ".psd", ".ico",  ".svg", ".exr",
                          ".hdr", ".dds", ".dng", ".raw", ".arw", ".cr2",  ".cr3", ".nef",  ".nrw", ".orf", ".raf", ".rw2",  ".pef", ".srw",
                          ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".3gp", ".mts", ".insv", ".insp"});
}

/// A photo under the name that its list gives it, with the position that the name carries, if any.
inline Photo named_photo(std::string name, std::filesystem::path path) {
  const std::string file_name = path.filename().string();
  return {std::move(name), std::move(path), detail::position_as_written(file_name), {}};
}

namespace detail {

/// Walks a folder for `photos_in_folder`.
class FolderWalk {
 public:
  explicit FolderWalk(const std::filesystem::path& root) : root_(root) {
    std::error_code ignored;
    for (std::filesystem::path above = std::filesystem::absolute(root, ignored); above.has_relative_path();) {
      above = above.parent_path();
      const auto identity = identity_of(above);
      if (identity && identity != identity_of(root)) above_.push_back(*identity);
    }
    enter(root);
  }

  std::vector<Photo> photos;
  std::vector<BadPhoto> left_out;

 private:
  /// A folder that links lead to in more ways than this is taken for a trap.
  static constexpr int most_visits = 100;

  using Identity = std::pair<dev_t, ino_t>;

  static std::optional<Identity> identity_of(const std::filesystem::path& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
  }

  void enter(const std::filesystem::path& folder) {
    const std::optional<Identity> identity = identity_of(folder);
    VPR_REQUIRE(IoError, identity.has_value(), folder.string(), ": cannot be read: ", std::strerror(errno));
    if (std::find(above_.begin(), above_.end(), *identity) != above_.end()) return;  // a link that leads back up
    VPR_REQUIRE(FormatError, ++visits_[*identity] <= most_visits, folder.string(), ": links lead here in more than ", most_visits, " ways");
    above_.push_back(*identity);
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) meet(*entry);
    VPR_REQUIRE(IoError, !error, folder.string(), ": cannot be read: ", error.message());
    above_.pop_back();
  }

  void meet(const std::filesystem::directory_entry& entry) {
    const std::filesystem::path& path = entry.path();
    if (path.filename().string().starts_with('.')) return;
    const bool photo = is_photo_name(path), picture = photo || is_unreadable_picture_name(path);
    std::error_code error;
    if (entry.is_directory(error)) {
      enter(path);
    } else if (entry.is_regular_file(error)) {
      if (photo) photos.push_back(named_photo(path.lexically_relative(root_).generic_string(), path));
      if (picture && !photo) leave_out(path, "is of a format that is not read");
    } else if (picture) {
      leave_out(path, error ? "is a link that cannot be followed: " + error.message() : "is a device, a pipe or a socket");
    } else {
      const bool loop = error == std::errc::too_many_symbolic_link_levels;
      VPR_REQUIRE(IoError, !error || loop || path.has_extension(), path.string(), ": is a link that cannot be followed: ", error.message(),
                  "; if it leads to a folder of photos, they are missing");
    }
  }

  void leave_out(const std::filesystem::path& path, const std::string& why) {
    left_out.push_back({path.string(), path.string() + ": " + why});
  }

  std::filesystem::path root_;
  std::vector<Identity> above_;  // the folders that this one is in
  std::map<Identity, int> visits_;
};

}  // namespace detail

/// All photos below a folder, however deep, named by their path in it.
///
/// They are sorted by that whole name in the order of its bytes, as Python's `sorted(glob("**/*"))` does: "a-b/1.jpg" comes before "a/1.jpg".
/// Files and folders whose name begins with a dot are left out. Symbolic links are followed, but for those that lead back up.
/// @param left_out  takes the pictures and videos that are not read: of other formats, links to nothing, devices; sorted by path. Other files, such
///                  as lists and tables, are passed over
/// @throws IoError      where the folder, or one below it, cannot be read
/// @throws FormatError  where there is no photo, or where links lead to one folder in over a hundred ways
inline std::vector<Photo> photos_in_folder(const std::filesystem::path& folder, std::vector<BadPhoto>* left_out = nullptr) {
  detail::FolderWalk walk(folder);
  VPR_REQUIRE(FormatError, !walk.photos.empty(), folder.string(),
              ": holds no photo (.jpg, .png, .ppm, .webp, .bmp, .tif, .gif, .heic, ...)",
              walk.left_out.empty() ? "" : "; for one, " + walk.left_out.front().reason);
  std::sort(walk.photos.begin(), walk.photos.end(), [](const Photo& a, const Photo& b) { return a.name < b.name; });
  std::sort(walk.left_out.begin(), walk.left_out.end(), [](const BadPhoto& a, const BadPhoto& b) { return a.path < b.path; });
  if (left_out != nullptr) left_out->insert(left_out->end(), walk.left_out.begin(), walk.left_out.end());
  return std::move(walk.photos);
}

}  // namespace vpr

// SPDX-License-Identifier: MIT
#include "photo_reader.hpp"

#include "progress_bar.hpp"

#include <vpr/core/parallel.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/image/read.hpp>

#include <algorithm>
#include <utility>

namespace cli {

std::vector<vpr::Photo> PhotoReader::find(const std::vector<std::string>& sources) {
  std::vector<vpr::Photo> photos;
  std::vector<vpr::BadPhoto> unread;
  for (const std::string& source : sources) {
    const std::vector<vpr::Photo> found = vpr::read_photos(source, {}, &unread);
    photos.insert(photos.end(), found.begin(), found.end());
  }
  leave_out(unread, "photos");
  return photos;
}

std::vector<std::optional<vpr::Image>> PhotoReader::read(std::span<const vpr::Photo> photos, const std::string& of, const Check& check) {
  const vpr::ReadOptions options = options_.read_options();
  std::vector<std::optional<vpr::Image>> images(photos.size());
  std::vector<std::string> reasons(photos.size());
  vpr::parallel_for(static_cast<std::int64_t>(photos.size()), [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    const std::string path = photos[at].path.string();
    try {
      vpr::Image image = vpr::read_image(path, options);
      if (check) check(image.size());
      images[at] = std::move(image);
    } catch (const vpr::Error& error) {
      reasons[at] = error.what();
      const std::string shown = vpr::printable(path);
      if (!reasons[at].starts_with(shown)) reasons[at] = shown + ": " + reasons[at];
    }
  });
  for (std::size_t i = 0; i < photos.size(); ++i) {
    if (images[i]) continue;
    VPR_REQUIRE(vpr::FormatError, !options_.strict, reasons[i]);
    left_out_.add(of, photos[i].name, photos[i].path.string(), reasons[i]);
  }
  return images;
}

void PhotoReader::leave_out(const std::vector<vpr::BadPhoto>& photos, const std::string& of) {
  for (const vpr::BadPhoto& photo : photos) {
    VPR_REQUIRE(vpr::FormatError, !options_.strict, photo.reason);
    left_out_.add(of, photo.path, photo.path, photo.reason);
  }
}

std::vector<std::size_t> PhotoReader::for_each_batch(std::span<const vpr::Photo> photos, std::int64_t batch, const std::string& of,
                                                     const Check& check, const Use& use) {
  const vpr::Progress progress = progress_bar();
  const auto most = static_cast<std::size_t>(batch);
  std::vector<std::size_t> used;
  for (std::size_t next = 0; next < photos.size();) {
    std::vector<vpr::Image> images;
    while (images.size() < most && next < photos.size()) {
      const std::size_t count = std::min(most - images.size(), photos.size() - next);
      for (std::optional<vpr::Image>& image : read(photos.subspan(next, count), of, check)) {
        if (image) {
          images.push_back(std::move(*image));
          used.push_back(next);
        }
        ++next;
      }
    }
    if (!images.empty()) use({images.begin(), images.end()}, std::span(used).last(images.size()));
    if (progress) progress(of, static_cast<std::int64_t>(next), static_cast<std::int64_t>(photos.size()));
  }
  return used;
}

void PhotoReader::require_some(const std::vector<std::size_t>& used, std::size_t photos, const std::string& of) const {
  VPR_REQUIRE(vpr::FormatError, !used.empty() || photos == 0, "none of the ", photos, " photos", of == "photos" ? "" : " of the " + of,
              " can be read; the first: ", left_out_.first_reason(of));
}

}  // namespace cli

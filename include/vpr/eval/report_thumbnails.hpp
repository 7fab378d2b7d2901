// SPDX-License-Identifier: MIT
/// @file
/// Small copies of a report's photos. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/eval/report_thumbnails.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/core/parallel.hpp>
#include <vpr/eval/report.hpp>
#include <vpr/image/read.hpp>
#include <vpr/image/resize.hpp>
#include <vpr/image/size_rule.hpp>
#include <vpr/image/write.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vpr {

/// Gives a report's photo a small copy of `photo`, of at most `side` pixels a side.
inline void set_thumbnail(ReportPhoto& entry, const RgbPhoto& photo, std::int64_t side = 256) {
  const ImageSize size = LongestSide{side}(photo.size());
  const Image small = resize_as_pil(photo, {std::max<std::int64_t>(size.height, 1), std::max<std::int64_t>(size.width, 1)});
  entry.jpeg = encode_jpeg(small, 78);
  entry.aspect = static_cast<double>(small.width()) / static_cast<double>(small.height());
}

/// Reads the report's photos and keeps a small copy of each, on all threads. A photo that cannot be read keeps an empty frame: a report
/// comes last, and is not worth losing a run for.
inline void load_thumbnails(Report& report, std::int64_t side = 256, const ReadOptions& options = {}) {
  std::vector<ReportPhoto*> photos;
  for (ReportPhoto& photo : report.database) photos.push_back(&photo);
  for (ReportQuery& query : report.queries) photos.push_back(&query.photo);
  parallel_for(static_cast<std::int64_t>(photos.size()), [&](std::int64_t i) {
    try {
      set_thumbnail(*photos[static_cast<std::size_t>(i)], read_image(photos[static_cast<std::size_t>(i)]->path.string(), options), side);
    } catch (const Error&) {
      photos[static_cast<std::size_t>(i)]->jpeg.clear();
      photos[static_cast<std::size_t>(i)]->aspect = 0;
    }
  });
}

}  // namespace vpr

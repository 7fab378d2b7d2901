// SPDX-License-Identifier: MIT
/// @file
/// NumPy's archives: a ZIP file of array files, stored or deflated.
#pragma once

#include <vpr/io/npy.hpp>
#include <vpr/io/zip.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace vpr {

/// Opens an archive made by `numpy.savez` or `numpy.savez_compressed`; tensors are sorted by name, and entries that are no arrays left out.
/// Deflated arrays are checked once here and inflated again at each reading.
/// @throws IoError; FormatError naming the entry.
inline WeightFile read_npz(MappedFile file) {
  const std::string path = file.path();
  return detail::naming_file(path, "npz", [&] {
    WeightFile source(std::move(file), "npz");
    const ZipArchive archive(source.file().bytes());
    source.add_inflated(archive.content_size());
    for (const auto& [name, entry] : archive.entries()) {
      constexpr std::string_view ending = ".npy";
      if (!name.ends_with(ending)) continue;
      try {
        archive.verify(name);
        NpyHeader header;
        StoredTensor stored{entry.bytes, {}, {}};
        if (entry.deflated) {
          Inflater inflater(entry.bytes);
          header = detail::read_npy_header([&](std::span<std::byte> out) { inflater.read(out); });
          stored.deflated = StoredTensor::Deflated{header.size, entry.size};
        } else {
          header = detail::read_npy_header([&](std::span<std::byte> out) {
            VPR_REQUIRE(FormatError, out.size() <= stored.bytes.size(), "the entry ends within the array's header");
            std::memcpy(out.data(), stored.bytes.data(), out.size());
            stored.bytes = stored.bytes.subspan(out.size());
          });
        }
        detail::check_npy_size(header, entry.size);
        stored.strides = detail::npy_strides(header);
        source.add({name.substr(0, name.size() - ending.size()), header.dtype, header.shape}, std::move(stored));
      } catch (const Error& error) {
        fail<FormatError>("entry '", name, "': ", error.what());
      }
    }
    VPR_REQUIRE(FormatError, !source.tensors().empty(), "the archive holds no array (NAME.npy)");
    return source;
  });
}

inline WeightFile read_npz(const std::string& path) { return read_npz(MappedFile(path)); }

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// Decodes bytes as a photo: no error but the library's own may leave, in bounded memory.
///
/// clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude -DVPR_WITH_IMAGE -DVPR_WITH_WEBP -DVPR_WITH_TIFF -DVPR_WITH_GIF
///   tests/fuzz/photos.cpp -ljpeg -lspng -lz -lwebp -lwebpdemux -ltiff -lgif
/// HEIC and AVIF are left out: Debian 12's libdav1d, behind libheif, leaks on damaged files.
/// Seeds: tests/data/images and tests/data/cases/photos.
#include <vpr/image/read.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

/// Gives the chunks of a PNG the checksums of their bytes, so that changes of the bytes get past them.
void mend_checksums(std::vector<std::uint8_t>& bytes) {
  if (bytes.size() < 8 || !std::equal(bytes.begin(), bytes.begin() + 8, vpr::detail::png_signature.begin())) return;
  for (std::size_t at = 8; bytes.size() - at >= 12;) {
    const std::size_t length = vpr::detail::big_endian(bytes.data() + at, 4);
    if (length > bytes.size() - at - 12) return;
    const auto sum = static_cast<std::uint32_t>(crc32(0, bytes.data() + at + 4, static_cast<uInt>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += 12 + length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // The last byte chooses how.
  const std::uint8_t choice = data[size - 1];
  std::vector<std::uint8_t> bytes(data, data + size - 1);
  if (vpr::detail::is_heif(bytes)) return 0;
  if ((choice & 8) == 0) mend_checksums(bytes);
  const vpr::ReadOptions options{.as = (choice & 1) != 0 ? vpr::ReadAs::person : vpr::ReadAs::pillow,
                                 .upright = (choice & 2) != 0,
                                 .accept_damaged = (choice & 4) != 0,
                                 .max_megapixels = 4};
  try {
    const vpr::Image photo = vpr::decode_image(bytes, "photo", options);
    if (photo.height() * photo.width() > 4'000'000) __builtin_trap();
  } catch (const vpr::Error&) {
  }
  return 0;
}

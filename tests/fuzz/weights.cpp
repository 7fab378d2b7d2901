// SPDX-License-Identifier: MIT
// Weight files of any kind: opened, listed, and every tensor of at most 1 MB read. Only errors of ours may come of it. Checksums and lengths
// that a mutation breaks are mended first, so that it gets past them.
#include <vpr/io/open.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>

namespace {

template <class T>
T number(const std::vector<std::byte>& file, std::size_t at) {
  T value{};
  if (at <= file.size() && sizeof value <= file.size() - at) std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}
template <class T>
void put(std::vector<std::byte>& file, std::size_t at, T value) {
  if (at <= file.size() && sizeof value <= file.size() - at) std::memcpy(file.data() + at, &value, sizeof value);
}

/// Gives each entry of the central directory the CRC-32 of what its data inflate to, and the inflated size.
void mend_zip(std::vector<std::byte>& file) {
  constexpr std::size_t most = 1 << 22;
  for (std::size_t at = 0; at + 46 <= file.size(); ++at) {
    if (number<std::uint32_t>(file, at) != 0x02014b50) continue;
    const std::size_t header = number<std::uint32_t>(file, at + 42);
    const std::size_t begin = header + 30 + number<std::uint16_t>(file, header + 26) + number<std::uint16_t>(file, header + 28);
    const std::size_t size = number<std::uint32_t>(file, at + 20);
    if (begin > file.size() || size > file.size() - begin) continue;
    const std::span<const std::byte> data = std::span<const std::byte>(file).subspan(begin, size);
    std::uint32_t crc = 0;
    std::uint32_t inflated = 0;
    if (number<std::uint16_t>(file, at + 10) == 8) {
      try {
        vpr::Inflater inflater(data);
        std::array<std::byte, 4096> buffer;
        for (std::size_t count = 1; count > 0 && inflated < most; inflated += static_cast<std::uint32_t>(count)) {
          count = inflater.some(buffer);
          crc = vpr::crc32_of(std::span(buffer).first(count), crc);
        }
      } catch (const vpr::Error&) {
        continue;
      }
    } else {
      crc = vpr::crc32_of(data);
      inflated = static_cast<std::uint32_t>(size);
    }
    put(file, at + 16, crc);
    put(file, at + 24, inflated);
  }
}

/// Makes the header's length that of the text up to the brace that closes its first.
void mend_safetensors(std::vector<std::byte>& file) {
  int depth = 0;
  for (std::size_t at = 8; at < file.size(); ++at) {
    depth += file[at] == std::byte{'{'} ? 1 : file[at] == std::byte{'}'} ? -1 : 0;
    if (depth == 0) return put(file, 0, static_cast<std::uint64_t>(at + 1 - 8));
  }
}

void read_all(const std::string& path) {
  constexpr std::int64_t most = 1 << 18;
  const vpr::WeightFile file = vpr::open_weights(path);
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    if (file.tensors()[i].shape.elements() > most) continue;
    try {
      vpr::read_tensor(file, i);
      file.stream<double>(i, [](std::span<const double>) {});
      vpr::read_tensor<std::int64_t>(file, i);
    } catch (const vpr::Error&) {
    }
  }
}

/// A file of this process in memory.
const std::string& path_of_file() {
  static const std::string path = "/dev/shm/vpr_fuzz_weights_" + std::to_string(::getpid());
  static const int registered = std::atexit([] { ::unlink(path.c_str()); });
  static_cast<void>(registered);
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* const first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> content(first, first + size);
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  if (text.starts_with("PK")) mend_zip(content);
  if (text.size() > 8 && text[8] == '{') mend_safetensors(content);
  std::ofstream(path_of_file(), std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  try {
    read_all(path_of_file());
  } catch (const vpr::Error&) {
  }
  return 0;
}

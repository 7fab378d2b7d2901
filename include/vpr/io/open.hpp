// SPDX-License-Identifier: MIT
/// @file
/// Weight files of any kind that this library reads, told apart by what is in them.
#pragma once

#include <vpr/io/apart.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/weight_file.hpp>
#if VPR_IO_BODIES
#include <vpr/io/npz.hpp>
#include <vpr/io/onnx.hpp>
#include <vpr/io/sharded.hpp>
#include <vpr/io/torch_checkpoint.hpp>
#else
#include <vpr/io/load.hpp>
#endif

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace vpr {
/// Opens a weight file: safetensors, PyTorch (today's and legacy), npz, npy, ONNX, or the index of several files. What it holds decides,
/// never what it is called.
/// @param wanted  the dictionary that is wanted of a PyTorch checkpoint, see `read_torch`.
/// @throws IoError for what is no readable file; FormatError, which says what the file seems to be, for what is no weight file.
VPR_IO_FUNCTION WeightFile open_weights(const std::string& path, std::string_view wanted = {});

#if VPR_IO_BODIES
namespace detail {

/// What a file that holds no weights seems to be, or nothing where its bytes do not tell.
inline std::string_view recognise_other(std::string_view text) {
  const auto begins = [&text](std::string_view word) {
    const std::size_t at = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const std::string_view start = text.substr(at, word.size());
    return std::equal(start.begin(), start.end(), word.begin(), word.end(), [](char a, char b) { return (a | 32) == (b | 32); });
  };
  if (begins("version https://git-lfs")) return "a Git LFS pointer: fetch the file itself with `git lfs pull`";
  if (begins("<!doctype") || begins("<html") || begins("<?xml")) return "an HTML page: the download failed, or wants a log-in";
  for (const std::string_view photo : {"\xFF\xD8\xFF", "\x89PNG", "RIFF", "GIF8"}) {
    if (text.starts_with(photo)) return "a photo";
  }
  if (text.starts_with('\x80')) return "a plain pickle, which could run code and is not read: save `model.state_dict()` with torch.save";
  if (text.size() >= 20 && text.substr(16, 4) == "\xDE\xC0\xEF\xBE") return "a map of places (LMDB)";
  const std::string_view first = text.substr(0, 64);
  const auto printable = [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; };
  return std::all_of(first.begin(), first.end(), printable) ? "a text" : "";
}

/// Whether bytes begin as a JSON object, behind a byte order mark or blanks, and not with the length of a safetensors header.
inline bool is_json_object(std::span<const std::byte> bytes) {
  std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 64));
  if (start.substr(0, 8).find('\0') != start.npos) return false;
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  return start.starts_with('{');
}

/// Opens a weight file that is one file.
inline WeightFile open_single(MappedFile file, std::string_view wanted) {
  const std::string path = file.path();
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  if (text.starts_with("PK\3\4") || text.starts_with("PK\5\6")) {
    const bool arrays = naming_file(path, "ZIP archive", [&] {
      const ZipArchive archive(file.bytes());
      const auto is_array = [](const auto& entry) { return entry.first.ends_with(".npy"); };
      const auto is_pickle = [](const auto& entry) { return entry.first.ends_with("data.pkl"); };
      const auto& entries = archive.entries();
      return std::any_of(entries.begin(), entries.end(), is_array) && std::none_of(entries.begin(), entries.end(), is_pickle);
    });
    return arrays ? read_npz(std::move(file)) : read_torch(std::move(file), wanted);
  }
  if (TorchLegacy::begins(file.bytes())) return read_torch(std::move(file), wanted);
  if (text.starts_with("\x93NUMPY")) return read_npy(std::move(file));
  const std::string_view other = recognise_other(text);
  const auto named = [&](std::string_view ending) { return other.empty() && path.ends_with(ending); };
  if ((text.size() > 8 && text[8] == '{') || named(".safetensors")) return read_safetensors(std::move(file));
  if (text[0] == '\x08' || named(".onnx")) return read_onnx(std::move(file));
  fail<FormatError>(path, ": is no weight file (safetensors, PyTorch, npz, npy, ONNX); it seems to be ",
                    other.empty() ? "damaged, or of another kind" : other);
}

}  // namespace detail

VPR_IO_FUNCTION WeightFile open_weights(const std::string& path, std::string_view wanted) {
  MappedFile file(path);
  if (!detail::is_json_object(file.bytes())) return detail::open_single(std::move(file), wanted);
  return read_sharded(std::move(file), [wanted](const std::string& shard) { return detail::open_single(MappedFile(shard), wanted); });
}
#else
namespace detail {
extern template LoadReport LoadPlan<WeightFile>::compare();
extern template LoadReport LoadPlan<WeightFile>::compare(const AnyNameMap& map);
}  // namespace detail
#endif

}  // namespace vpr

// SPDX-License-Identifier: MIT
/// @file
/// PyTorch checkpoints (.pth, .pt, .ckpt): the ZIP archives of today and the older format without. Nothing in them is executed.
#pragma once

#include <vpr/io/torch_tensors.hpp>
#include <vpr/io/weight_file.hpp>
#include <vpr/io/zip.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// `storage` is where the tensor's storage lies in the file.
inline void add_torch_tensor(WeightFile& source, TorchTensor tensor, const ZipEntry& storage) {
  const std::size_t element = byte_size(tensor.info.dtype);
  const auto elements = static_cast<std::uint64_t>(tensor.storage.elements);
  VPR_REQUIRE(FormatError, storage.size % tensor.storage.element == 0 && storage.size / tensor.storage.element == elements, "tensor '",
              tensor.info.name, "': its storage '", tensor.storage.key, "' has ", storage.size, " bytes, expected ", elements, " x ",
              tensor.storage.element);
  const std::uint64_t begin = static_cast<std::uint64_t>(tensor.offset) * element;
  const std::uint64_t end = static_cast<std::uint64_t>(tensor.reach) * element;
  StoredTensor stored{storage.bytes, std::move(tensor.strides), {}, tensor.negated};
  if (storage.deflated) {
    stored.deflated = StoredTensor::Deflated{begin, end};
  } else {
    stored.bytes = stored.bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  }
  source.add(std::move(tensor.info), std::move(stored));
}

/// Adds what a pickle has at `wanted`. `storage_of(tensor)` gives the storage of one that can be read.
template <class StorageOf>
void add_torch_tensors(WeightFile& source, const Pickle& pickle, std::string_view wanted, StorageOf&& storage_of) {
  TorchTensors tensors(pickle);
  for (TorchTensor& tensor : tensors.collect(wanted)) {
    if (tensor.info.dtype.readable()) {
      const ZipEntry storage = storage_of(tensor);
      add_torch_tensor(source, std::move(tensor), storage);
    } else {
      source.add(std::move(tensor.info), {});
    }
  }
  for (const auto& [name, maker] : tensors.placeholders()) source.add_placeholder(name, maker);
}

inline void read_torch_zip(WeightFile& source, std::string_view wanted) {
  constexpr std::uint64_t longest_pickle = 32 << 20;
  const ZipArchive archive(source.file().bytes());
  source.add_inflated(archive.content_size());
  std::string folder;
  int pickles = 0;
  for (const auto& [name, entry] : archive.entries()) {
    if (name != "data.pkl" && !name.ends_with("/data.pkl")) continue;
    folder = name.substr(0, name.rfind("data.pkl"));
    ++pickles;
  }
  VPR_REQUIRE(FormatError, pickles == 1, "the archive has ", pickles, " entries data.pkl, a PyTorch checkpoint has 1");
  VPR_REQUIRE(FormatError, archive.find(folder + "constants.pkl") == nullptr,
              "is a TorchScript archive, expected a state dict: save `model.state_dict()`");
  std::vector<std::byte> inflated;
  if (archive.find(folder + "byteorder") != nullptr) {
    const std::span<const std::byte> order = archive.content(folder + "byteorder", 16, inflated);
    VPR_REQUIRE(FormatError, std::string_view(reinterpret_cast<const char*>(order.data()), order.size()) == "little",
                "is big-endian, which is not supported");
  }
  const Pickle pickle(archive.content(folder + "data.pkl", longest_pickle, inflated));
  std::set<std::string> verified;
  add_torch_tensors(source, pickle, wanted, [&](const TorchTensor& tensor) {
    const std::string name = std::string(folder + "data/").append(tensor.storage.key);
    const ZipEntry& entry = archive.at(name);
    if (verified.insert(name).second) archive.verify(name);
    source.file().release(entry.bytes);
    return entry;
  });
}

/// Three pickles with the format's magic number, version and byte order; the pickle of the objects; that of the storages' keys; then
/// each storage as a count of elements and their bytes.
class TorchLegacy {
 public:
  static constexpr std::string_view magic{"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12};

  static bool begins(std::span<const std::byte> bytes) {
    return bytes.size() > magic.size() + 2 && bytes[0] == std::byte{0x80} && std::memcmp(bytes.data() + 2, magic.data(), magic.size()) == 0;
  }

  explicit TorchLegacy(WeightFile& source) : source_(source), left_(source.file().bytes()) {}

  void read(std::string_view wanted) {
    next();
    const Pickle version = next();
    VPR_REQUIRE(FormatError, version.root().kind == Kind::integer && version.root().integer == 1001, "has an unknown protocol version");
    const Pickle system = next();
    const auto& items = system.root().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (system[items[i]].text == "little_endian")
        VPR_REQUIRE(FormatError, system[items[i + 1]].integer == 1, "is big-endian, which is not supported");
    }
    const Pickle objects = next();
    const std::map<std::string, ZipEntry> storages = storages_of(objects, next());
    add_torch_tensors(source_, objects, wanted, [&](const TorchTensor& tensor) {
      const auto found = storages.find(std::string(tensor.storage.key));
      VPR_REQUIRE(FormatError, found != storages.end(), "tensor '", tensor.info.name, "': there is no storage '", tensor.storage.key, "'");
      return found->second;
    });
  }

 private:
  using Kind = PickleValue::Kind;

  Pickle next() {
    Pickle pickle(left_);
    left_ = left_.subspan(pickle.size());
    return pickle;
  }
  std::span<const std::byte> take(std::uint64_t size) {
    VPR_REQUIRE(FormatError, size <= left_.size(), "the file is cut: ", size, " bytes of a storage are expected, ", left_.size(),
                " are left");
    const auto bytes = left_.first(static_cast<std::size_t>(size));
    left_ = left_.subspan(bytes.size());
    return bytes;
  }
  std::map<std::string, ZipEntry> storages_of(const Pickle& objects, const Pickle& keys) {
    std::map<std::string, std::size_t> element_sizes;
    for (const PickleValue& value : objects.values()) {
      if (value.kind != Kind::persistent_id) continue;
      const TorchStorage storage = torch_storage(objects, value);
      element_sizes.emplace(std::string(storage.key), storage.element);
    }
    std::map<std::string, ZipEntry> storages;
    for (const std::uint32_t item : keys.root().items) {
      const std::string key(keys[item].text);
      const auto element = element_sizes.find(key);
      VPR_REQUIRE(FormatError, element != element_sizes.end() && element->second > 0, "storage '", key,
                  "' is in the file, and of no known type");
      std::uint64_t elements = 0;
      std::memcpy(&elements, take(sizeof elements).data(), sizeof elements);
      VPR_REQUIRE(FormatError, elements <= left_.size(), "the file is cut: storage '", key, "' claims ", elements, " elements");
      const std::uint64_t size = elements * element->second;
      storages[key] = ZipEntry{take(size), false, size, 0};
    }
    return storages;
  }

  WeightFile& source_;
  std::span<const std::byte> left_;
};

}  // namespace detail

/// Opens what `torch.save` wrote: a state dict, or a training checkpoint that holds one. Views (negated ones too), tied and half-precision
/// tensors, `nn.Parameter`s and tensors with attributes are read. Nothing in the file is run: an entry that some other class or function
/// would make is passed over, and named in `placeholders()`; complex, float8, quantised, sparse, nested and meta tensors, conjugated views
/// and other classes of tensors are listed, and refused by `read`. Sums of ZIP entries are checked.
/// @param wanted  the dictionary that is wanted, such as `student` or `ema.model`; empty finds it: the state dict under `state_dict`,
///   `model_state_dict`, `teacher`, `model`, ..., where no other weights stand beside it (an optimiser's state, scalars and a lone buffer are
///   none); else all dictionaries with tensors, names joined by dots.
/// @throws IoError; FormatError naming the entry or tensor that is at fault, and what would have to be run where there is no tensor.
inline WeightFile read_torch(MappedFile file, std::string_view wanted = {}) {
  const std::string path = file.path();
  return detail::naming_file(path, "PyTorch checkpoint", [&] {
    const bool legacy = detail::TorchLegacy::begins(file.bytes());
    WeightFile source(std::move(file), legacy ? "PyTorch, legacy" : "PyTorch");
    if (legacy) {
      detail::TorchLegacy(source).read(wanted);
    } else {
      detail::read_torch_zip(source, wanted);
    }
    return source;
  });
}

inline WeightFile read_torch(const std::string& path, std::string_view wanted = {}) { return read_torch(MappedFile(path), wanted); }

}  // namespace vpr
